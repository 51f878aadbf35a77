#include "explore/ranks.h"

#include "hwgen/support/error.h"

#include <boost/mpi.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <set>
#include <thread>

namespace Orrery::explore {

namespace mpi = boost::mpi;

namespace {

enum Tag { row_tag, point_tag };
constexpr long long no_point = -1;
constexpr auto pause = std::chrono::milliseconds(2);
constexpr unsigned seconds_to_finalize = 15;
constexpr auto farewell = std::chrono::seconds(10); ///< for ranks that do not answer at the end

/// Rank 0's view of the work.
class Leader {
public:
    Leader(mpi::communicator &world, const Sweep &sweep, const std::vector<size_t> &points,
           const Found &found)
        : world_(world), sweep_(sweep), found_(found), waiting_(points.begin(), points.end()),
          open_(points.begin(), points.end()) {
        for (int rank = 1; rank < world.size(); rank++) {
            busy_.insert(rank);
        }
    }

    std::vector<int> run() {
        std::thread own([this] { search(); });
        while (!done()) {
            if (!listen()) {
                std::this_thread::sleep_for(pause);
            }
        }
        own.join();
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        return dismiss();
    }

private:
    mpi::communicator &world_;
    const Sweep &sweep_;
    const Found &found_;
    std::mutex mutex_; ///< of what follows
    std::deque<size_t> waiting_;
    std::set<size_t> open_; ///< not found yet
    std::exception_ptr failure_;
    std::set<int> busy_; ///< ranks; used by the main thread only

    bool done() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return open_.empty() || failure_;
    }

    /// A point that nobody has, else one that somebody has had for longest.
    std::optional<size_t> take() {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (failure_ || open_.empty()) {
            return std::nullopt;
        }
        if (waiting_.empty()) {
            waiting_.assign(open_.begin(), open_.end());
        }
        const size_t point = waiting_.front();
        waiting_.pop_front();
        return point;
    }

    void add(const Row &row) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (open_.erase(row.point) == 1) {
            found_(row);
        }
    }

    /// The work of this rank itself: what is found twice is the same.
    void search() {
        try {
            while (const std::optional<size_t> point = take()) {
                add(search_point(sweep_, *point));
            }
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex_);
            failure_ = std::current_exception();
        }
    }

    /// Takes one message and answers it.
    bool listen() {
        const auto status = world_.iprobe(mpi::any_source, row_tag);
        if (!status) {
            return false;
        }
        std::string text;
        world_.recv(status->source(), row_tag, text);
        if (!text.empty()) {
            add(parse_row(text));
        }
        const std::optional<size_t> point = take();
        if (!point) {
            busy_.erase(status->source());
        }
        world_.send(status->source(), point_tag, point ? static_cast<long long>(*point) : no_point);
        return true;
    }

    /// Ranks that have not come for their farewell.
    std::vector<int> dismiss() {
        const auto end = std::chrono::steady_clock::now() + farewell;
        while (!busy_.empty() && std::chrono::steady_clock::now() < end) {
            if (!listen()) {
                std::this_thread::sleep_for(pause);
            }
        }
        return {busy_.begin(), busy_.end()};
    }
};

} // namespace

struct Ranks::Job {
    Job(int &argc, char **&argv) : environment(argc, argv, mpi::threading::funneled) {}
    mpi::environment environment;
    mpi::communicator world;
};

Ranks::Ranks(int &argc, char **&argv) : job_(new Job(argc, argv)) {}
Ranks::~Ranks() { delete job_; }
int Ranks::rank() const { return job_->world.rank(); }
int Ranks::size() const { return job_->world.size(); }

std::vector<int> Ranks::lead(const Sweep &sweep, const std::vector<size_t> &points,
                             const Found &found) {
    return Leader(job_->world, sweep, points, found).run();
}

void Ranks::follow(const Sweep &sweep) {
    std::string text;
    while (true) {
        job_->world.send(0, row_tag, text);
        long long point = no_point;
        job_->world.recv(0, point_tag, point);
        if (point == no_point) {
            alarm(seconds_to_finalize); // MPI_Finalize waits for ranks that are no longer there
            return;
        }
        text = row_text(search_point(sweep, size_t(point)));
    }
}

void Ranks::abort(int status) {
    std::fflush(nullptr);
    job_->environment.abort(status);
    std::abort(); // not reached
}

} // namespace Orrery::explore
