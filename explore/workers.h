#pragma once
#include "explore/point.h"

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace Orrery::explore {

/// Called with each row, by one thread at a time.
using Found = std::function<void(const Row &)>;

/// Points that are still to be searched, for several threads.
class PointQueue {
public:
    explicit PointQueue(std::vector<size_t> points) : points_(std::move(points)) {}
    /// Nothing when all are taken.
    std::optional<size_t> take();

private:
    std::mutex mutex_;
    std::vector<size_t> points_;
    size_t next_ = 0;
};

/// Searches the points with threads. The first error of a point ends the work and is thrown.
void search_in_threads(const Sweep &sweep, const std::vector<size_t> &points, int threads,
                       const Found &found);

} // namespace Orrery::explore
