#pragma once
#include "fuzz/layers.h"

#include <Halide.h>

#include <map>

namespace Orrery::fuzz {

/// Random inputs of a layer and what Halide makes of them on the CPU, from the algorithm without
/// any schedule. There are several settings: with other inputs, and other values of the scalars; the
/// first one has the greatest sizes.
class Reference {
public:
    explicit Reference(const Layer &layer);

    size_t settings() const { return settings_.size(); }
    /// Settings that differ in their scalars: the first ones.
    size_t scalar_settings() const { return pipeline_.scalars.empty() ? 1 : settings_.size(); }
    const ScalarValues &scalars(size_t setting) const { return settings_[setting].scalars; }
    const Halide::Buffer<> &input(size_t setting, const std::string &name) const {
        return settings_[setting].inputs.at(name);
    }
    /// Computed when it is first asked for: that takes longer than all the rest of a case.
    const Halide::Buffer<> &output(size_t setting);

private:
    struct Setting {
        ScalarValues scalars;
        std::map<std::string, Halide::Buffer<>> inputs; ///< by name
        Halide::Buffer<> output;
    };
    void add_setting(uint64_t seed, bool greatest);

    Pipeline pipeline_;
    std::vector<Setting> settings_;
};

/// A buffer of that shape and these strides; the elements are not set.
Halide::Buffer<> strided_buffer(Halide::Type type, const std::vector<halide_dimension_t> &shape);
/// Sets all elements to random values of the whole type, or to few small ones.
void fill_random(Halide::Buffer<> &buffer, uint64_t seed);

/// The elements from the first to the last one in memory; what lies in gaps is 0.
std::vector<int64_t> elements(const Halide::Buffer<> &buffer);

} // namespace Orrery::fuzz
