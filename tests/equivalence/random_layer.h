#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/hwir/design.h"

#include <Halide.h>

#include <random>
#include <string>
#include <vector>

namespace Orrery::test {

/// Random choices, each of them independent of the compiler's library: std::shuffle and the
/// distributions are not.
class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    /// 0 .. n - 1
    int below(int n) { return int(engine_() % unsigned(n)); }
    int between(int low, int high) { return low + below(high - low + 1); }
    bool once_in(int n) { return below(n) == 0; }
    template <typename T>
    void shuffle(std::vector<T> &items) {
        for (size_t i = items.size(); i > 1; i--) {
            std::swap(items[i - 1], items[below(int(i))]);
        }
    }
    template <typename T>
    T one_of(const std::vector<T> &items) {
        return items[below(int(items.size()))];
    }

private:
    std::mt19937 engine_;
};

/// A small layer with a random shape and a random schedule.
struct RandomLayer {
    Halide::Func output;
    std::vector<Halide::ImageParam> inputs; ///< with their bounds and strides set
    HardwareSchedule schedule;
    std::string text; ///< shape and schedule, for messages
};

/// The layer of a seed: the same seed gives the same layer. Without `scheduled` it is the plain
/// algorithm, for the reference. Most schedules are legal; those that Halide or the compiler
/// rejects do so with a UserError or a Halide::CompileError. Layers of one reduction are the
/// fuzzer's (fuzz/layers.h).
using MakeLayer = RandomLayer (*)(unsigned seed, bool scheduled);
RandomLayer random_chain(unsigned seed, bool scheduled);
RandomLayer random_windows(unsigned seed, bool scheduled);

/// A buffer of that shape and these strides; the elements are not set.
Halide::Buffer<> strided_buffer(Halide::Type type, const std::vector<halide_dimension_t> &shape);

/// A buffer of random values of its whole type, or of few small ones, with the strides of `like`.
Halide::Buffer<> random_buffer(const Halide::ImageParam &like, unsigned seed);
/// Sets all elements of a buffer so.
void fill_random(Halide::Buffer<> &buffer, unsigned seed);

/// The element at an offset from the first one.
int64_t element_value(const Halide::Buffer<> &buffer, int64_t offset);

/// The elements of a buffer at their addresses in the design's tensor; what is between them is 0.
std::vector<int64_t> in_memory(const Halide::Buffer<> &buffer, const hwir::Tensor &tensor);

} // namespace Orrery::test
