#pragma once
#include "hwgen/optimizer/problem.h"

#include <cstdint>
#include <vector>

namespace Orrery::optimizer {

/// All tiles whose extents divide those of the problem: the product of the divisors of each loop. A
/// tile is a point with a number; tables over tiles are vectors.
class Lattice {
public:
    using Point = int32_t;

    explicit Lattice(const Problem &problem);

    Point points() const { return points_; }
    int loops() const { return int(divisors_.size()); }
    /// The whole problem.
    Point whole() const { return points_ - 1; }
    const std::vector<int64_t> &divisors(int loop) const { return divisors_[loop]; }
    Point stride(int loop) const { return strides_[loop]; }
    /// The number of the divisor among those of the loop; -1 if it is none.
    int number(int loop, int64_t divisor) const;
    /// Which divisor of the loop the tile has.
    int coordinate(Point point, int loop) const {
        return int(point / strides_[loop] % Point(divisors_[loop].size()));
    }
    int64_t extent(Point point, int loop) const { return divisors_[loop][coordinate(point, loop)]; }
    std::vector<int64_t> tile(Point point) const;
    /// The tile with these extents, which divide those of the problem.
    Point point(const std::vector<int64_t> &tile) const;
    /// Numbers of the divisors that are a multiple of divisor i.
    const std::vector<int> &multiples(int loop, int i) const { return multiples_[loop][i]; }

    /// table[p] becomes the least of table at all multiples of p.
    void spread_least(std::vector<int64_t> &table) const;

private:
    Point points_ = 1;
    std::vector<std::vector<int64_t>> divisors_;
    std::vector<Point> strides_;
    std::vector<std::vector<std::vector<int>>> multiples_;
};

} // namespace Orrery::optimizer
