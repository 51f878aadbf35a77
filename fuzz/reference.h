#pragma once
#include "fuzz/layers.h"

#include <Halide.h>

#include <map>

namespace Orrery::fuzz {

/// Random inputs of a layer and what Halide makes of them on the CPU, from the algorithm without
/// any schedule.
class Reference {
public:
    explicit Reference(const Layer &layer);

    const Halide::Buffer<> &input(const std::string &name) const { return inputs_.at(name); }
    /// Computed when it is first asked for: that takes longer than all the rest of a case.
    const Halide::Buffer<> &output();

private:
    Pipeline pipeline_;
    std::map<std::string, Halide::Buffer<>> inputs_; ///< by name
    Halide::Buffer<> output_;
};

/// A buffer of that shape and these strides; the elements are not set.
Halide::Buffer<> strided_buffer(Halide::Type type, const std::vector<halide_dimension_t> &shape);
/// Sets all elements to random values of the whole type, or to few small ones.
void fill_random(Halide::Buffer<> &buffer, uint64_t seed);

/// The elements from the first to the last one in memory; what lies in gaps is 0.
std::vector<int64_t> elements(const Halide::Buffer<> &buffer);

} // namespace Orrery::fuzz
