#include "hwgen/optimizer/problem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

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

std::vector<int64_t> Problem::extents() const {
    std::vector<int64_t> whole;
    for (const Loop &loop : loops) {
        whole.push_back(loop.extent);
    }
    return whole;
}

int64_t Problem::operations() const {
    int64_t product = 1;
    for (const Loop &loop : loops) {
        product *= loop.extent;
    }
    return product;
}

std::string Problem::dense_loop(const Tensor &tensor) const {
    const Loop *found = nullptr; // the last one; loops of one iteration have no neighbours
    if (tensor.dense >= 0) {
        for (const Dimension::Term &term : tensor.dimensions[size_t(tensor.dense)].terms) {
            const Loop &loop = loops[size_t(term.loop)];
            found = !found || loop.extent > 1 || found->extent == 1 ? &loop : found;
        }
    }
    return found ? found->name : "none";
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

namespace {

/// Different values of a i + b j for 0 <= i < m, 0 <= j < n. Those of (i, j) and (i + b', j - a')
/// are the same, with a' and b' a and b divided by what divides both: each value has one pair that
/// has no such successor.
int64_t distinct_sums(int64_t a, int64_t m, int64_t b, int64_t n) {
    const int64_t divisor = a == 1 || b == 1 ? 1 : std::gcd(a, b);
    return m * n - std::max<int64_t>(0, m - b / divisor) * std::max<int64_t>(0, n - a / divisor);
}

/// Different values of a sum of counters. Nearly always they are those of a progression, or of
/// copies of one that do not overlap: the counters of a mixed radix, a window that slides.
std::optional<int64_t> distinct_sums(std::vector<Dimension::Term> terms, const int64_t *counts) {
    std::sort(terms.begin(), terms.end(),
              [](const auto &a, const auto &b) { return a.coefficient < b.coefficient; });
    int64_t values = 1, greatest = 0;
    int64_t step = 0; // of the progression; 0: it is none
    for (const Dimension::Term &term : terms) {
        const int64_t count = counts[term.loop], coefficient = term.coefficient;
        if (count == 1) {
            continue;
        }
        if (coefficient > greatest) { // copies behind one another
            step = values == 1 ? coefficient : coefficient == greatest + step ? step : 0;
            values *= count;
        } else if (step > 0 && coefficient % step == 0) { // they overlap, and leave no gaps
            values += coefficient / step * (count - 1);
        } else {
            return std::nullopt;
        }
        greatest += coefficient * (count - 1);
    }
    return values;
}

std::set<int64_t> coordinates_of(const Dimension &dimension, const int64_t *counts) {
    std::set<int64_t> coordinates{0};
    for (const Dimension::Term &term : dimension.terms) {
        std::set<int64_t> reached;
        for (const int64_t coordinate : coordinates) {
            for (int64_t i = 0; i < counts[term.loop]; i++) {
                reached.insert(coordinate + i * term.coefficient);
            }
        }
        coordinates = std::move(reached);
    }
    return coordinates;
}

} // namespace

int64_t Problem::distinct_coordinates(const Dimension &dimension, const int64_t *counts) {
    const std::vector<Dimension::Term> &terms = dimension.terms;
    switch (terms.size()) {
    case 0:
        return 1;
    case 1:
        return counts[terms[0].loop];
    case 2:
        return distinct_sums(terms[0].coefficient, counts[terms[0].loop], terms[1].coefficient,
                             counts[terms[1].loop]);
    default:
        const std::optional<int64_t> sums = distinct_sums(terms, counts);
        return sums ? *sums : int64_t(coordinates_of(dimension, counts).size());
    }
}

int64_t Problem::distinct_elements(const Tensor &tensor, const std::vector<int64_t> &counts) {
    int64_t product = 1;
    for (const Dimension &dimension : tensor.dimensions) {
        product *= distinct_coordinates(dimension, counts.data());
    }
    return product;
}

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

namespace {

/// "FX + 2 OX"; empty for a dimension of one element.
std::string text_of(const Problem &problem, const Dimension &dimension) {
    std::map<std::string, std::string> terms; // by the names of the loops
    for (const Dimension::Term &term : dimension.terms) {
        const Loop &loop = problem.loops[size_t(term.loop)];
        if (loop.extent > 1) {
            terms[loop.name] = term.coefficient == 1
                                   ? loop.name
                                   : fmt::format("{} {}", term.coefficient, loop.name);
        }
    }
    std::vector<std::string> texts;
    for (const auto &[name, text] : terms) {
        texts.push_back(text);
    }
    return fmt::format("{}", fmt::join(texts, " + "));
}

std::string text_of(const Problem &problem, const Tensor &tensor) {
    std::vector<std::string> dimensions;
    for (size_t i = 0; i < tensor.dimensions.size(); i++) {
        const std::string text = text_of(problem, tensor.dimensions[i]);
        if (!text.empty()) {
            dimensions.push_back(int(i) == tensor.dense ? text + " dense" : text);
        }
    }
    std::sort(dimensions.begin(), dimensions.end());
    return fmt::format("{}({})", tensor.name, fmt::join(dimensions, ", "));
}

} // namespace

std::string text_of(const Problem &problem) {
    std::vector<std::string> loops, operands;
    for (const Loop &loop : problem.loops) {
        if (loop.extent > 1) {
            loops.push_back(fmt::format("{}={}", loop.name, loop.extent));
        }
    }
    std::sort(loops.begin(), loops.end());
    std::string output;
    for (const Tensor &tensor : problem.tensors) {
        if (tensor.output) {
            output = text_of(problem, tensor);
        } else {
            operands.push_back(text_of(problem, tensor));
        }
    }
    return fmt::format("{}: {} += {}", fmt::join(loops, " "), output, fmt::join(operands, " * "));
}

} // namespace Orrery::optimizer
