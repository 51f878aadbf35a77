#include "hwgen/optimizer/layer_shape.h"

#include "hwgen/optimizer/parse.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace Orrery::optimizer {

namespace {

/// That of the first of the loops, from the innermost in memory on, that has several iterations;
/// -1: none has. A window with a single position is one of a single element with zeros around it.
int usual_dense_dimension(const Problem &problem, const Tensor &tensor,
                          const std::vector<const char *> &innermost_first) {
    for (const char *name : innermost_first) {
        const int loop = problem.find_loop(name);
        if (loop >= 0 && problem.loops[size_t(loop)].extent > 1) {
            return dimension_of(tensor, loop);
        }
    }
    return -1;
}

void set_dense(Problem &problem, const char *tensor_name, const std::string &loop,
               const std::vector<const char *> &usual) {
    Tensor &tensor = problem.tensors[size_t(problem.find_tensor(tensor_name))];
    if (loop.empty()) {
        tensor.dense = usual_dense_dimension(problem, tensor, usual);
    } else if (loop != "none") {
        tensor.dense = dimension_of(tensor, problem.find_loop(loop));
        if (tensor.dense < 0) {
            user_error("layer {0}: {1}={2}: no loop {2} indexes the {1}; name the loop whose "
                       "neighbours are neighbours in its memory, or none",
                       problem.name, tensor_name, loop);
        }
        if (Problem::extent(tensor.dimensions[size_t(tensor.dense)], problem.extents().data()) ==
            1) {
            tensor.dense = -1; // a single element has no neighbours
        }
    }
}

} // namespace

namespace {

/// Where a shape has the extents of loops; those of K and C are of the whole layer.
std::map<std::string, int64_t *> extents_by_name(LayerShape &shape) {
    return {{"N", &shape.batch},         {"K", &shape.filters},    {"C", &shape.channels},
            {"OY", &shape.out_height},   {"OX", &shape.out_width}, {"FY", &shape.kernel_height},
            {"FX", &shape.kernel_width}, {"G", &shape.groups}};
}

} // namespace

Problem convolution(const std::string &name, const LayerShape &shape) {
    if (shape.channels % shape.groups != 0 || shape.filters % shape.groups != 0) {
        user_error("layer {}: {} groups do not divide C = {} and K = {}", name, shape.groups,
                   shape.channels, shape.filters);
    }
    enum { FX, FY, OX, OY, K, C, N, G };
    Problem problem;
    problem.name = name;
    problem.loops = {{"FX", shape.kernel_width},
                     {"FY", shape.kernel_height},
                     {"OX", shape.out_width},
                     {"OY", shape.out_height},
                     {"K", shape.filters / shape.groups},
                     {"C", shape.channels / shape.groups},
                     {"N", shape.batch}};
    Tensor input{"input",
                 false,
                 {{{{FX, shape.dilation.x}, {OX, shape.stride.x}}},
                  {{{FY, shape.dilation.y}, {OY, shape.stride.y}}},
                  {{{C}}},
                  {{{N}}}}};
    Tensor output{"output", true, {{{{OX}}}, {{{OY}}}, {{{K}}}, {{{N}}}}};
    Tensor weights{"weights", false, {{{{FX}}}, {{{FY}}}, {{{C}}}, {{{K}}}}};
    problem.tensors = {input, output, weights};
    if (shape.groups > 1) {
        problem.loops.push_back({"G", shape.groups});
        for (Tensor &tensor : problem.tensors) {
            tensor.dimensions.push_back({{{G}}});
        }
    }
    set_dense(problem, "input", shape.dense.input, {"C", "G", "OX", "OY", "N"});
    set_dense(problem, "weights", shape.dense.weights, {"C", "FX", "FY", "K", "G"});
    set_dense(problem, "output", shape.dense.output, {"K", "G", "OX", "OY", "N"});
    return problem;
}

namespace {

/// Of a loop in the input of a layer.
int64_t coefficient(const Problem &problem, const char *loop) {
    const int number = problem.find_loop(loop);
    const Tensor &input = problem.tensors[size_t(problem.find_tensor("input"))];
    for (const Dimension &dimension : input.dimensions) {
        for (const Dimension::Term &term : dimension.terms) {
            if (term.loop == number && problem.loops[size_t(number)].extent > 1) {
                return term.coefficient;
            }
        }
    }
    return 0; // it is of no account
}

/// An axis where the step is of no account has that of the other one.
PerAxis steps_along(const Problem &problem, const char *x, const char *y) {
    const int64_t across = coefficient(problem, x), down = coefficient(problem, y),
                  either = std::max<int64_t>(1, std::max(across, down));
    return {across == 0 ? either : across, down == 0 ? either : down};
}

bool has_tensors_of_layer(const Problem &problem) {
    return problem.tensors.size() == 3 && problem.find_tensor("input") >= 0 &&
           problem.find_tensor("weights") >= 0 && problem.find_tensor("output") >= 0;
}

} // namespace

