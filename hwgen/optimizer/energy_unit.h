#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace Orrery::optimizer {

/// Energies as integers, so that sums are exact and equal energies are equal: multiples of
/// 10^-digits pJ, with as few digits as the energies of the hardware need, but at least so many as
/// are asked for.
class EnergyUnit {
public:
    explicit EnergyUnit(const std::vector<double> &picojoules, int least_digits = 0);

    int digits() const { return digits_; }
    int64_t units(double picojoules) const;
    double picojoules(int64_t units) const { return double(units) / double(scale_); }
    /// In pJ, all digits.
    std::string text(int64_t units) const;

private:
    int digits_ = 0;
    int64_t scale_ = 1;
};

} // namespace Orrery::optimizer
