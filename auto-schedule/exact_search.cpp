#include "auto-schedule/exact_search.h"

#include "auto-schedule/rating.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <cmath>

namespace Orrery::scheduling {

using namespace optimizer;

namespace {

std::string name_of(Objective objective) {
    for (const auto &[name, known] : objectives()) {
        if (known == objective) {
            return name;
        }
    }
    ORRERY_CHECK(false, "an objective without a name");
}

double percent_above(const ObjectiveValue &value, const ObjectiveValue &bound) {
    return 100 * double(value.first - bound.first) / double(bound.first);
}

/// Rounded upwards, for "at most".
std::string percent_text(double percent) {
    return fmt::format("{:.2f} %", std::ceil(percent * 100) / 100);
}

/// What is as small as possible, or nearly.
std::string measure(Objective objective, const char *cycles) {
    switch (objective) {
    case Objective::Energy:
        return "energy";
    case Objective::Cycles:
        return cycles;
    case Objective::EnergyDelay:
        break;
    }
    return std::string("energy times ") + cycles;
}

void check_taken(const ExactSearchResult &result, const Problem &problem,
                 const Resources &resources) {
    if (!result.choice.taken) {
        user_error(
            "{} on {}: no hardware can be made of the {} best mappings; of the first one: "
            "{}. If that comes from the mapping, take more candidates, or fix another part of it.",
            problem.name, resources.name, result.choice.rated.size(),
            result.choice.rated.front().refused);
    }
}

} // namespace

std::optional<int64_t> ExactSearchResult::exact_cycles() const {
    return choice.taken ? std::optional(choice.rated[taken()].cycles) : std::nullopt;
}

MappingProof ExactSearchResult::proof() const {
    MappingProof proof{name_of(objective), false, exact_cycles()};
    if (choice.taken) {
        proof.optimal = choice.optimal();
        if (!choice.optimal()) {
            proof.gap_percent = choice.gap_percent();
        }
    } else if (objective == Objective::Energy) {
        proof.optimal = searched.optimal;
        if (!searched.optimal) {
            proof.gap_percent = percent_above(searched.best.value, searched.bound);
        }
    }
    return proof;
}

std::string ExactSearchResult::proof_text() const {
    const bool energy = objective == Objective::Energy, rated = choice.taken.has_value();
    if (*proof().optimal) {
        return energy ? "optimal: the search was exhausted"
                      : "optimal with exact cycles: nothing that was not made into hardware can be "
                        "better";
    }
    const std::string longest = measure(objective, "cycles of the part that works longest");
    std::string text = "not proved: ";
    if (searched.optimal && mapping().value.first == searched.best.value.first) {
        text = fmt::format("optimal in {}; ", longest);
    }
    if (rated) {
        text += fmt::format("in {} at most {} above any mapping",
                            measure(objective, "exact cycles"), percent_text(choice.gap_percent()));
    } else if (searched.optimal) {
        text += "exact cycles are not known without candidates";
    } else {
        text += fmt::format("in {} at most {} above any mapping", longest,
                            percent_text(percent_above(searched.best.value, searched.bound)));
    }
    return text + (searched.optimal && choice.in_time ? "" : "; time was over");
}

std::string ExactSearchResult::refused_text() const {
    std::string text;
    for (size_t i = 0; i < choice.rated.size(); i++) {
        if (!choice.rated[i].refused.empty()) {
            text += fmt::format("candidate {} became no hardware: {}\n", i + 1,
                                choice.rated[i].refused);
        }
    }
    return text;
}

ExactSearchResult search_exact(const Problem &problem, const Resources &resources,
                               const Constraints &constraints, Objective objective,
                               const std::function<Halide::Func()> &output,
                               const ExactSearchOptions &options) {
    const Deadline deadline(options.search.seconds);
    SearchOptions search = options.search;
    search.keep = std::max(1, options.candidates);
    ExactSearchResult result{
        objective, search_resources(problem, resources, constraints, objective, search), {}, {}};
    const size_t count = resources.hardware.size();
    if (!result.searched.chosen) {
        user_error("{} on {}: {}{}", problem.name, resources.name,
                   count > 1 ? fmt::format("none of {} hardware has a mapping; ", count) : "",
                   result.searched.why_none);
    }
    for (const HardwareMapping &one : result.searched.candidates) {
        const HardwareCost cost = hardware_cost(one.mapped, resources.hardware[one.hardware]);
        result.costs.push_back({cost.total_energy, cost.cycles});
    }
    if (options.candidates == 0) {
        return result;
    }
    const Halide::Func pipeline = output();
    const auto cycles = [&](size_t candidate) {
        if (options.begins) {
            options.begins(candidate);
        }
        return exact_cycles(pipeline, result.searched.candidates[candidate].mapped);
    };
    result.choice = choose_exact(objective, result.costs, result.searched.others, cycles,
                                 [&] { return deadline.over(); });
    check_taken(result, problem, resources);
    return result;
}

} // namespace Orrery::scheduling
