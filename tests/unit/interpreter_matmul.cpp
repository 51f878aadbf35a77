#include "hwgen/hwir/print.h"
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/passes/pipeline.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

#include <random>

using namespace Orrery;
using namespace Orrery::hwir;

namespace {

std::vector<interpreter::Tensor> inputs(const Design &design) {
    std::vector<interpreter::Tensor> tensors;
    std::mt19937 random(1);
    for (const Tensor &t : design.tensors) {
        tensors.push_back(interpreter::make_tensor(t));
        for (int64_t &v : tensors.back().data) {
            v = t.direction == Direction::Input ? int64_t(random() % 256) - 128 : 77;
        }
    }
    return tensors;
}

std::vector<int64_t> expected(const std::vector<interpreter::Tensor> &tensors) {
    std::vector<int64_t> c;
    for (int n = 0; n < 3; n++) {
        for (int m = 0; m < 6; m++) {
            int64_t sum = 0;
            for (int k = 0; k < 5; k++) {
                sum += tensors[0].data[k + 5 * n] * tensors[1].data[m + 6 * k];
            }
            c.push_back(wrap(sum >> 2, Type{8, true}));
        }
    }
    return c;
}

} // namespace

TEST_CASE("a matrix multiplication gives the right result in any order") {
    Design design = test::matrix_multiply();
    passes::run_passes(design);
    INFO(print(design));
    for (unsigned seed = 0; seed < 8; seed++) {
        std::vector<interpreter::Tensor> tensors = inputs(design);
        interpreter::Options options;
        options.timed = seed % 2 == 0;
        options.seed = seed;
        interpreter::Result result = interpreter::run(design, tensors, options);
        REQUIRE(result.error == "");
        CHECK(tensors[2].data == expected(tensors));
    }
}

TEST_CASE("counts of the interpreter") {
    Design design = test::matrix_multiply();
    passes::run_passes(design);
    std::vector<interpreter::Tensor> tensors = inputs(design);
    interpreter::Result result = interpreter::run(design, tensors);
    REQUIRE(result.error == "");
    const interpreter::ProcessStatistics &acc = result.processes[2];
    CHECK(acc.points == 2 * 3 * 3);
    CHECK(acc.lane_operations == 6 * 3 * 5);
    CHECK(acc.stalls > 0);
    CHECK(result.cycles < 15 + 18 + 8);
    CHECK(result.buffers[0].writes == 15);
    CHECK(result.buffers[0].reads == 2 * 15); // once per tile of m, shared by the lanes of m
    CHECK(result.buffers[1].reads == 6 * 3 * 5);
    CHECK(result.buffers[2].writes == 6 * 3 * 3);      // every point of n and ko
    CHECK(result.buffers[2].reads == 6 * 3 * (2 + 1)); // not on the first visit; and by c
    CHECK(result.streams[0].runs == 1);
    CHECK(result.streams[0].elements == 15);
}

TEST_CASE("mistakes in a design are found") {
    Design design = test::matrix_multiply();
    passes::run_passes(design);
    std::vector<interpreter::Tensor> tensors = inputs(design);
    auto error = [&] { return interpreter::run(design, tensors).error; };
    using Catch::Matchers::Contains;

    SECTION("read before write") {
        design.processes[2].accumulation->first_visit = {1, 2};
        CHECK_THAT(error(), Contains("were not written in this generation"));
    }
    SECTION("bank conflict") {
        design.buffers[1].banks = {2, 2};
        CHECK_THAT(error(), Contains("bank conflict in buffer b_tile"));
    }
    SECTION("packed lanes in two words") {
        design.buffers[1].packed = {true, true};
        design.processes[2].loads[1].indices[1].offset = 1;
        design.buffers[1].extents[1] = 6;
        CHECK_THAT(error(), Contains("packed dimension 1"));
    }
    SECTION("out of range") {
        design.processes[2].enables.pop_back();
        CHECK_THAT(error(), Contains("out of range"));
    }
    SECTION("stream that brings other elements") {
        design.streams[1].descriptor.start.offset = design.exprs.constant(1);
        CHECK_THAT(error(), Contains("wants element 0, the stream brings 1"));
    }
    SECTION("deadlock") {
        design.buffers[0].progress.reset();
        design.buffers[0].writers[0].depth = 1;
        design.buffers[0].readers[0] = {2, 3, {}};
        CHECK_THAT(error(), Contains("deadlock") || Contains("was not written"));
    }
}

TEST_CASE("a deadlock names who waits for what") {
    Design design = test::matrix_multiply();
    passes::run_passes(design);
    std::vector<interpreter::Tensor> tensors = inputs(design);
    // acc wants a generation of b_tile per n, but only one per tile is written.
    design.buffers[1].progress.reset();
    design.buffers[1].readers[0] = {2, 2, {}};
    using Catch::Matchers::Contains;
    std::string error = interpreter::run(design, tensors).error;
    CHECK_THAT(error, Contains("deadlock") || Contains("not written"));
}
