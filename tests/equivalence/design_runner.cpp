#include "tests/equivalence/design_runner.h"

#include "hwgen/hwir/print.h"
#include "hwgen/support/error.h"
#include "sim/prediction.h"
#include "tests/equivalence/random_layer.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

namespace fs = std::filesystem;

namespace Orrery::test {

namespace {

template <typename T>
int number_of(const std::vector<T> &things, const std::string &name) {
    auto at =
        std::find_if(things.begin(), things.end(), [&](const T &t) { return t.name == name; });
    INFO(name);
    REQUIRE(at != things.end());
    return int(at - things.begin());
}

void write_design(const Orrery::Design &design, const fs::path &directory) {
    fs::remove_all(directory);
    for (const auto &[path, text] : design.files()) {
        fs::create_directories((directory / path).parent_path());
        std::ofstream(directory / path, std::ios::binary) << text;
    }
}

} // namespace

int Measured::buffer(const std::string &n) const { return number_of(hardware().buffers, n); }
int Measured::process(const std::string &n) const { return number_of(hardware().processes, n); }
int Measured::tensor(const std::string &n) const { return number_of(hardware().tensors, n); }

DesignRunner::DesignRunner(fs::path d) : directory(std::move(d)) { fs::remove_all(directory); }

void DesignRunner::add(const std::string &name, const MakeNamedLayer &make) {
    INFO("design " << name);
    Case c;
    c.measured.name = name;
    c.make = make;
    if (!compile(c)) {
        return;
    }
    INFO(hwir::print(c.measured.hardware()));
    c.values = random_values(c, 1);
    if (interpret(c)) {
        cases.push_back(std::move(c));
    }
}

bool DesignRunner::compile(Case &c) {
    try {
        CompileOptions options;
        options.name = "layer";
        c.measured.design =
            std::make_shared<Orrery::Design>(Orrery::compile(c.make(true).output, {}, options));
        write_design(*c.measured.design, directory / c.measured.name);
        c.measured.description = sim::read_design(directory / c.measured.name);
        return true;
    } catch (const std::exception &error) {
        FAIL_CHECK(error.what());
    } catch (const Halide::Error &error) {
        FAIL_CHECK("Halide: " << error.what());
    }
    return false;
}

/// Random inputs, and what Halide makes of them on the CPU.
DesignRunner::Values DesignRunner::random_values(const Case &c, unsigned seed) {
    Layer plain = c.make(false);
    Values values;
    const std::vector<sim::TensorDescription> &tensors = c.measured.description.tensors;
    for (size_t i = 0; i < tensors.size(); i++) {
        values.tensors.push_back(sim::allocate_tensor(tensors[i]));
        values.expected.push_back(sim::allocate_tensor(tensors[i]));
        if (tensors[i].is_output) {
            continue;
        }
        Halide::Buffer<> buffer(*values.tensors.back().raw_buffer());
        fill_random(buffer, seed + unsigned(i));
        for (Halide::ImageParam &input : plain.inputs) {
            if (input.name() == tensors[i].name) {
                input.set(buffer);
            }
        }
    }
    for (size_t i = 0; i < tensors.size(); i++) {
        if (tensors[i].is_output) {
            Halide::Buffer<> output(*values.expected[i].raw_buffer());
            plain.output.realize(output);
        }
    }
    return values;
}

bool DesignRunner::interpret(Case &c) {
    const hwir::Design &design = c.measured.hardware();
    bool right = true;
    for (bool timed : {false, true}) {
        std::vector<interpreter::Tensor> tensors;
        for (size_t i = 0; i < design.tensors.size(); i++) {
            tensors.push_back(interpreter::make_tensor(design.tensors[i]));
            if (design.tensors[i].direction == hwir::Direction::Scratch) {
                continue;
            }
            Halide::Buffer<> buffer(*c.values.tensors[i].raw_buffer());
            sim::for_each_element(c.measured.description.tensors[i], [&](const int *, int64_t at) {
                tensors.back().data[size_t(at)] = element_value(buffer, at);
            });
        }
        interpreter::Options options;
        options.timed = timed;
        c.measured.interpreted = interpreter::run(design, tensors, options);
        CHECK(c.measured.interpreted.error == "");
        for (size_t i = 0; i < c.measured.description.tensors.size(); i++) {
            if (!c.measured.description.tensors[i].is_output) {
                continue;
            }
            Halide::Buffer<> buffer(*c.values.expected[i].raw_buffer());
            int64_t wrong = 0;
            sim::for_each_element(c.measured.description.tensors[i], [&](const int *, int64_t at) {
                wrong += tensors[i].data[size_t(at)] != element_value(buffer, at);
            });
            CHECK(wrong == 0);
            right = right && wrong == 0;
        }
        right = right && c.measured.interpreted.error.empty();
    }
    return right;
}

void DesignRunner::compare(const Case &c, const std::vector<sim::Buffer> &tensors,
                           const std::vector<sim::Buffer> &expected, sim::Outcome &outcome) {
    const std::vector<sim::TensorDescription> &descriptions = c.measured.description.tensors;
    for (size_t i = 0; i < descriptions.size(); i++) {
        if (descriptions[i].is_output) {
            outcome.elements += uint64_t(descriptions[i].element_count());
            outcome.differing += sim::compare_tensors(descriptions[i], tensors[i], expected[i], 5,
                                                      outcome.differences);
        }
    }
}

sim::Outcome DesignRunner::outcome_of(Case &c, sim::Simulator &simulator,
                                      const sim::RunOptions &options) {
    sim::Outcome outcome;
    outcome.result = simulator.run(c.values.tensors, options);
    compare(c, c.values.tensors, c.values.expected, outcome);
    return outcome;
}

/// Three invocations, each started while the last one is under way.
bool DesignRunner::overlap(const Case &c, sim::Simulator &simulator) {
    std::vector<std::vector<sim::Buffer>> invocations, expected;
    for (unsigned n = 0; n < 3; n++) {
        Values values = random_values(c, 100 * (n + 1));
        invocations.push_back(std::move(values.tensors));
        expected.push_back(std::move(values.expected));
    }
    sim::RunOptions options;
    options.seed = 4;
    options.watchdog_cycles = 4000;
    options.memory = {60, 20, 0};
    sim::Outcome outcome;
    outcome.result = simulator.run(invocations, options);
    for (size_t n = 0; n < invocations.size(); n++) {
        compare(c, invocations[n], expected[n], outcome);
    }
    INFO("three invocations: " << sim::describe_failure(outcome) << outcome.result.messages);
    CHECK(outcome.passed());
    return outcome.passed();
}

bool DesignRunner::catches(const std::string &name, const MakeNamedLayer &make,
                           const std::string &file, const std::string &from, const std::string &to,
                           int seeds) {
    INFO("mutation of " << name << " in " << file << ": " << to);
    Case c;
    c.measured.name = name;
    c.make = make;
    REQUIRE(compile(c));
    std::string text = c.measured.design->files().at("rtl/" + file);
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    std::ofstream(directory / name / "rtl" / file, std::ios::binary)
        << text.replace(at, from.size(), to);
    c.values = random_values(c, 1);
    sim::BuildOptions build;
    build.quick = true;
    sim::Simulator simulator(
        c.measured.description,
        sim::build_models({&c.measured.description}, directory / "models", build)[0]);
    for (int seed = 1; seed <= seeds; seed++) {
        sim::RunOptions options;
        options.seed = unsigned(seed);
        options.watchdog_cycles = 4000;
        options.memory = {100, 30, 0};
        if (!outcome_of(c, simulator, options).passed()) {
            return true;
        }
    }
    return false;
}

bool DesignRunner::simulate(Case &c, const sim::Model &model) {
    sim::Simulator simulator(c.measured.description, model);
    for (int run = 0; run < 3; run++) {
        sim::RunOptions options;
        options.seed = unsigned(run) + 1;
        options.watchdog_cycles = 4000;
        if (run > 0) {
            options.memory = {run == 1 ? 7 : 90, 30 * run - 10, run == 1 ? 1 : 0};
            options.misalignment = -1;
        }
        sim::Outcome outcome = outcome_of(c, simulator, options);
        INFO("run " << run);
        INFO(sim::describe_failure(outcome) << outcome.result.messages);
        CHECK(outcome.passed());
        CHECK(outcome.result.messages.empty());
        if (!outcome.passed()) {
            return false;
        }
        if (run == 0) {
            c.measured.simulated = outcome.result;
            CHECK(sim::wrong_predictions(c.measured.description.directory, options, outcome.result) == "");
        }
    }
    return overlap(c, simulator);
}

std::vector<Measured> DesignRunner::run() {
    std::vector<const sim::DesignDescription *> designs;
    for (const Case &c : cases) {
        designs.push_back(&c.measured.description);
    }
    sim::BuildOptions options;
    options.quick = true;
    const std::vector<sim::Model> models =
        sim::build_models(designs, directory / "models", options);
    std::vector<Measured> passed;
    for (size_t i = 0; i < cases.size(); i++) {
        INFO("design " << cases[i].measured.name);
        if (simulate(cases[i], models[i])) {
            passed.push_back(cases[i].measured);
        }
    }
    return passed;
}

} // namespace Orrery::test