std::optional<LayerShape> layer_of(const Problem &problem) {
    LayerShape shape;
    if (!has_tensors_of_layer(problem)) {
        return std::nullopt;
    }
    std::map<std::string, int64_t *> extents = extents_by_name(shape);
    for (const Loop &loop : problem.loops) {
        const auto extent = extents.find(loop.name);
        if (extent != extents.end()) {
            *extent->second = loop.extent;
        } else if (loop.extent > 1) {
            return std::nullopt;
        }
    }
    shape.channels *= shape.groups;
    shape.filters *= shape.groups;
    shape.stride = steps_along(problem, "OX", "OY");
    shape.dilation = steps_along(problem, "FX", "FY");
    const auto dense = [&](const char *tensor) {
        return problem.dense_loop(problem.tensors[size_t(problem.find_tensor(tensor))]);
    };
    shape.dense = {dense("input"), dense("weights"), dense("output")};
    const bool same = text_of(convolution(problem.name, shape)) == text_of(problem);
    return same ? std::optional(shape) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> unusual_dense_loops(const LayerShape &shape) {
    LayerShape usual = shape;
    usual.dense = {};
    const Problem given = convolution("", shape), other = convolution("", usual);
    std::vector<std::pair<std::string, std::string>> unusual;
    for (const char *name : {"input", "weights", "output"}) {
        const Tensor &tensor = given.tensors[size_t(given.find_tensor(name))];
        if (tensor.dense != other.tensors[size_t(given.find_tensor(name))].dense) {
            unusual.emplace_back(name, given.dense_loop(tensor));
        }
    }
    return unusual;
}

namespace {

/// Reads the words "input=OX", ...; returns the others.
std::string take_dense_loops(const std::string &text, DenseLoops &dense) {
    std::map<std::string, std::string *> fields{
        {"input", &dense.input}, {"weights", &dense.weights}, {"output", &dense.output}};
    std::istringstream words(text);
    std::string others;
    for (std::string word; words >> word;) {
        const size_t equals = word.find('=');
        const auto field = fields.find(word.substr(0, equals));
        if (field == fields.end() || equals == std::string::npos) {
            others += word + " ";
            continue;
        }
        if (!field->second->empty() || equals + 1 == word.size()) {
            user_error("--layer: {}: expected one loop, or none", word);
        }
        *field->second = word.substr(equals + 1);
    }
    return others;
}

} // namespace

LayerShape parse_layer(const std::string &text) {
    LayerShape shape;
    std::map<std::string, std::vector<int64_t *>> fields{
        {"groups", {&shape.groups}},
        {"stride", {&shape.stride.x, &shape.stride.y}},
        {"stride_x", {&shape.stride.x}},
        {"stride_y", {&shape.stride.y}},
        {"dilation", {&shape.dilation.x, &shape.dilation.y}},
        {"dilation_x", {&shape.dilation.x}},
        {"dilation_y", {&shape.dilation.y}}};
    for (const auto &[name, extent] : extents_by_name(shape)) {
        if (name != "G") {
            fields[name] = {extent};
        }
    }
    std::set<const int64_t *> given;
    const std::string numbers = take_dense_loops(text, shape.dense);
    for (const auto &[name, value] : parse_assignments("--layer", numbers)) {
        const auto field = fields.find(name);
        if (field == fields.end()) {
            user_error("--layer: unknown name {}; known are N K C OY OX FY FX groups, stride and "
                       "dilation (of one axis: stride_x stride_y dilation_x dilation_y), and "
                       "input weights output for the loops that are dense in memory",
                       name);
        }
        for (int64_t *number : field->second) {
            if (!given.insert(number).second) {
                user_error("--layer: {} is given twice", name);
            }
            *number = value;
        }
    }
    return shape;
}

namespace {

std::string text_of(const char *name, const PerAxis &steps) {
    return steps.x == steps.y ? fmt::format("{}={}", name, steps.x)
                              : fmt::format("{0}_x={1} {0}_y={2}", name, steps.x, steps.y);
}

} // namespace

std::string text_of(const LayerShape &s) {
    std::string text = fmt::format("N={} K={} C={} OY={} OX={} FY={} FX={} {}", s.batch, s.filters,
                                   s.channels, s.out_height, s.out_width, s.kernel_height,
                                   s.kernel_width, text_of("stride", s.stride));
    if (s.dilation.x != 1 || s.dilation.y != 1) {
        text += " " + text_of("dilation", s.dilation);
    }
    text += fmt::format(" groups={}", s.groups);
    for (const auto &[tensor, loop] : unusual_dense_loops(s)) {
        text += " " + tensor + "=" + loop;
    }
    return text;
}

} // namespace Orrery::optimizer
