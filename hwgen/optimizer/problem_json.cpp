#include "hwgen/optimizer/problem_json.h"

#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <algorithm>

namespace Orrery::optimizer {

using nlohmann::ordered_json;

namespace {

void add_steps(ordered_json &layer, const std::string &name, const PerAxis &steps) {
    if (steps.x == steps.y) {
        layer[name] = steps.x;
    } else {
        layer[name + "_x"] = steps.x;
        layer[name + "_y"] = steps.y;
    }
}

ordered_json layer_json(const LayerShape &shape) {
    ordered_json layer = {{"N", shape.batch},        {"K", shape.filters},
                          {"C", shape.channels},     {"OY", shape.out_height},
                          {"OX", shape.out_width},   {"FY", shape.kernel_height},
                          {"FX", shape.kernel_width}};
    add_steps(layer, "stride", shape.stride);
    if (shape.dilation.x != 1 || shape.dilation.y != 1) {
        add_steps(layer, "dilation", shape.dilation);
    }
    layer["groups"] = shape.groups;
    for (const auto &[tensor, loop] : unusual_dense_loops(shape)) {
        layer[tensor] = loop;
    }
    return layer;
}

ordered_json tensor_json(const Problem &problem, const Tensor &tensor) {
    ordered_json dimensions = ordered_json::array();
    for (const Dimension &dimension : tensor.dimensions) {
        ordered_json terms = ordered_json::object();
        for (const Dimension::Term &term : dimension.terms) {
            terms[problem.loops[size_t(term.loop)].name] = term.coefficient;
        }
        dimensions.push_back(terms);
    }
    ordered_json described = {{"name", tensor.name}, {"dimensions", dimensions}};
    if (tensor.output) {
        described["output"] = true;
    }
    if (tensor.dense >= 0) {
        described["dense"] = tensor.dense;
    }
    return described;
}

ordered_json problem_json(const Problem &problem) {
    ordered_json loops, tensors = ordered_json::array();
    for (const Loop &loop : problem.loops) {
        loops[loop.name] = loop.extent;
    }
    for (const Tensor &tensor : problem.tensors) {
        tensors.push_back(tensor_json(problem, tensor));
    }
    return {{"loops", loops}, {"tensors", tensors}};
}

LayerShape layer_in(const ordered_json &layer) {
    std::string text;
    for (const auto &[name, value] : layer.items()) {
        text +=
            name + "=" +
            (value.is_string() ? value.get<std::string>() : std::to_string(value.get<int64_t>())) +
            " ";
    }
    return parse_layer(text);
}

Tensor tensor_in(const std::string &file, const Problem &problem, const ordered_json &described) {
    Tensor tensor{described.at("name"), described.value("output", false), {}, -1};
    LoopSet indexing = 0;
    for (const ordered_json &terms : described.at("dimensions")) {
        Dimension dimension;
        for (const auto &[name, coefficient] : terms.items()) {
            const int loop = loop_named(file, problem, name);
            if ((indexing >> loop & 1) != 0) {
                user_error("{}: the loop {} indexes {} twice", file, name, tensor.name);
            }
            indexing |= LoopSet(1) << loop;
            dimension.terms.push_back({loop, positive(file, coefficient, "coefficient", name)});
        }
        tensor.dimensions.push_back(dimension);
    }
    tensor.dense = described.value("dense", -1);
    if (tensor.dense < -1 || tensor.dense >= int(tensor.dimensions.size())) {
        user_error("{}: {}: dense {}: there is no such dimension", file, tensor.name, tensor.dense);
    }
    return tensor;
}

void check_counts(const std::string &file, const Problem &problem) {
    const auto outputs = std::count_if(problem.tensors.begin(), problem.tensors.end(),
                                       [](const Tensor &tensor) { return tensor.output; });
    if (problem.loops.size() > size_t(max_loops) || outputs != 1 || problem.tensors.size() < 2 ||
        problem.tensors.size() > size_t(max_tensors)) {
        user_error("{}: problem: expected at most {} loops, one tensor that is the output and one "
                   "to {} operands",
                   file, max_loops, max_tensors - 1);
    }
}

} // namespace

ordered_json document_of(const Problem &problem) {
    const std::optional<LayerShape> shape = layer_of(problem);
    ordered_json document;
    document[shape ? "layer" : "problem"] = shape ? layer_json(*shape) : problem_json(problem);
    document["name"] = problem.name;
    return document;
}

Problem problem_in(const std::string &file, const ordered_json &document) {
    const std::string name = document.at("name");
    if (!document.contains("problem")) {
        return convolution(name, layer_in(document.at("layer")));
    }
    Problem problem{name, {}, {}};
    for (const auto &[loop, extent] : document.at("problem").at("loops").items()) {
        problem.loops.push_back({loop, positive(file, extent, "extent", loop)});
    }
    for (const ordered_json &tensor : document.at("problem").at("tensors")) {
        problem.tensors.push_back(tensor_in(file, problem, tensor));
    }
    check_counts(file, problem);
    return problem;
}

Problem read_problem(const std::string &file) {
    try {
        return problem_in(file, ordered_json::parse(read_file(file)));
    } catch (const ordered_json::exception &error) {
        user_error("{}: has no layer or problem, as orrery optimize and generators write them into "
                   "mapping.json: {}",
                   file, error.what());
    }
}

int loop_named(const std::string &file, const Problem &problem, const std::string &name) {
    const int found = problem.find_loop(name);
    if (found < 0) {
        user_error("{}: the problem has no loop {}", file, name);
    }
    return found;
}

int64_t positive(const std::string &file, const ordered_json &value, const std::string &what,
                 const std::string &loop) {
    if (!value.is_number_integer() || value.get<int64_t>() < 1 ||
        value.get<int64_t>() > INT32_MAX) {
        user_error("{}: {} {} of {} is not possible", file, what, value.dump(), loop);
    }
    return value.get<int64_t>();
}

} // namespace Orrery::optimizer
