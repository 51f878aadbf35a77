#include "hwgen/optimizer/fix.h"

#include "hwgen/optimizer/parse.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <sstream>

namespace Orrery::optimizer {

namespace {

int find_loop(const Problem &problem, const std::string &name) {
    const int loop = problem.find_loop(name);
    if (loop < 0) {
        std::string names;
        for (const Loop &known : problem.loops) {
            names += " " + known.name;
        }
        user_error("--fix: {} has no loop {}; its loops are{}", problem.name, name, names);
    }
    return loop;
}

Axis parse_axis(std::string word, const Problem &problem) {
    std::replace(word.begin(), word.end(), '+', ' ');
    Axis axis;
    for (const auto &[name, factor] : parse_assignments("--fix spatial", word)) {
        axis.push_back({find_loop(problem, name), factor});
    }
    if (axis.size() > 2) {
        user_error("--fix spatial: at most two loops share an axis");
    }
    return axis;
}

/// The tensor of "keeps TENSOR".
int find_tensor(const Problem &problem, const std::string &verb, const std::string &name) {
    const int found = problem.find_tensor(name);
    if (found < 0) {
        std::string names;
        for (const Tensor &tensor : problem.tensors) {
            names += " " + tensor.name;
        }
        user_error("--fix: \"{} {}\": the tensors are{}", verb, name, names);
    }
    return found;
}

/// "LEVEL bypasses TENSOR" or "LEVEL holds TENSOR".
void fix_copy(const std::string &text, int level, bool held, int tensor, const Problem &problem,
              const Hardware &hardware, Constraints &constraints) {
    if (level == hardware.last_level()) {
        user_error("--fix \"{}\": the last level holds all tensors", text);
    }
    if (problem.tensors[size_t(tensor)].output) {
        user_error("--fix \"{}\": sums have their place at the level {}; operands can be held or "
                   "bypass a level",
                   text, hardware.levels[size_t(hardware.last_level()) - 1].name);
    }
    const auto [given, fresh] = constraints.held.emplace(std::make_pair(level, tensor), held);
    if (!fresh && given->second != held) {
        user_error("--fix \"{}\": the contrary is given, too", text);
    }
}

} // namespace

void check_factor(const std::string &where, const Loop &loop, int64_t factor) {
    if (factor > loop.extent) {
        throw NotPossible(fmt::format("{}: {} has {} iterations, less than {}", where, loop.name,
                                      loop.extent, factor));
    }
}

void parse_fix(const std::string &text, const Problem &problem, const Hardware &hardware,
               Constraints &constraints) {
    std::istringstream words(text);
    std::string first;
    words >> first;
    if (first == "spatial") {
        if (constraints.axes) {
            user_error("--fix spatial is given twice; give all loops in one text");
        }
        constraints.axes.emplace();
        for (std::string word; words >> word;) {
            constraints.axes->push_back(parse_axis(word, problem));
        }
        return;
    }
    const int level = hardware.find_level(first);
    if (level < 0) {
        std::string names;
        for (const MemoryLevel &known : hardware.levels) {
            names += ", " + known.name;
        }
        user_error("--fix \"{}\": expected spatial or the name of a level{}, then LOOP=NUMBER ...",
                   text, names);
    }
    std::string rest;
    std::getline(words >> std::ws, rest);
    const std::string verb = rest.substr(0, rest.find(' '));
    if (verb == "keeps" || verb == "bypasses" || verb == "holds") {
        const int tensor =
            find_tensor(problem, verb, rest.substr(std::min(rest.size(), verb.size() + 1)));
        if (verb == "keeps") {
            constraints.kept[level] = tensor;
        } else {
            fix_copy(text, level, verb == "holds", tensor, problem, hardware, constraints);
        }
        return;
    }
    constraints.temporal.resize(hardware.levels.size(),
                                std::vector<int64_t>(problem.loops.size(), 0));
    for (const auto &[name, factor] : parse_assignments("--fix " + first, rest)) {
        const int loop = find_loop(problem, name);
        int64_t &given = constraints.temporal[level][loop];
        if (given != 0) {
            user_error("--fix {}: {} is given twice", first, name);
        }
        check_factor("--fix " + first, problem.loops[loop], factor);
        given = factor;
    }
}

} // namespace Orrery::optimizer
