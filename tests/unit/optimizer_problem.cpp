// Problems beyond the layers of one stride: their text, their file, and their best mappings.
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"
#include "tests/unit/optimizer_brute_force.h"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace Orrery;
using namespace Orrery::optimizer;
using namespace Orrery::test;
using Catch::Contains;

namespace {

/// A sum of products with three factors, a matrix of which every second column is read.
Problem three_factors() {
    enum { C, C2, K, N };
    return {"three factors",
            {{"C", 3}, {"C2", 2}, {"K", 4}, {"N", 3}},
            {{"input", false, {{{{C}}}, {{{C2}}}, {{{N}}}}, 0},
             {"output", true, {{{{K}}}, {{{N}}}}, 0},
             {"weights", false, {{{{K, 2}}}, {{{C}}}}, 1},
             {"weights2", false, {{{{K}}}, {{{C2}}}}, -1}}};
}

/// One operand, over which a window slides; three loops are one dimension of it.
Problem one_operand() {
    enum { FX, FY, OX, N };
    return {"one operand",
            {{"FX", 2}, {"FY", 3}, {"OX", 5}, {"N", 4}},
            {{"input", false, {{{{FX}, {FY, 3}, {OX, 4}}}, {{{N}}}}, 0},
             {"output", true, {{{{OX}}}, {{{N}}}}, 1}}};
}

} // namespace

TEST_CASE("The best mapping of a problem that is no layer is that of brute force", "[optimizer]") {
    for (const Problem &problem : {three_factors(), one_operand()}) {
        CHECK(!layer_of(problem));
        const bool several = problem.tensors.size() == 4;
        for (const auto &[objective, factors] : all_combinations()) {
            INFO(problem.name << ", objective " << int(objective) << ", factors " << int(factors));
            const InterstellarModel model(problem, hardware_with({8, 40}, 12));
            Constraints constraints;
            constraints.factors = factors;
            parse_fix(several ? "spatial C=3 K=2" : "spatial OX=2 FY=3", problem, model.hardware(),
                      constraints);
            check_against_brute_force(model, constraints, objective);
        }
    }
}

TEST_CASE("mapping.json holds a problem that is no layer", "[optimizer]") {
    for (const Problem &problem : {three_factors(), one_operand()}) {
        const InterstellarModel model(problem, hardware_with({8, 60}, 4));
        const HardwareSearchResult found = search_hardware(model, {}, Objective::Energy, {});
        REQUIRE(found.mapped);
        const HardwareCost cost = hardware_cost(*found.mapped, model.hardware());
        const std::string text = hardware_mapping_json(*found.mapped, model.hardware(), cost, {});
        const MappedLayer read = parse_mapping("m.json", text);
        CHECK(text_of(read.problem) == text_of(problem));
        CHECK(hardware_mapping_json(read, model.hardware(), cost, {}) == text);
        const auto error = [&](const std::string &good, const std::string &bad) {
            std::string changed = text;
            changed.replace(changed.find(good), good.size(), bad);
            try {
                parse_mapping("m.json", changed);
            } catch (const UserError &e) {
                return std::string(e.what());
            }
            return std::string("no error");
        };
        CHECK_THAT(error("\"dense\": 0", "\"dense\": 9"),
                   Contains("m.json: input: dense 9: there is no such dimension"));
        CHECK_THAT(error("\"output\": true", "\"output\": false"),
                   Contains("m.json: problem: expected at most 12 loops, one tensor that is"));
        CHECK_THAT(error("\"N\": 1", "\"OY\": 1"), Contains("m.json: the problem has no loop OY"));
        CHECK_THAT(error("\"N\": 1", "\"N\": 0"),
                   Contains("m.json: coefficient 0 of N is not possible"));
    }
}

TEST_CASE("Different coordinates that two loops reach are counted", "[optimizer]") {
    std::mt19937 random(3);
    const auto number = [&](int least, int most) {
        return least + int(random() % (most - least + 1));
    };
    for (int i = 0; i < 2000; i++) {
        Dimension drawn;
        std::vector<int64_t> counts;
        std::set<int64_t> reached{0};
        for (int loop = 0; loop < 3; loop++) {
            drawn.terms.push_back({loop, number(1, 12)});
            counts.push_back(loop < 2 ? number(1, 9) : number(1, 2));
            std::set<int64_t> further;
            for (const int64_t from : reached) {
                for (int64_t step = 0; step < counts.back(); step++) {
                    further.insert(from + step * drawn.terms.back().coefficient);
                }
            }
            reached = further;
        }
        REQUIRE(Problem::distinct_coordinates(drawn, counts.data()) == int64_t(reached.size()));
    }
}

TEST_CASE("The dense loop of a tensor is one with several iterations", "[optimizer]") {
    enum { C, C2, K };
    Problem problem{"single",
                    {{"C", 4}, {"C2", 1}, {"K", 3}},
                    {{"input", false, {{{{C}, {C2}}}}, 0},
                     {"output", true, {{{{K}}}}, 0},
                     {"weights", false, {{{{C}, {C2}}}, {{{K}}}, {}}, 0}}};
    CHECK(problem.dense_loop(problem.tensors[0]) == "C");
    CHECK(text_of(layer_of(problem).value()) == // C2 is no loop of a layer
          "N=1 K=3 C=4 OY=1 OX=1 FY=1 FX=1 stride=1 groups=1");
    problem.tensors[2].dense = 2;
    CHECK(problem.dense_loop(problem.tensors[2]) == "none");
}

TEST_CASE("A layer has strides and dilations of its own along each axis", "[optimizer]") {
    for (const char *text :
         {"N=1 K=8 C=4 OY=7 OX=6 FY=3 FX=3 stride_x=3 stride_y=1 dilation_x=2 dilation_y=4 "
          "groups=1",
          "N=1 K=8 C=4 OY=7 OX=6 FY=3 FX=3 stride=2 dilation=3 groups=2 input=OX",
          "N=2 K=8 C=4 OY=1 OX=1 FY=1 FX=1 stride=1 groups=1"}) {
        const LayerShape shape = parse_layer(text);
        CHECK(text_of(shape) == text);
        CHECK(text_of(layer_of(convolution("layer", shape)).value()) == text);
    }
    const Problem problem = convolution("layer", parse_layer("OX=4 FX=3 stride_x=2 dilation=5"));
    CHECK(text_of(problem) == "FX=3 OX=4: output(OX dense) += input(5 FX + 2 OX dense) * "
                              "weights(FX dense)");
    // Steps along an axis without iterations are of no account.
    CHECK(text_of(layer_of(problem).value()) ==
          "N=1 K=1 C=1 OY=1 OX=4 FY=1 FX=3 stride=2 dilation=5 groups=1");
    CHECK_THROWS_WITH(parse_layer("OX=4 stride=2 stride_x=2"), Contains("stride_x is given twice"));
}
