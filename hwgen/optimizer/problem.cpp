#include "hwgen/optimizer/problem.h"

#include "hwgen/optimizer/parse.h"
#include "hwgen/support/error.h"

#include <map>
#include <algorithm>
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
        int64_t extent = 1;
        for (const Dimension::Term &term : dimension.terms) {
            extent += term.coefficient * (tile[term.loop] - 1);
        }
        product *= extent;
    }
    return product;
}

namespace {

int64_t distinct_coordinates(const Dimension &dimension, const std::vector<int64_t> &counts) {
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

} // namespace

int64_t Problem::distinct_elements(const Tensor &tensor, const std::vector<int64_t> &counts) {
    int64_t product = 1;
    for (const Dimension &dimension : tensor.dimensions) {
        product *= distinct_coordinates(dimension, counts);
    }
    return product;
}

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
    return problem;
}

LayerShape parse_layer(const std::string &text) {
    LayerShape shape;
    std::map<std::string, int64_t *> fields{
        {"N", &shape.batch},         {"K", &shape.filters},     {"C", &shape.channels},
        {"OY", &shape.out_height},   {"OX", &shape.out_width},  {"FY", &shape.kernel_height},
        {"FX", &shape.kernel_width}, {"stride", &shape.stride}, {"groups", &shape.groups}};
    for (const auto &[name, value] : parse_assignments("--layer", text)) {
        auto field = fields.find(name);
        if (field == fields.end()) {
            user_error("--layer: unknown name {}; known are N K C OY OX FY FX stride groups", name);
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
