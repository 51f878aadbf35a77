// Pipelines without a schedule -> auto-scheduler -> hardware -> counters, which must be those that
// are counted from the mapping alone.
#include "auto-schedule/auto_schedule.h"
#include "auto-schedule/mapping.h"
#include "auto-schedule/problem.h"
#include "hwgen/optimizer/access_model.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"
#include "tests/auto_schedule/pipelines.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

using namespace Orrery;
using namespace Orrery::optimizer;

namespace {

AutoScheduleOptions options(const char *objective) {
    AutoScheduleOptions o;
    o.hardware = ORRERY_SOURCE_DIR "/data/hardware/tiny-4x4.json";
    o.objective = objective;
    return o;
}

void check_busy(const test::Measured &design, const std::string &process, int64_t cycles) {
    INFO(process);
    CHECK(int64_t(design.simulated.processes[size_t(design.process(process))].busy) == cycles);
}

/// Each copy is one of the copy further out, in the sum.
void check_copies(const test::Measured &design, const std::vector<CopyAccesses> &copies,
                  const std::string &func, const std::string &sum) {
    std::string buffer = func;
    for (const CopyAccesses &copy : copies) {
        buffer += "_in_" + sum;
        INFO(buffer);
        const auto &counted = design.simulated.buffers[size_t(design.buffer(buffer))];
        CHECK(int64_t(counted.reads) == copy.reads);
        CHECK(int64_t(counted.writes) == copy.writes);
        check_busy(design, buffer + "_s0", copy.cycles);
    }
}

void check_array(const test::Measured &design, const HardwareAccesses &counted) {
    int arrays = 0;
    for (size_t p = 0; p < design.hardware().processes.size(); p++) {
        if (design.hardware().processes[p].array) {
            arrays++;
            CHECK(int64_t(design.simulated.processes[p].busy) == counted.points);
            CHECK(int64_t(design.simulated.processes[p].operations) == counted.operations);
        }
    }
    CHECK(arrays == 1);
}

void check_problem(const Problem &problem, const test::Pipeline &pipeline) {
    const std::optional<LayerShape> layer = layer_of(problem);
    CHECK((layer ? text_of(*layer) : text_of(problem)) == pipeline.problem);
}

/// The candidate that is taken is the first one of the best value, in exact cycles.
void check_candidates(const AutoSchedule &found, const AutoScheduleOptions &wanted) {
    REQUIRE(!found.candidates.empty());
    REQUIRE(found.candidates.size() <= size_t(wanted.candidates));
    const auto value = [&](const AutoScheduleCandidate &c) {
        return wanted.objective == "energy" ? std::make_pair(c.energy_pj, double(c.cycles))
               : wanted.objective == "cycles"
                   ? std::make_pair(double(c.cycles), c.energy_pj)
                   : std::make_pair(c.energy_pj * double(c.cycles), c.energy_pj);
    };
    const AutoScheduleCandidate &taken = found.candidates[found.taken];
    for (size_t i = 0; i < found.candidates.size(); i++) {
        const AutoScheduleCandidate &c = found.candidates[i];
        CHECK(c.refused == "");
        CHECK(c.cycles >= c.least_cycles);
        CHECK((i < found.taken ? value(taken) < value(c) : value(taken) <= value(c)));
    }
}

} // namespace

