#include "apps/common/requantise.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// The network of apps/digits with all layers on the chip: each has an array of its own and hands
/// its maps on in buffers of two slots, so that each works on another image. Weights are read once;
/// of an image, only its pixels and the ten results pass through memory.
///
///     input 8x8 -> conv1 3x3, 8 -> pool1 2x2 -> conv2 3x3, 16 -> pool2 2x2 -> fc1 32 -> fc2 10
///
/// int8 with TFLite's rules: a zero point per map, multiplier and shift per filter. `zero` of a
/// layer is that of its output.
class Digits : public Generator<Digits> {
public:
    GeneratorParam<int> images{"images", 16};

    Input<Buffer<int8_t, 4>> input{"input"}; ///< c, x, y, n
    Input<int16_t> input_zero{"input_zero", -128, -128, 127};
    Output<Buffer<int8_t, 2>> output{"output"}; ///< k, n

    void configure() {
        for (Layer *layer : {&conv1, &conv2, &fc1, &fc2}) {
            layer->weights = add_input<Buffer<int8_t>>(layer->name + "_weights", layer->dimensions);
            layer->bias = add_input<Buffer<int32_t, 1>>(layer->name + "_bias");
            layer->multiplier = add_input<Buffer<int32_t, 1>>(layer->name + "_multiplier");
            layer->shift = add_input<Buffer<int8_t, 1>>(layer->name + "_shift");
            layer->zero = add_input<int16_t>(layer->name + "_zero");
        }
    }

    void generate() {
        convolve(conv1, input, input_zero);
        pool(pool1, conv1.result);
        convolve(conv2, pool1, *conv1.zero);
        pool(pool2, conv2.result);
        // The channels of a pixel are neighbours in the vector, as they are in memory.
        fc1.r = RDom(0, conv2.filters, 0, 2, 0, 2, "r");
        multiply(fc1, pool2(fc1.r.x, fc1.r.y, fc1.r.z, n), *conv2.zero,
                 fc1.r.x + conv2.filters * (fc1.r.y + 2 * fc1.r.z));
        fc1.result(k, n) = requantised(fc1, fc1.sum(k, n), *fc1.zero);
        fc2.r = RDom(0, fc1.filters, "r");
        multiply(fc2, fc1.result(fc2.r, n), *fc1.zero, fc2.r);
        output(k, n) = requantised(fc2, fc2.sum(k, n), -128);

        input.dim(0).set_bounds(0, 1);
        output.bound(k, 0, fc2.filters).bound(n, 0, images);
    }

