#include "tests/dataflows/layer_run.h"

#include "apps/dataflows/schedule.h"
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/support/error.h"
#include "sim/check.h"
#include "sim/prediction.h"
#include "tests/equivalence/random_layer.h"

#include <algorithm>
#include <map>

namespace Orrery::test {
using dataflows::Convolution;
using dataflows::Dataflow;

namespace {

/// One dimension dense, the others around it in their order; with none, every second element. No
/// two dimensions have the stride 1.
std::vector<int> strides_of(const std::vector<int> &extents, int dense) {
    std::vector<int> strides(extents.size(), 1);
    int stride = dense < 0 ? 2 : std::max(2, extents[size_t(dense)]);
    for (size_t d = 0; d < extents.size(); d++) {
        if (int(d) != dense) {
            strides[d] = stride;
            stride *= extents[d];
        }
    }
    return strides;
}

/// The algorithm with inputs of its own.
struct Pipeline {
    explicit Pipeline(const dataflows::Layer &l, const MemoryOrder &order = {})
        : input(tensor("input", Halide::Int(8),
                       {l.channels, l.input_width(), l.input_height(), l.batch}, order.input)),
          weights(tensor("weights", Halide::Int(8),
                         {l.channels, l.kernel_width, l.kernel_height, l.filters}, order.weights)),
          bias(tensor("bias", Halide::Int(32), {l.filters}, 0)),
          convolution(l, input, weights, bias) {
        const std::vector<int> strides =
            strides_of({l.filters, l.width, l.height, l.batch}, order.output);
        for (size_t d = 0; d < strides.size(); d++) {
            convolution.output.output_buffer().dim(int(d)).set_stride(strides[d]);
        }
    }

    static Halide::ImageParam tensor(const std::string &name, Halide::Type type,
                                     const std::vector<int> &extents, int dense) {
        Halide::ImageParam parameter(type, int(extents.size()), name);
        const std::vector<int> strides = strides_of(extents, dense);
        for (size_t d = 0; d < extents.size(); d++) {
            parameter.dim(int(d)).set_bounds(0, extents[d]).set_stride(strides[d]);
        }
        return parameter;
    }

    Halide::ImageParam input, weights, bias;
    Convolution convolution;
};

} // namespace

MemoryOrder order_of(const optimizer::Problem &convolution) {
    const auto dimension = [&](const char *tensor, const std::vector<std::string> &loops) {
        const int number = convolution.find_tensor(tensor);
        const std::string dense = convolution.dense_loop(convolution.tensors[size_t(number)]);
        const auto found = std::find(loops.begin(), loops.end(), dense);
        ORRERY_CHECK(found != loops.end() || dense == "none", "{} of {}", dense, tensor);
        return dense == "none" ? -1 : int(found - loops.begin());
    };
    return {dimension("input", {"C", "OX", "OY", "N"}),
            dimension("weights", {"C", "FX", "FY", "K"}),
            dimension("output", {"K", "OX", "OY", "N"})};
}

LayerData::LayerData(const dataflows::Layer &layer) {
    Pipeline p(layer);
    input = random_buffer(p.input, 1);
    weights = random_buffer(p.weights, 2);
    bias = random_buffer(p.bias, 3);
    // Small enough for the sum not to drown in it, and for the output not to saturate everywhere.
    Halide::Buffer<int32_t>(bias).for_each_value([](int32_t &v) { v %= 4096; });
    p.input.set(input);
    p.weights.set(weights);
    p.bias.set(bias);
    output = p.convolution.output.realize({layer.filters, layer.width, layer.height, layer.batch});
}

const Halide::Buffer<> &LayerData::operator[](const std::string &name) const {
    ORRERY_CHECK(name == "input" || name == "weights" || name == "bias" || name == "output",
                 "no tensor {}", name);
    return name == "input" ? input : name == "weights" ? weights : name == "bias" ? bias : output;
}

const LayerData &data_of(const dataflows::Layer &l) {
    static std::map<std::vector<int64_t>, LayerData> data;
    return data
        .try_emplace({l.batch, l.channels, l.filters, l.width, l.height, l.kernel_width,
                      l.kernel_height, l.stride.x, l.stride.y, l.dilation.x, l.dilation.y},
                     l)
        .first->second;
}

Design compile_layer(const dataflows::Layer &layer, const Dataflow &dataflow) {
    return compile_layer(layer, [&](Convolution &c) { dataflows::schedule(c, dataflow); });
}

Design compile_layer(const dataflows::Layer &layer,
                     const std::function<void(Convolution &)> &schedule, const MemoryOrder &order) {
    Pipeline p(layer, order);
    schedule(p.convolution);
    CompileOptions options;
    options.name = "layer";
    return compile(p.convolution.output, {}, options);
}

Layer make_layer(const dataflows::Layer &layer, const MemoryOrder &order) {
    Pipeline p(layer, order);
    return {p.convolution.output, {p.input, p.weights, p.bias}};
}

Layer make_layer(const dataflows::Layer &layer, const Dataflow &dataflow, bool scheduled) {
    Pipeline p(layer);
    if (scheduled) {
        dataflows::schedule(p.convolution, dataflow);
    }
    return {p.convolution.output, {p.input, p.weights, p.bias}};
}

std::string interpret(const Design &design, const LayerData &data, int64_t points) {
    std::vector<interpreter::Tensor> tensors;
    for (const hwir::Tensor &t : design.hardware().tensors) {
        tensors.push_back(interpreter::make_tensor(t));
        if (t.direction == hwir::Direction::Input) {
            tensors.back().data = in_memory(data[t.name], t);
        }
    }
    const interpreter::Result result = interpreter::run(design.hardware(), tensors, {});
    if (!result.error.empty()) {
        return "interpreter: " + result.error;
    }
    if (tensors.back().data != in_memory(data.output, design.hardware().tensors.back())) {
        return "interpreter: wrong output";
    }
    for (size_t p = 0; p < result.processes.size(); p++) {
        const interpreter::ProcessStatistics &process = result.processes[p];
        const int64_t taken = process.points + process.idle_points;
        if (design.hardware().processes[p].array && taken != points) {
            return fmt::format("the array takes {} points, {} of them idle, instead of {}", taken,
                               process.idle_points, points);
        }
    }
    return "";
}

std::string simulate(const sim::DesignDescription &design, const sim::Model &model,
                     const LayerData &data, sim::Result &result) {
    std::vector<sim::Buffer> tensors;
    for (const sim::TensorDescription &t : design.tensors) {
        tensors.push_back(t.is_output ? sim::allocate_tensor(t)
                                      : sim::Buffer(*data[t.name].raw_buffer()));
    }
    sim::Simulator simulator(design, model);
    sim::Outcome outcome;
    outcome.result = simulator.run(tensors);
    for (size_t i = 0; i < tensors.size(); i++) {
        const sim::TensorDescription &t = design.tensors[i];
        if (t.is_output) {
            outcome.elements += uint64_t(t.element_count());
            outcome.differing += sim::compare_tensors(
                t, tensors[i], sim::Buffer(*data.output.raw_buffer()), 5, outcome.differences);
        }
    }
    result = outcome.result;
    const bool passed = outcome.passed() && outcome.result.messages.empty();
    if (!passed) {
        return "Verilog: " + sim::describe_failure(outcome) + outcome.result.messages;
    }
    const std::string wrong = sim::wrong_predictions(design.directory, {}, result);
    return wrong.empty() ? "" : "predicted otherwise:\n" + wrong;
}

} // namespace Orrery::test
