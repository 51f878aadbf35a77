#include "apps/common/requantise.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// The sum of two quantised tensors of different scales, as TFLite's ADD defines it: both are
/// brought to a common scale with 20 more bits, added, and scaled to the output.
///
///     scaled(v, zero) = tflite((v - zero) * 2^20, multiplier, shift)
///     output(i)       = clamp(tflite(scaled(a(i)) + scaled(b(i)), output_multiplier, output_shift)
///     + output_zero)
///
/// Element-wise, so the tensors are rows of `size` elements; `lanes` of them are added per cycle.
class ResidualAdd : public Generator<ResidualAdd> {
public:
    GeneratorParam<int> size{"size", 1000};
    GeneratorParam<int> lanes{"lanes", 16};
    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port

    Input<int16_t> a_zero{"a_zero", 0, -128, 255};
    Input<int32_t> a_multiplier{"a_multiplier", 1 << 30};
    Input<int8_t> a_shift{"a_shift", 0, -31, 0};
    Input<int16_t> b_zero{"b_zero", 0, -128, 255};
    Input<int32_t> b_multiplier{"b_multiplier", 1 << 30};
    Input<int8_t> b_shift{"b_shift", 0, -31, 0};
    Input<int32_t> output_multiplier{"output_multiplier", 1 << 30};
    Input<int8_t> output_shift{"output_shift", -18, -31, 0};
    Input<int16_t> output_zero{"output_zero", 0, -128, 255};
    Input<int16_t> output_min{"output_min", -128, -128,
                              255}; ///< the activation; beside it, the output saturates
    Input<int16_t> output_max{"output_max", 255, -128, 255};
    Input<Buffer<void, 1>> a{"a"};            ///< int8 or uint8
    Input<Buffer<void, 1>> b{"b"};            ///< int8 or uint8
    Output<Buffer<void, 1>> output{"output"}; ///< int8 or uint8

    void generate() {
        const Expr sum = scaled(a(i), a_zero, a_multiplier, a_shift) +
                         scaled(b(i), b_zero, b_multiplier, b_shift);
        const Expr result =
            requantise::tflite(sum, output_multiplier, output_shift) + cast<int32_t>(output_zero);
        output(i) = saturating_cast(
            output.type(), clamp(result, cast<int32_t>(output_min), cast<int32_t>(output_max)));
        output.bound(i, 0, size);
    }

    void schedule() {
        output.vectorize(i, lanes, TailStrategy::GuardWithIf);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        for (const Func &tensor : {Func(a), Func(b), Func(output)}) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    Var i{"i"};

    static Expr scaled(const Expr &value, const Expr &zero, const Expr &multiplier,
                       const Expr &shift) {
        return requantise::tflite((cast<int32_t>(value) - cast<int32_t>(zero)) << 20, multiplier,
                                  shift);
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(ResidualAdd, residual_add)