TEST_CASE("pipelines become hardware that does what is counted from the mapping found for them") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "auto_schedule");
    std::map<std::string, MappedLayer> mapped;
    std::map<std::string, int64_t> exact;
    const std::vector<test::Pipeline> &all = test::pipelines();
    for (size_t i = 0; i < all.size(); i++) {
        const char *objective = i % 3 == 0 ? "energy" : i % 3 == 1 ? "cycles" : "edp";
        const int candidates = i == 0 || i == 5 ? 6 : 1;
        runner.add(all[i].name, [&, p = all[i], objective, candidates](bool scheduled) {
            const test::Layer layer = p.make();
            check_problem(scheduling::problem_of(scheduling::find_product(layer.output)), p);
            if (scheduled) {
                AutoScheduleOptions wanted = options(objective);
                wanted.candidates = candidates;
                const AutoSchedule found = auto_schedule(layer.output, wanted);
                check_candidates(found, wanted);
                const auto json = nlohmann::json::parse(found.mapping);
                exact[p.name] = json["exact_cycles"];
                CHECK(exact[p.name] == found.candidates[found.taken].cycles);
                CHECK(json["optimal"] == (found.proof.find("optimal") == 0 &&
                                          found.proof.find("above") == std::string::npos));
                CHECK((json["optimal"] == true || wanted.objective != "energy"));
                CHECK(json.contains("gap_percent") == (json["optimal"] == false));
                mapped[p.name] = parse_mapping("mapping.json", found.mapping);
            }
            return layer;
        });
    }
    const std::vector<test::Measured> designs = runner.run();
    REQUIRE(designs.size() == all.size());
    for (size_t i = 0; i < all.size(); i++) {
        INFO(all[i].name);
        const HardwareAccesses counted = hardware_accesses(mapped.at(all[i].name));
        check_array(designs[i], counted);
        CHECK(int64_t(designs[i].simulated.cycles) == exact[all[i].name]);
        for (size_t k = 0; k < all[i].operands.size(); k++) { // behind the first is the output
            check_copies(designs[i], counted.copies[k == 0 ? 0 : k + 1], all[i].operands[k],
                         all[i].sum);
        }
        const auto &sums = designs[i].simulated.buffers[size_t(designs[i].buffer(all[i].sum))];
        CHECK(int64_t(sums.reads) == counted.sums.reads);
        CHECK(int64_t(sums.writes) == counted.sums.writes);
        check_busy(designs[i], "output_s0", counted.drain_cycles);
        std::cout << fmt::format("{:<20}{:>8} cycles, {:>8} points of the array\n", all[i].name,
                                 designs[i].simulated.cycles, counted.points);
    }
}

TEST_CASE("a mapping that becomes no hardware does not end the search") {
    const auto output = [] {
        using namespace Halide;
        ImageParam a(Int(8), 2, "a"), b(Int(8), 2, "b"), scale(Int(16), 1, "scale");
        Var k("k"), n("n");
        RDom r(0, 8, "r");
        Func sum("sum"), result("output");
        sum(k, n) += cast<int32_t>(a(r, n)) * cast<int32_t>(b(r, k));
        // A drain that is wide along a part of the filters reads it at lanes that are clamped.
        result(k, n) = cast<int8_t>((sum(k, n) * cast<int32_t>(scale(min(k, 2)))) >> 8);
        a.dim(0).set_bounds(0, 8);
        a.dim(1).set_bounds(0, 2);
        b.dim(0).set_bounds(0, 8);
        b.dim(1).set_bounds(0, 4);
        scale.dim(0).set_bounds(0, 3);
        result.bound(k, 0, 4).bound(n, 0, 2);
        return result;
    };
    AutoScheduleOptions wanted = options("cycles");
    wanted.candidates = 300;
    const AutoSchedule found = auto_schedule(output(), wanted);
    size_t refused = 0;
    for (const AutoScheduleCandidate &c : found.candidates) {
        refused += c.refused.empty() ? 0 : 1;
        CHECK((c.refused.empty() || c.refused.find("scale") != std::string::npos));
    }
    CHECK(refused > 0);
    CHECK(found.candidates[found.taken].refused == "");
    CHECK(found.schedule.find("hw.pe_array") != std::string::npos);
    wanted.fixes = {"DRAM K=2"};
    const Halide::Func lanes = output();
    CHECK_THROWS_AS(auto_schedule(lanes, wanted), UserError);
    CHECK_THROWS_WITH(auto_schedule(output(), wanted),
                      Catch::Contains("no hardware can be made of the"));
}