    /// No stage takes more than the 144 cycles per image of conv2's array.
    void schedule() {
        Orrery::Accelerator hw = Orrery::accelerate(output);
        std::vector<Func> maps{conv1.padded, conv1.sum,  conv1.result, pool1,
                               conv2.padded, conv2.sum,  conv2.result, pool2,
                               fc1.sum,      fc1.result, fc2.sum};
        for (Func map : maps) {
            map.compute_at(output, n);
            hw.buffer(map).slots(2);
        }
        conv1.result.vectorize(k, 4);
        pool1.update().reorder(k, w.x, w.y, x, y).vectorize(k, 4);
        conv2.padded.vectorize(k, 4);
        conv2.result.vectorize(k, 2);
        pool2.update().reorder(k, w.x, w.y, x, y).vectorize(k, 2);

        conv1.sum.update()
            .split(k, ko, ki, 4)
            .reorder(conv1.r.y, conv1.r.z, ki, ko, x, y, conv1.r.x);
        hw.pe_array(conv1.sum.update(), {conv1.r.y, conv1.r.z}, {ki}); // 9 x 4
        conv2.sum.update().reorder(conv2.r.x, k, x, y, conv2.r.y, conv2.r.z);
        hw.pe_array(conv2.sum.update(), {conv2.r.x}, {k}); // 8 x 16
        array(hw, fc1, fc1.r.x, 4, 4);
        array(hw, fc2, fc2.r, 2, 2);

        for (Layer *layer : {&conv1, &conv2, &fc1, &fc2}) {
            Func result = layer == &fc2 ? Func(output) : layer->result;
            Func weights = layer->weights->in(layer->sum);
            weights.compute_root();
            if (layer != &conv1) {
                weights.vectorize(weights.args()[0], 8);
            }
            layer->bias->in(layer->sum).compute_root();
            layer->multiplier->in(result).compute_root();
            layer->shift->in(result).compute_root();
        }
    }

private:
    struct Layer {
        std::string name;
        int dimensions, channels, filters, size; ///< of the weights; of the input
        Func padded{"padded"}, sum{"sum"}, result{"result"};
        RDom r;
        Input<Buffer<int8_t>> *weights = nullptr; ///< c, i, j, k or l, k
        Input<Buffer<int32_t, 1>> *bias = nullptr, *multiplier = nullptr;
        Input<Buffer<int8_t, 1>> *shift = nullptr;
        Input<int16_t> *zero = nullptr;
    };
    Layer conv1{"conv1", 4, 1, 8, 8}, conv2{"conv2", 4, 8, 16, 4}, fc1{"fc1", 2, 64, 32, 1},
        fc2{"fc2", 2, 32, 10, 1};
    Func pool1{"pool1"}, pool2{"pool2"};
    Var k{"k"}, x{"x"}, y{"y"}, n{"n"}, ko{"ko"}, ki{"ki"};
    RDom w{0, 2, 0, 2, "w"};

    void convolve(Layer &layer, const Func &before, const Expr &zero) {
        layer.padded(k, x, y, n) = BoundaryConditions::constant_exterior(
            before, cast<int8_t>(zero),
            {{Expr(), Expr()}, {0, layer.size}, {0, layer.size}, {Expr(), Expr()}})(k, x, y, n);
        layer.r = RDom(0, layer.channels, 0, 3, 0, 3, "r");
        const RDom &r = layer.r;
        layer.sum(k, x, y, n) = (*layer.bias)(k);
        layer.sum(k, x, y, n) +=
            (cast<int32_t>(layer.padded(r.x, x + r.y - 1, y + r.z - 1, n)) - cast<int32_t>(zero)) *
            cast<int32_t>((*layer.weights)(r.x, r.y, r.z, k));
        layer.result(k, x, y, n) = requantised(layer, layer.sum(k, x, y, n), *layer.zero);
    }

    void pool(Func &most, const Func &before) {
        most(k, x, y, n) = Int(8).min();
        most(k, x, y, n) = max(most(k, x, y, n), before(k, 2 * x + w.x, 2 * y + w.y, n));
    }

    void multiply(Layer &layer, const Expr &element, const Expr &zero, const Expr &place) {
        layer.sum(k, n) = (*layer.bias)(k);
        layer.sum(k, n) += (cast<int32_t>(element) - cast<int32_t>(zero)) *
                           cast<int32_t>((*layer.weights)(place, k));
    }

    Expr requantised(const Layer &layer, const Expr &sum, const Expr &lowest) {
        const Expr scaled = requantise::tflite(sum, (*layer.multiplier)(k), (*layer.shift)(k));
        return cast<int8_t>(clamp(scaled + cast<int32_t>(*layer.zero), cast<int32_t>(lowest), 127));
    }

    void array(Orrery::Accelerator &hw, Layer &layer, const RVar &inner, int rows, int columns) {
        RVar lo("lo"), li("li");
        layer.sum.update().split(inner, lo, li, rows).split(k, ko, ki, columns);
        if (layer.r.dimensions() == 3) {
            layer.sum.update().reorder(li, ki, ko, lo, layer.r.y, layer.r.z);
        } else {
            layer.sum.update().reorder(li, ki, ko, lo);
        }
        hw.pe_array(layer.sum.update(), {li}, {ki});
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Digits, digits)
