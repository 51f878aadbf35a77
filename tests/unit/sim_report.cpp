#include "hwgen/support/error.h"
#include "sim/report.h"
#include "tests/unit/sim_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace Orrery::sim;

namespace {

DesignDescription array_design() {
    DesignDescription design;
    design.name = "d";
    ProcessDescription process;
    process.name = "acc_s1";
    process.lanes = {{"rci", 4}, {"ki", 8}};
    process.processing_elements = 32;
    process.busy = process.operations = CounterDescription{};
    process.stalls = {{"data in weights", {}}, {"a slot of acc", {}}, {"data in input", {}}};
    design.processes = {process};
    BufferDescription buffer;
    buffer.name = "weights";
    buffer.memory = "sram";
    buffer.bits = 4096;
    buffer.reads = buffer.writes = {CounterDescription{}};
    design.buffers = {buffer};
    TensorDescription tensor;
    tensor.name = "output";
    tensor.is_output = true;
    design.tensors = {tensor};
    return design;
}

Outcome array_outcome() {
    Outcome outcome;
    outcome.elements = 100;
    Result &result = outcome.result;
    result.cycles = 1000;
    result.processes = {{900, 28000, {60, 0, 40}}};
    result.buffers = {{1234567, 12}};
    result.ports = {{2, 30, 400}};
    result.seconds = 0.5;
    result.simulated_cycles = 1100;
    return outcome;
}

} // namespace

TEST_CASE("utilisation is operations per lane point and cycle", "[sim]") {
    CHECK(array_utilisation(array_design(), array_outcome().result) == Approx(28000 / 32000.0));
    DesignDescription none = array_design();
    none.processes[0].processing_elements = 0;
    CHECK(array_utilisation(none, array_outcome().result) < 0);
}

TEST_CASE("the table shows the counters, the stalls that happened only", "[sim]") {
    CHECK(report_table(array_design(), array_outcome()) ==
          R"(  design             d
  cycles             1,000
  array utilisation  87.50 % (28,000 operations on 32 processing elements)
  simulation         2,200 cycles per second

  process  busy  of cycles  stalled  waiting for
  acc_s1    900     90.0 %       60  data in weights
                                 40  data in input

  buffer   memory   bits      reads  writes
  weights  sram    4,096  1,234,567      12

  port    direction  bytes  bursts  beats  of cycles
  output  write        400       2     30      3.0 %
)");
}

TEST_CASE("the JSON report has the same numbers", "[sim]") {
    auto j = nlohmann::json::parse(report_json(array_design(), array_outcome()));
    CHECK(j["cycles"] == 1000);
    CHECK(j["array"]["operations"] == 28000);
    CHECK(j["check"]["passed"] == true);
    CHECK(j["processes"][0]["stalls"].size() == 3);
    CHECK(j["processes"][0]["stalls"][2]["cycles"] == 40);
    CHECK(j["buffers"][0]["reads"] == 1234567);
    CHECK(j["ports"][0]["bytes"] == 400);
}

TEST_CASE("a failure is described with the first differences and violations", "[sim]") {
    Outcome outcome = array_outcome();
    CHECK(describe_failure(outcome).empty());
    outcome.differing = 2;
    outcome.differences = {{"output", {3, -1}, "7", "-9"}};
    outcome.result.violation_count = 1;
    outcome.result.violations = {{17, "m_axi_output_", "WVALID fell before WREADY"}};
    CHECK(describe_failure(outcome) == R"(1 rule violations on the ports:
  cycle 17, m_axi_output_: WVALID fell before WREADY
2 of 100 output elements differ from the reference:
  output(3, -1): 7, expected -9
)");
    CHECK_FALSE(outcome.passed());
}

TEST_CASE("a file is replaced as a whole, and a directory that is missing is a user error",
          "[sim]") {
    auto directory = Orrery::test::fresh_directory("report");
    write_atomically(directory / "r.json", "old");
    write_atomically(directory / "r.json", "new");
    std::ifstream in(directory / "r.json");
    std::string text;
    in >> text;
    CHECK(text == "new");
    CHECK(std::distance(std::filesystem::directory_iterator(directory), {}) == 1);
    CHECK_THROWS_AS(write_atomically(directory / "no/r.json", ""), Orrery::UserError);
    std::filesystem::remove_all(directory);
}
