#include "sim/command.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

namespace Orrery::sim {

namespace fs = std::filesystem;

namespace {

/// The process's environment with the additions in front, where they win.
std::vector<std::string> merged_environment(const std::vector<std::string> &additions) {
    std::vector<std::string> merged = additions;
    for (char **variable = environ; *variable; variable++) {
        std::string name(*variable, std::strcspn(*variable, "=") + 1);
        bool replaced = std::any_of(additions.begin(), additions.end(), [&](const auto &a) {
            return a.compare(0, name.size(), name) == 0;
        });
        if (!replaced) {
            merged.emplace_back(*variable);
        }
    }
    return merged;
}

std::vector<char *> pointers(std::vector<std::string> &words) {
    std::vector<char *> result;
    for (std::string &word : words) {
        result.push_back(word.data());
    }
    result.push_back(nullptr);
    return result;
}

std::string read_all(int descriptor) {
    std::string text;
    char chunk[4096];
    for (;;) {
        ssize_t got = read(descriptor, chunk, sizeof(chunk));
        if (got > 0) {
            text.append(chunk, got);
        } else if (got == 0 || errno != EINTR) {
            return text;
        }
    }
}

int wait_for(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) {
            return 127;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

CommandResult run_command(const Command &command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return {127, std::strerror(errno)};
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    if (!command.directory.empty()) {
        posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
    }
    std::vector<std::string> words = command.words;
    std::vector<std::string> environment = merged_environment(command.environment);
    pid_t process = 0;
    int error = posix_spawnp(&process, words[0].c_str(), &actions, nullptr, pointers(words).data(),
                             pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    CommandResult result;
    if (error != 0) {
        result = {127, words[0] + ": " + std::strerror(error) + "\n"};
    } else {
        result.output = read_all(ends[0]);
        result.status = wait_for(process);
    }
    close(ends[0]);
    return result;
}

std::vector<CommandResult> run_commands(const std::vector<Command> &commands, int jobs) {
    std::vector<CommandResult> results(commands.size());
    std::atomic<size_t> next{0};
    auto work = [&] {
        for (size_t i = next++; i < commands.size(); i = next++) {
            results[i] = run_command(commands[i]);
        }
    };
    std::vector<std::thread> workers;
    for (int i = 1; i < jobs && size_t(i) < commands.size(); i++) {
        workers.emplace_back(work);
    }
    work();
    for (std::thread &worker : workers) {
        worker.join();
    }
    return results;
}

fs::path find_program(const std::string &name) {
    if (name.find('/') != std::string::npos) {
        return access(name.c_str(), X_OK) == 0 ? fs::absolute(name) : fs::path();
    }
    const char *path = std::getenv("PATH");
    std::istringstream directories(path ? path : "/usr/bin:/bin");
    for (std::string directory; std::getline(directories, directory, ':');) {
        fs::path file = fs::path(directory.empty() ? "." : directory) / name;
        std::error_code ignored;
        if (access(file.c_str(), X_OK) == 0 && !fs::is_directory(file, ignored)) {
            return fs::absolute(file);
        }
    }
    return {};
}

} // namespace Orrery::sim
