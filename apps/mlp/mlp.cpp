#include "apps/common/requantise.h"
#include "hwgen/support/error.h"

#include <Halide.h>
#include <orrery.h>

#include <sstream>

namespace {

using namespace Halide;

/// A multilayer perceptron with all layers on the chip: each has an array, and hands its outputs to
/// the next one in a buffer.
///
///     layer(j, i) = clamp(tflite(bias(j) + sum over l of before(l, i) weights(l, j), multiplier,
///     shift), lowest, 127)
///
/// int8 with zero points 0; `lowest` is 0 (ReLU) but for the last layer, where it is -128.
class Mlp : public Generator<Mlp> {
public:
    GeneratorParam<std::string> sizes{"sizes",
                                      "16,12,8"}; ///< elements of the input, then of each layer
    GeneratorParam<int> batch{"batch", 4};
    GeneratorParam<int> rows{"rows", 16}; ///< of each array
    GeneratorParam<std::string> columns{"columns",
                                        "16"};     ///< of each array: a number, or one per layer
    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port

    Input<Buffer<int8_t, 2>> input{"input"};    ///< l, i
    Output<Buffer<int8_t, 2>> output{"output"}; ///< j, i

    void configure() {
        widths = numbers("sizes", sizes);
        if (widths.size() < 2) {
            Orrery::user_error("mlp: sizes={} has no layer; give the elements of the input and of "
                               "each layer",
                               (std::string)sizes);
        }
        for (size_t n = 1; n < widths.size(); n++) {
            const std::string of = std::to_string(n);
            Layer layer;
            layer.weights = add_input<Buffer<int8_t, 2>>("weights" + of); // l, j
            layer.bias = add_input<Buffer<int32_t, 1>>("bias" + of);
            layer.multiplier = add_input<int32_t>("multiplier" + of);
            layer.shift = add_input<int8_t>("shift" + of);
            layers.push_back(layer);
        }
    }

    void generate() {
        Func before = input;
        for (size_t n = 0; n < layers.size(); n++) {
            Layer &layer = layers[n];
            layer.r = RDom(0, widths[n], "r");
            layer.sum(j, i) = (*layer.bias)(j);
            layer.sum(j, i) +=
                cast<int32_t>(before(layer.r, i)) * cast<int32_t>((*layer.weights)(layer.r, j));
            const int lowest = n + 1 < layers.size() ? 0 : -128;
            const Expr scaled =
                requantise::tflite(layer.sum(j, i), *layer.multiplier, *layer.shift);
            Func result = n + 1 < layers.size() ? layer.result : Func(output);
            result(j, i) = cast<int8_t>(clamp(scaled, lowest, 127));
            layer.result = before = result;
        }
        input.dim(0).set_bounds(0, widths[0]);
        output.bound(j, 0, widths.back()).bound(i, 0, batch);
    }

    void schedule() {
        std::vector<int> across = numbers("columns", columns);
        if (across.size() == 1) {
            across.resize(layers.size(), across[0]);
        }
        if (across.size() != layers.size()) {
            Orrery::user_error("mlp: columns={} is for {} layers, but sizes={} has {}; give one "
                               "number, or one for each layer",
                               (std::string)columns, across.size(), (std::string)sizes,
                               layers.size());
        }
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Orrery::Accelerator hw = Orrery::accelerate(output);
        Func first = input.in(layers[0].sum);
        first.compute_root().vectorize(first.args()[0], bus_bits / 8, guard);
        for (size_t n = 0; n < layers.size(); n++) {
            Layer &layer = layers[n];
            Var jo("jo"), ji("ji");
            RVar lo("lo"), li("li");
            const bool last = n + 1 == layers.size();
            Func result = last ? Func(output) : layer.result;
            result.split(j, jo, ji, across[n], guard).reorder(ji, i, jo).vectorize(ji);
            if (!last) {
                result.compute_root();
                hw.buffer(result).slots(2);
            }
            layer.sum.compute_at(result, jo);
            layer.sum.update().split(layer.r, lo, li, rows, guard).reorder(li, j, i, lo);
            Func weight_tile = layer.weights->in(layer.sum), bias_tile = layer.bias->in(layer.sum);
            weight_tile.compute_at(result, jo)
                .vectorize(weight_tile.args()[0], bus_bits / 8, guard);
            bias_tile.compute_at(result, jo).vectorize(bias_tile.args()[0], across[n], guard);
            hw.pe_array(layer.sum.update(), {li}, {j});
            for (const Func &buffer : {weight_tile, bias_tile, layer.sum}) {
                hw.buffer(buffer).slots(2);
            }
            hw.port(*layer.weights).bus_bits(bus_bits).outstanding(64);
            hw.port(*layer.bias).bus_bits(bus_bits);
        }
        hw.port(input).bus_bits(bus_bits);
        hw.port(output).bus_bits(bus_bits);
    }

private:
    struct Layer {
        Input<Buffer<int8_t, 2>> *weights = nullptr;
        Input<Buffer<int32_t, 1>> *bias = nullptr;
        Input<int32_t> *multiplier = nullptr;
        Input<int8_t> *shift = nullptr;
        RDom r;
        Func sum{"sum"}, result{"result"};
    };

    /// "784,1000,500"
    static std::vector<int> numbers(const std::string &parameter, const std::string &list) {
        std::istringstream text(list);
        std::vector<int> result;
        for (std::string number; std::getline(text, number, ',');) {
            if (number.empty() || number.size() > 6 ||
                number.find_first_not_of("0123456789") != std::string::npos ||
                std::stoi(number) == 0) {
                Orrery::user_error("mlp: {}={} is no list of positive numbers; write {}=16,12,8",
                                   parameter, list, parameter);
            }
            result.push_back(std::stoi(number));
        }
        return result;
    }

    Var i{"i"}, j{"j"};
    std::vector<int> widths;
    std::vector<Layer> layers;
};

} // namespace

HALIDE_REGISTER_GENERATOR(Mlp, mlp)
