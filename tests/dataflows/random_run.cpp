// Random dataflows in the interpreter of the hardware IR, against Halide.
//
// ORRERY_SEED=n starts at another seed, ORRERY_CASES=n sets the number of dataflows.
#include "hwgen/hwir/print.h"
#include "hwgen/support/error.h"
#include "tests/dataflows/layer_run.h"
#include "tests/dataflows/random_dataflow.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>

using namespace Orrery;

namespace {

unsigned number_from_environment(const char *name, unsigned otherwise) {
    const char *text = std::getenv(name);
    return text && *text ? unsigned(std::atoi(text)) : otherwise;
}

} // namespace

TEST_CASE("random dataflows give the convolution, at the least number of points") {
    const unsigned first = number_from_environment("ORRERY_SEED", 1),
                   count = number_from_environment("ORRERY_CASES", 60);
    for (unsigned seed = first; seed < first + count; seed++) {
        const test::RandomDataflow random = test::random_dataflow(seed);
        INFO("ORRERY_SEED=" << seed << " ORRERY_CASES=1: " << random.text);
        try {
            const Design design = test::compile_layer(random.layer, random.dataflow);
            if (count == 1) {
                std::cout << design.files().at("schedule.txt");
            }
            CHECK(test::interpret(design, test::data_of(random.layer),
                                  dataflows::least_cycles(random.layer, random.dataflow)) == "");
        } catch (const std::exception &error) {
            FAIL_CHECK(error.what());
        } catch (const Halide::Error &error) {
            FAIL_CHECK(error.what());
        }
    }
}
