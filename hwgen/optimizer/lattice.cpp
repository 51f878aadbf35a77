#include "hwgen/optimizer/lattice.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::optimizer {

namespace {

constexpr int64_t most_points = 8'000'000; ///< some 100 bytes each

std::vector<int64_t> divisors_of(int64_t extent) {
    std::vector<int64_t> divisors;
    for (int64_t d = 1; d * d <= extent; d++) {
        if (extent % d == 0) {
            divisors.push_back(d);
            if (d * d != extent) {
                divisors.push_back(extent / d);
            }
        }
    }
    std::sort(divisors.begin(), divisors.end());
    return divisors;
}

} // namespace

Lattice::Lattice(const Problem &problem) {
    int64_t points = 1;
    for (const Loop &loop : problem.loops) {
        divisors_.push_back(divisors_of(loop.extent));
        strides_.push_back(Point(points));
        points *= int64_t(divisors_.back().size());
        if (points > most_points) {
            user_error("{}: more than {} tiles: the extents have too many divisors; give some "
                       "factors with --fix, "
                       "or a layer with less loops",
                       problem.name, most_points);
        }
        std::vector<std::vector<int>> multiples;
        for (const int64_t d : divisors_.back()) {
            multiples.emplace_back();
            for (size_t j = 0; j < divisors_.back().size(); j++) {
                if (divisors_.back()[j] % d == 0) {
                    multiples.back().push_back(int(j));
                }
            }
        }
        multiples_.push_back(multiples);
    }
    points_ = Point(points);
}

int Lattice::number(int loop, int64_t divisor) const {
    const auto &of = divisors_[loop];
    const auto found = std::lower_bound(of.begin(), of.end(), divisor);
    return found != of.end() && *found == divisor ? int(found - of.begin()) : -1;
}

std::vector<int64_t> Lattice::tile(Point point) const {
    std::vector<int64_t> extents;
    for (int d = 0; d < loops(); d++) {
        extents.push_back(extent(point, d));
    }
    return extents;
}

Lattice::Point Lattice::point(const std::vector<int64_t> &tile) const {
    Point point = 0;
    for (int d = 0; d < loops(); d++) {
        const int i = number(d, tile[d]);
        ORRERY_CHECK(i >= 0, "{} does not divide", tile[d]);
        point += i * strides_[d];
    }
    return point;
}

void Lattice::spread_least(std::vector<int64_t> &table) const {
    for (int d = 0; d < loops(); d++) {
        const int divisors = int(divisors_[d].size());
        for (Point p = 0; p < points_; p++) {
            const int i = coordinate(p, d);
            if (i + 1 == divisors) {
                continue;
            }
            int64_t least = table[p];
            for (const int j : multiples_[d][i]) {
                least = std::min(least, table[p + (j - i) * strides_[d]]);
            }
            table[p] = least;
        }
    }
}

} // namespace Orrery::optimizer
