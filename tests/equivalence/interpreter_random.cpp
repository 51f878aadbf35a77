#include "halide-fork/lowering.h"
#include "hwgen/frontend/frontend.h"
#include "hwgen/hwir/print.h"
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/passes/pipeline.h"
#include "hwgen/support/error.h"
#include "tests/equivalence/random_layer.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>

using namespace Orrery;

namespace {

/// All elements from the first one to the last one in memory; what lies in gaps is 0.
std::vector<int64_t> elements(const Halide::Buffer<> &buffer) {
    int64_t last = 0;
    for (int d = 0; d < buffer.dimensions(); d++) {
        last += int64_t(buffer.dim(d).extent() - 1) * buffer.dim(d).stride();
    }
    std::vector<int64_t> values(size_t(last + 1), 0);
    buffer.for_each_element([&](const int *coordinates) {
        int64_t offset = 0;
        for (int d = 0; d < buffer.dimensions(); d++) {
            offset += int64_t(coordinates[d]) * buffer.dim(d).stride();
        }
        values[size_t(offset)] = test::element_value(buffer, offset);
    });
    return values;
}

using test::MakeLayer;

/// What Halide computes from the plain algorithm.
std::vector<int64_t> reference(const MakeLayer &make, unsigned seed,
                               const std::vector<Halide::Buffer<>> &inputs,
                               const hwir::Tensor &shape) {
    test::RandomLayer layer = make(seed, false);
    for (size_t i = 0; i < inputs.size(); i++) {
        layer.inputs[i].set(inputs[i]);
    }
    std::vector<halide_dimension_t> dimensions;
    for (const hwir::Dimension &d : shape.dimensions) {
        dimensions.emplace_back(int(d.min.most), int(d.extent.most), int(d.stride.most));
    }
    Halide::Buffer<> output = test::strided_buffer(layer.output.type(), dimensions);
    layer.output.realize(output);
    return elements(output);
}

/// The design of a random layer; nothing if the schedule is rejected.
std::optional<hwir::Design> design_of(const test::RandomLayer &layer, std::string &rejection) {
    try {
        std::vector<Halide::Parameter> inputs;
        for (const Halide::ImageParam &p : layer.inputs) {
            inputs.push_back(p.parameter());
        }
        hwir::Design design =
            build_design(lower_for_hardware({layer.output}, Halide::Target("x86-64-linux")),
                         layer.schedule, "layer", inputs);
        passes::run_passes(design);
        return design;
    } catch (const UserError &error) {
        rejection = error.what();
    } catch (const Halide::CompileError &error) {
        rejection = std::string("Halide: ") + error.what();
    }
    return std::nullopt;
}

void check_design(const hwir::Design &design, const std::vector<Halide::Buffer<>> &inputs,
                  const std::vector<int64_t> &expected, unsigned seed) {
    for (bool timed : {true, false}) {
        std::vector<interpreter::Tensor> tensors;
        for (const hwir::Tensor &t : design.tensors) {
            tensors.push_back(interpreter::make_tensor(t));
        }
        REQUIRE(tensors.size() == inputs.size() + 1);
        for (size_t i = 0; i < inputs.size(); i++) {
            REQUIRE(design.tensors[i].direction == hwir::Direction::Input);
            tensors[i].data = elements(inputs[i]);
        }
        interpreter::Options options;
        options.timed = timed;
        options.seed = seed;
        interpreter::Result result = interpreter::run(design, tensors, options);
        CHECK(result.error == "");
        CHECK(tensors.back().data == expected);
    }
}

/// The message without its place and its numbers.
std::string kind_of(const std::string &rejection) {
    size_t place = rejection.find("): ");
    std::string kind = rejection.substr(place == std::string::npos ? 0 : place + 3);
    kind.erase(
        std::remove_if(kind.begin(), kind.end(), [](unsigned char c) { return std::isdigit(c); }),
        kind.end());
    return kind.substr(0, 100);
}

/// true if the schedule was accepted.
bool check_seed(const MakeLayer &make, unsigned seed, std::map<std::string, int> &rejections) {
    test::RandomLayer layer = make(seed, true);
    INFO("seed " << seed << ": " << layer.text);
    std::string rejection;
    std::optional<hwir::Design> design = design_of(layer, rejection);
    if (!design) {
        rejections[kind_of(rejection)]++;
        return false;
    }
    INFO(hwir::print(*design));
    std::vector<Halide::Buffer<>> inputs;
    for (size_t i = 0; i < layer.inputs.size(); i++) {
        inputs.push_back(test::random_buffer(layer.inputs[i], seed * 8 + unsigned(i)));
    }
    check_design(*design, inputs, reference(make, seed, inputs, design->tensors.back()), seed);
    return true;
}

/// Anything but a UserError is a failure of the seed, and the next one goes on.
bool check_seed_safely(const MakeLayer &make, unsigned seed,
                       std::map<std::string, int> &rejections) {
    try {
        return check_seed(make, seed, rejections);
    } catch (const std::exception &error) {
        FAIL_CHECK("seed " << seed << ": " << error.what());
    } catch (const Halide::Error &error) {
        FAIL_CHECK("seed " << seed << ": " << error.what());
    }
    return true;
}

/// ORRERY_SEED=n: only that seed; with ORRERY_CASES=m, m schedules from that seed on.
void check_many(const char *what, const MakeLayer &make, int wanted) {
    std::map<std::string, int> rejections;
    const char *first = std::getenv("ORRERY_SEED"), *cases = std::getenv("ORRERY_CASES");
    if (cases || first) {
        wanted = cases ? std::atoi(cases) : 1;
    }
    int accepted = 0;
    unsigned seed = first ? unsigned(std::atoi(first)) : 1;
    const unsigned start = seed;
    for (; accepted < wanted && seed < start + unsigned(4 * wanted); seed++) {
        accepted += check_seed_safely(make, seed, rejections);
    }
    std::cout << what << ": seeds " << start << " to " << seed - 1 << ", " << accepted
              << " schedules agree with Halide\n";
    for (const auto &[text, count] : rejections) {
        std::cout << "  rejected " << count << ": " << text << "\n";
    }
    CHECK(accepted >= wanted);
}

} // namespace

TEST_CASE("the interpreter agrees with Halide on random chains") {
    check_many("chains", test::random_chain, 60);
}

TEST_CASE("the interpreter agrees with Halide on random sliding windows") {
    check_many("sliding windows", test::random_windows, 90);
}
