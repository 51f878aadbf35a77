// Which of the best mappings exact cycles choose, and what is proved of the choice.
#include "hwgen/optimizer/exact_choice.h"
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/resource_search.h"
#include "hwgen/support/error.h"
#include "tests/unit/optimizer_brute_force.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace Orrery;
using namespace Orrery::optimizer;
using namespace Orrery::test;

namespace {

/// Mappings of a space, by ascending value, with what their hardware takes; -1: there is none.
struct Space {
    std::vector<CandidateCost> costs;
    std::vector<int64_t> exact;

    ObjectiveValue value(Objective objective, size_t i) const {
        return value_of(objective, costs[i].energy, exact[i]);
    }
};

Space random_space(std::mt19937 &random, Objective objective) {
    const auto number = [&](int64_t low, int64_t high) {
        return low + int64_t(random() % uint64_t(high - low + 1));
    };
    Space space;
    for (int64_t i = number(1, 12); i > 0; i--) {
        space.costs.push_back({number(10, 13), number(10, 16)});
    }
    std::sort(space.costs.begin(), space.costs.end(),
              [&](const CandidateCost &a, const CandidateCost &b) {
                  return value_of(objective, a.energy, a.least_cycles) <
                         value_of(objective, b.energy, b.least_cycles);
              });
    for (const CandidateCost &cost : space.costs) {
        space.exact.push_back(number(0, 5) == 0 ? -1 : cost.least_cycles + number(0, 4));
    }
    return space;
}

/// The choice among the first `candidates` of the space.
ExactChoice choose(const Space &space, Objective objective, size_t candidates) {
    const std::vector<CandidateCost> first(space.costs.begin(),
                                           space.costs.begin() + int64_t(candidates));
    std::optional<ObjectiveValue> others;
    if (candidates < space.costs.size()) {
        others = value_of(objective, first.back().energy, first.back().least_cycles);
    }
    return choose_exact(objective, first, others, [&](size_t i) {
        if (space.exact[i] < 0) {
            user_error("candidate {} cannot be made", i);
        }
        return space.exact[i];
    });
}

void check_choice(const Space &space, Objective objective, size_t candidates) {
    const ExactChoice choice = choose(space, objective, candidates);
    std::optional<size_t> best, all;
    for (size_t i = 0; i < space.costs.size(); i++) {
        const auto better = [&](const std::optional<size_t> &than) {
            return space.exact[i] >= 0 &&
                   (!than || space.value(objective, i) < space.value(objective, *than));
        };
        best = i < candidates && better(best) ? i : best;
        all = better(all) ? i : all;
    }
    CHECK(choice.taken == best);
    if (!best) {
        CHECK(choice.rated.size() == candidates);
        return;
    }
    CHECK(choice.value == space.value(objective, *best));
    // What is proved holds for all mappings.
    const ObjectiveValue least = space.value(objective, *all);
    CHECK(!(least < choice.bound));
    CHECK(choice.bound.first <= choice.value.first);
    if (choice.optimal()) {
        CHECK(choice.value.first == least.first);
        CHECK(choice.gap_percent() == 0);
    } else {
        CHECK(double(choice.value.first) <=
              double(least.first) * (1 + choice.gap_percent() / 100) * (1 + 1e-12));
    }
    for (size_t i = 0; i < choice.rated.size(); i++) {
        CHECK(choice.rated[i].refused.empty() == (space.exact[i] >= 0));
    }
    // With all of them there is nothing left to prove.
    CHECK((candidates < space.costs.size() || choice.optimal()));
}

} // namespace

TEST_CASE("exact cycles choose the best candidate, and the proof holds", "[optimizer]") {
    int proved = 0, open = 0, early = 0;
    for (unsigned seed = 0; seed < 500; seed++) {
        std::mt19937 random(seed);
        for (const Objective objective :
             {Objective::Energy, Objective::Cycles, Objective::EnergyDelay}) {
            INFO("seed " << seed << ", objective " << int(objective));
            const Space space = random_space(random, objective);
            for (size_t candidates = 1; candidates <= space.costs.size(); candidates++) {
                check_choice(space, objective, candidates);
                const ExactChoice choice = choose(space, objective, candidates);
                (choice.optimal() ? proved : open)++;
                early += choice.rated.size() < candidates ? 1 : 0;
                // Energies are exact without hardware: what was made is the least there is.
                CHECK((objective != Objective::Energy || choice.optimal() || !choice.taken));
            }
        }
    }
    CHECK(proved > 500);
    CHECK(open > 500);
    CHECK(early > 500);
}

TEST_CASE("a choice that runs out of time says what is proved", "[optimizer]") {
    const std::vector<CandidateCost> candidates = {{10, 100}, {10, 104}, {10, 120}};
    int made = 0;
    const auto choose_in_time = [&](int most) {
        made = 0;
        return choose_exact(
            Objective::Cycles, candidates, ObjectiveValue{120, 10},
            [&](size_t i) {
                made++;
                return candidates[i].least_cycles + (i == 0 ? 30 : 1);
            },
            [&, most] { return made >= most; });
    };
    ExactChoice choice = choose_in_time(0); // one at least
    CHECK(choice.rated.size() == 1);
    CHECK(!choice.in_time);
    CHECK(choice.taken == size_t(0));
    CHECK(choice.bound.first == 104); // 130 cycles, and the next one takes 104 or more
    CHECK(choice.gap_percent() == Approx(25));
    choice = choose_in_time(2); // 105 cycles: no other can be better
    CHECK(choice.rated.size() == 2);
    CHECK(choice.in_time);
    CHECK(choice.taken == size_t(1));
    CHECK(choice.optimal());
}

TEST_CASE("candidates of several hardware are the best ones of all", "[optimizer]") {
    const LayerShape shape = parse_layer("K=4 C=6 OY=4 FY=3");
    const Problem problem = convolution("layer", shape);
    Resources resources{"three", {}, {}};
    for (const int64_t words : {8, 12, 24}) {
        resources.hardware.push_back(hardware_with({words, 60}, 12));
    }
    Constraints constraints;
    parse_fix("spatial C=2 K=2", problem, resources.hardware[0], constraints);
    for (const Objective objective :
         {Objective::Energy, Objective::Cycles, Objective::EnergyDelay}) {
        SearchOptions options;
        options.keep = 1000000;
        std::vector<ObjectiveValue> values;
        for (const Hardware &hardware : resources.hardware) {
            const InterstellarModel model(problem, hardware);
            for (const MappedLayer &mapped :
                 search_hardware(model, constraints, objective, options).best) {
                const HardwareCost cost = hardware_cost(mapped, hardware);
                values.push_back(value_of(objective, cost.total_energy, cost.cycles));
            }
        }
        std::sort(values.begin(), values.end());
        REQUIRE(values.size() > 100);
        for (const size_t keep : {size_t(1), size_t(7), size_t(50), values.size() + 1}) {
            INFO("objective " << int(objective) << ", " << keep << " kept");
            options.keep = int(keep);
            options.threads = 2;
            const ResourceSearchResult found =
                search_resources(problem, resources, constraints, objective, options);
            REQUIRE(found.candidates.size() == std::min(keep, values.size()));
            for (size_t i = 0; i < found.candidates.size(); i++) {
                CHECK(found.candidates[i].value == values[i]);
            }
            CHECK(found.chosen == found.candidates[0].hardware);
            CHECK(found.best.value == values[0]);
            CHECK(found.others.has_value() == (keep < values.size()));
            CHECK((!found.others || !(values[keep] < *found.others)));
        }
    }
}
