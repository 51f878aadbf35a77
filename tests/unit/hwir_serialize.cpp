#include "hwgen/hwir/print.h"
#include "hwgen/hwir/serialize.h"
#include "hwgen/lower/lower.h"
#include "hwgen/passes/pipeline.h"
#include "hwgen/support/error.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::hwir;
using Catch::Matchers::Contains;

TEST_CASE("a design that is written as JSON and read again is the same") {
    Design design = test::matrix_multiply();
    passes::run_passes(design);
    const Timing timing = lower_design(design).timing;
    const std::string text = to_json(design, timing);
    Design again;
    Timing time_again;
    from_json(text, "design.hwir.json", again, time_again);
    CHECK(print(again) == print(design));
    CHECK(to_json(again, time_again) == text);
    REQUIRE(time_again.processes.size() == design.processes.size());
    CHECK(time_again.processes[0].waits[0].cause == timing.processes[0].waits[0].cause);
}

TEST_CASE("JSON that is no design is the user's error and names the file") {
    Design design;
    Timing timing;
    CHECK_THROWS_AS(from_json("{", "x.json", design, timing), UserError);
    CHECK_THROWS_WITH(from_json("{}", "x.json", design, timing), Contains("x.json"));
    CHECK_THROWS_WITH(from_json(R"({"format": 7})", "x.json", design, timing),
                      Contains("format 7"));
    CHECK_THROWS_WITH(
        from_json(R"({"format": 2, "scalars": [], "expressions": [["Guess", 32, 1, 0]]})", "x.json",
                  design, timing),
        Contains("Guess"));
}
