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
int find_tensor(const Problem &problem, const std::string &name) {
    std::string names;
    for (size_t x = 0; x < problem.tensors.size(); x++) {
        if (problem.tensors[x].name == name) {
            return int(x);
        }
        names += " " + problem.tensors[x].name;
    }
    user_error("--fix: \"keeps {}\": the tensors are{}", name, names);
}

} // namespace

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
    if (rest.compare(0, 6, "keeps ") == 0) {
        constraints.kept[level] = find_tensor(problem, rest.substr(6));
        return;
    }
    constraints.temporal.resize(hardware.levels.size(),
                                std::vector<int64_t>(problem.loops.size(), 0));
    for (const auto &[name, factor] : parse_assignments("--fix " + first, rest)) {
        int64_t &given = constraints.temporal[level][find_loop(problem, name)];
        if (given != 0) {
            user_error("--fix {}: {} is given twice", first, name);
        }
        given = factor;
    }
}

} // namespace Orrery::optimizer
