#pragma once
#include "apps/dataflows/dataflow.h"
#include "sim/simulator.h"

#include <string>

namespace Orrery::test {

/// How busy a run kept its array, and what kept it from more.
///
/// The array cannot take fewer cycles than `least`, the iteration points with every loop divided
/// upwards. No other process can take fewer than it has points (buffers are filled in one point per
/// cycle), and no port fewer than it moves words. The largest of them is the limit.
class Rate {
public:
    Rate(const dataflows::Layer &layer, const dataflows::Dataflow &dataflow,
         const sim::DesignDescription &design, const sim::Result &result);

    /// Cycles, utilisation of the array and of what it could be; the limit where that is not the
    /// array itself.
    std::string text() const;

    /// Why the rate is not as it must be: 0.9 of the limit, of layers of more than 5,000 cycles,
    /// and exactly `least` points in the array. Empty if it is.
    std::string fault() const;

private:
    void add_limit(uint64_t cycles, const std::string &what);

    uint64_t cycles_, least_ = 0, points_ = 0, limit_ = 0;
    double utilisation_ = 0; ///< of all processing elements
    std::string limited_by_; ///< empty: the array
    std::string stalls_;
};

} // namespace Orrery::test
