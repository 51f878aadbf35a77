#include "explore/workers.h"

#include <exception>
#include <thread>

namespace Orrery::explore {

std::optional<size_t> PointQueue::take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return next_ < points_.size() ? std::optional<size_t>(points_[next_++]) : std::nullopt;
}

void search_in_threads(const Sweep &sweep, const std::vector<size_t> &points, int threads,
                       const Found &found) {
    PointQueue queue(points);
    std::mutex mutex; // of found and failure
    std::exception_ptr failure;
    const auto work = [&] {
        while (const std::optional<size_t> point = queue.take()) {
            try {
                const Row row = search_point(sweep, *point);
                const std::lock_guard<std::mutex> lock(mutex);
                if (failure) {
                    return;
                }
                found(row);
            } catch (...) {
                const std::lock_guard<std::mutex> lock(mutex);
                failure = failure ? failure : std::current_exception();
                return;
            }
        }
    };
    std::vector<std::thread> others;
    for (int t = 1; t < threads; t++) {
        others.emplace_back(work);
    }
    work();
    for (std::thread &thread : others) {
        thread.join();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace Orrery::explore
