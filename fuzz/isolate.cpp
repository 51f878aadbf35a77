#include "fuzz/isolate.h"

#include "hwgen/support/error.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>

namespace Orrery::fuzz {

namespace {

constexpr uint64_t most_memory = uint64_t(8) << 30; ///< addresses of a child, in bytes

/// What a child says of a case; the message follows.
struct Record {
    uint32_t index, verdict, length;
};

void write_all(int descriptor, const void *data, size_t size) {
    const char *at = static_cast<const char *>(data);
    while (size > 0) {
        const ssize_t written = write(descriptor, at, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            _exit(3); // nobody listens any more
        }
        at += written;
        size -= size_t(written);
    }
}

/// Kills this process when the case takes too long.
void set_alarm(int seconds) {
    const itimerval limit = {{0, 0}, {seconds, 0}};
    setitimer(ITIMER_PROF, &limit, nullptr);
    alarm(unsigned(seconds) * 10);
}

struct Range {
    size_t first, last;
};

/// A child process and what it has said so far.
struct Child {
    pid_t process = -1;
    int pipe = -1;
    Range range;
    FILE *output = nullptr; ///< what it prints
    std::string bytes;      ///< read, but not yet a whole record
};

class Pool {
public:
    Pool(size_t count, const std::function<Outcome(size_t)> &run, const IsolateOptions &options)
        : run_(run), options_(options), outcomes_(count) {
        const size_t size = std::max<size_t>(
            1, std::min(options.batch, (count + size_t(options.jobs) - 1) / size_t(options.jobs)));
        for (size_t first = 0; first < count; first += size) {
            waiting_.push_back({first, std::min(first + size, count)});
        }
    }

    std::vector<Outcome> run() {
        while (!waiting_.empty() || !children_.empty()) {
            while (!waiting_.empty() && int(children_.size()) < options_.jobs) {
                start(waiting_.front());
                waiting_.pop_front();
            }
            listen();
        }
        return outcomes_;
    }

private:
    void start(const Range &range) {
        int ends[2];
        ORRERY_CHECK(pipe(ends) == 0, "no pipe: {}", std::strerror(errno));
        auto child = std::make_unique<Child>();
        child->range = range;
        child->pipe = ends[0];
        child->output = std::tmpfile();
        ORRERY_CHECK(child->output, "no temporary file: {}", std::strerror(errno));
        std::fflush(nullptr); // else the child would print it again
        child->process = fork();
        ORRERY_CHECK(child->process >= 0, "no process: {}", std::strerror(errno));
        if (child->process == 0) {
            close(ends[0]);
            dup2(fileno(child->output), STDOUT_FILENO);
            dup2(fileno(child->output), STDERR_FILENO);
            work(range, ends[1]);
        }
        close(ends[1]);
        children_.push_back(std::move(child));
    }

    [[noreturn]] void work(const Range &range, int pipe) {
        const rlimit no_core = {0, 0}, memory = {most_memory, most_memory};
        setrlimit(RLIMIT_CORE, &no_core);
        setrlimit(RLIMIT_AS, &memory);
        for (size_t i = range.first; i < range.last; i++) {
            set_alarm(options_.seconds);
            const Outcome outcome = run_(i);
            const Record record{uint32_t(i), uint32_t(outcome.verdict),
                                uint32_t(outcome.message.size())};
            write_all(pipe, &record, sizeof(record));
            write_all(pipe, outcome.message.data(), outcome.message.size());
        }
        _exit(0);
    }

    void listen() {
        std::vector<pollfd> polls;
        for (const auto &child : children_) {
            polls.push_back({child->pipe, POLLIN, 0});
        }
        if (poll(polls.data(), polls.size(), -1) < 0) {
            ORRERY_CHECK(errno == EINTR, "poll: {}", std::strerror(errno));
            return;
        }
        for (size_t i = polls.size(); i-- > 0;) {
            if (polls[i].revents && !hear(*children_[i])) {
                bury(*children_[i]);
                children_.erase(children_.begin() + long(i));
            }
        }
    }

    /// Reads what the child says; false at the end.
    bool hear(Child &child) {
        char chunk[4096];
        const ssize_t got = read(child.pipe, chunk, sizeof(chunk));
        if (got <= 0) {
            return got < 0 && errno == EINTR;
        }
        child.bytes.append(chunk, size_t(got));
        Record record;
        while (child.bytes.size() >= sizeof(record)) {
            std::memcpy(&record, child.bytes.data(), sizeof(record));
            if (child.bytes.size() < sizeof(record) + record.length) {
                break;
            }
            take(child, record.index,
                 {Verdict(record.verdict), child.bytes.substr(sizeof(record), record.length)});
            child.bytes.erase(0, sizeof(record) + record.length);
        }
        return true;
    }

    void take(Child &child, size_t index, Outcome outcome) {
        child.range.first = index + 1;
        outcomes_[index] = std::move(outcome);
        if (options_.done) {
            options_.done(index, outcomes_[index]);
        }
    }

    /// The child has ended: if it had more to do, its next case is to blame.
    void bury(Child &child) {
        int status = 0;
        while (waitpid(child.process, &status, 0) < 0 && errno == EINTR) {
        }
        close(child.pipe);
        if (child.range.first < child.range.last) {
            const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
            const bool late = signal == SIGPROF || signal == SIGALRM;
            std::string text = late     ? fmt::format("no end after {} seconds", options_.seconds)
                               : signal ? strsignal(signal)
                                        : fmt::format("exit status {}", WEXITSTATUS(status));
            take(child, child.range.first,
                 {late ? Verdict::Hang : Verdict::Crash, text + "\n" + printed(child)});
            if (child.range.first < child.range.last) {
                waiting_.push_front(child.range);
            }
        }
        std::fclose(child.output);
    }

    /// The last of what the child printed.
    static std::string printed(const Child &child) {
        constexpr long most = 600;
        std::fseek(child.output, 0, SEEK_END);
        std::fseek(child.output, std::max(0l, std::ftell(child.output) - most), SEEK_SET);
        char text[most];
        return std::string(text, std::fread(text, 1, most, child.output));
    }

    const std::function<Outcome(size_t)> &run_;
    const IsolateOptions &options_;
    std::vector<Outcome> outcomes_;
    std::deque<Range> waiting_;
    std::vector<std::unique_ptr<Child>> children_;
};

} // namespace

std::vector<Outcome> run_isolated(size_t count, const std::function<Outcome(size_t)> &run,
                                  const IsolateOptions &options) {
    return Pool(count, run, options).run();
}

} // namespace Orrery::fuzz
