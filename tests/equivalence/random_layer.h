#pragma once
#include "hwgen/frontend/hardware_schedule.h"

#include <Halide.h>

#include <string>
#include <vector>

namespace Orrery::test {

/// A small layer with a random shape and a random schedule.
struct RandomLayer {
    Halide::Func output;
    std::vector<Halide::ImageParam> inputs; ///< with their bounds set
    std::vector<int> output_shape;
    HardwareSchedule schedule;
    std::string text; ///< shape and schedule, for messages
};

/// The layer of a seed: the same seed gives the same layer. Without `scheduled` it is the plain
/// algorithm, for the reference. Most schedules are legal; those that Halide or the compiler
/// rejects do so with a UserError.
RandomLayer random_convolution(unsigned seed, bool scheduled);
RandomLayer random_matrix_multiply(unsigned seed, bool scheduled);

/// A buffer of random values of its whole type, or of few small ones.
Halide::Buffer<> random_buffer(Halide::Type type, const std::vector<int> &shape, unsigned seed);

} // namespace Orrery::test
