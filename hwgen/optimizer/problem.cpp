#include "hwgen/optimizer/problem.h"

#include "hwgen/optimizer/parse.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace Orrery::optimizer {

int Problem::find_loop(const std::string &loop_name) const {
    for (size_t i = 0; i < loops.size(); i++) {
        if (loops[i].name == loop_name) {
            return int(i);
        }
    }
    return -1;
}

int Problem::find_tensor(const std::string &tensor_name) const {
    for (size_t x = 0; x < tensors.size(); x++) {
        if (tensors[x].name == tensor_name) {
            return int(x);
        }
    }
    return -1;
}

int64_t Problem::operations() const {
    int64_t product = 1;
    for (const Loop &loop : loops) {
        product *= loop.extent;
    }
    return product;
}

std::string Problem::dense_loop(const Tensor &tensor) const {
    return tensor.dense < 0
               ? "none"
               : loops[size_t(tensor.dimensions[size_t(tensor.dense)].terms.back().loop)].name;
}

LoopSet Problem::loops_of(const Tensor &tensor) const {
    LoopSet set = 0;
    for (const Dimension &dimension : tensor.dimensions) {
        for (const Dimension::Term &term : dimension.terms) {
            set |= LoopSet(1) << term.loop;
        }
    }
    return set;
}

int64_t Problem::elements(const Tensor &tensor, const int64_t *tile) {
    int64_t product = 1;
    for (const Dimension &dimension : tensor.dimensions) {
        product *= extent(dimension, tile);
    }
    return product;
}

int64_t Problem::extent(const Dimension &dimension, const int64_t *tile) {
    int64_t extent = 1;
    for (const Dimension::Term &term : dimension.terms) {
        extent += term.coefficient * (tile[term.loop] - 1);
    }
    return extent;
}

int64_t Problem::distinct_coordinates(const Dimension &dimension, const int64_t *counts) {
    const std::vector<Dimension::Term> &terms = dimension.terms;
    if (terms.size() == 1) {
        return counts[terms[0].loop];
    }
    for (size_t near = 0; terms.size() == 2 && near < 2; near++) {
        if (terms[near].coefficient == 1) { // windows, which meet or leave gaps
            const int64_t window = counts[terms[near].loop], stride = terms[1 - near].coefficient,
                          windows = counts[terms[1 - near].loop];
            return (windows - 1) * std::min(stride, window) + window;
        }
    }
    std::set<int64_t> coordinates{0};
    for (const Dimension::Term &term : terms) {
        std::set<int64_t> reached;
        for (const int64_t coordinate : coordinates) {
            for (int64_t i = 0; i < counts[term.loop]; i++) {
                reached.insert(coordinate + i * term.coefficient);
            }
        }
        coordinates = reached;
    }
    return int64_t(coordinates.size());
}

int64_t Problem::distinct_elements(const Tensor &tensor, const std::vector<int64_t> &counts) {
    int64_t product = 1;
    for (const Dimension &dimension : tensor.dimensions) {
        product *= distinct_coordinates(dimension, counts.data());
    }
    return product;
}

namespace {

/// The dimension of the tensor that the loop indexes, or -1.
int dimension_of(const Tensor &tensor, int loop) {
    for (size_t i = 0; i < tensor.dimensions.size(); i++) {
        for (const Dimension::Term &term : tensor.dimensions[i].terms) {
            if (term.loop == loop) {
                return int(i);
            }
        }
    }
    return -1;
}

int64_t elements_along(const Problem &problem, const Dimension &dimension) {
    std::vector<int64_t> whole;
    for (const Loop &loop : problem.loops) {
        whole.push_back(loop.extent);
    }
    return Problem::extent(dimension, whole.data());
}

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
        if (elements_along(problem, tensor.dimensions[size_t(tensor.dense)]) == 1) {
            tensor.dense = -1; // a single element has no neighbours
        }
    }
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
                 {{{{FX}, {OX, shape.stride}}}, {{{FY}, {OY, shape.stride}}}, {{{C}}}, {{{N}}}}};
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
    std::map<std::string, int64_t *> fields{
        {"N", &shape.batch},         {"K", &shape.filters},     {"C", &shape.channels},
        {"OY", &shape.out_height},   {"OX", &shape.out_width},  {"FY", &shape.kernel_height},
        {"FX", &shape.kernel_width}, {"stride", &shape.stride}, {"groups", &shape.groups}};
    const std::string numbers = take_dense_loops(text, shape.dense);
    for (const auto &[name, value] : parse_assignments("--layer", numbers)) {
        auto field = fields.find(name);
        if (field == fields.end()) {
            user_error("--layer: unknown name {}; known are N K C OY OX FY FX stride groups, and "
                       "input weights output for the loops that are dense in memory",
                       name);
        }
        if (!field->second) {
            user_error("--layer: {} is given twice", name);
        }
        *field->second = value;
        field->second = nullptr;
    }
    return shape;
}

} // namespace Orrery::optimizer
