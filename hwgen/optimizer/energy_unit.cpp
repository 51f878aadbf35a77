#include "hwgen/optimizer/energy_unit.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <cmath>

namespace Orrery::optimizer {

namespace {

constexpr int most_digits = 6;

bool is_multiple(double picojoules, int64_t scale) {
    const double scaled = picojoules * double(scale);
    return std::abs(scaled - std::round(scaled)) <= 1e-9 * std::max(1.0, scaled);
}

} // namespace

EnergyUnit::EnergyUnit(const std::vector<double> &picojoules, int least_digits)
    : digits_(least_digits) {
    for (int i = 0; i < digits_; i++) {
        scale_ *= 10;
    }
    for (const double energy : picojoules) {
        while (!is_multiple(energy, scale_)) {
            if (digits_ == most_digits) {
                user_error("energy {} pJ: at most {} digits after the decimal point are possible; "
                           "round it",
                           energy, most_digits);
            }
            digits_++;
            scale_ *= 10;
        }
    }
}

int64_t EnergyUnit::units(double picojoules) const {
    return std::llround(picojoules * double(scale_));
}

std::string EnergyUnit::text(int64_t units) const {
    std::string text = std::to_string(units / scale_);
    if (units % scale_ != 0) {
        text += fmt::format(".{:0{}}", units % scale_, digits_);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text;
}

} // namespace Orrery::optimizer
