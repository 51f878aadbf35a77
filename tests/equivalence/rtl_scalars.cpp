// Designs with scalar inputs: one Verilog, run at many random values of its scalars, against
// Halide.
//
// ORRERY_SEED=n starts at another seed, ORRERY_RUNS=n sets the number of values per design,
// ORRERY_KIND=text keeps the layers whose name contains the text.
#include "halide-fork/compile.h"
#include "hwgen/hwir/print.h"
#include "hwgen/hwir/specialize.h"
#include "hwgen/interpreter/interpreter.h"
#include "sim/check.h"
#include "sim/prediction.h"
#include "tests/equivalence/scalar_layers.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace fs = std::filesystem;
using namespace Orrery;

namespace {

int number_from_environment(const char *name, int otherwise) {
    const char *text = std::getenv(name);
    return text && *text ? std::atoi(text) : otherwise;
}

struct Case {
    test::ScalarLayerKind kind;
    std::shared_ptr<Orrery::Design> design;
    std::unique_ptr<sim::DesignDescription> description; ///< its address is kept by the build
};

Case compile_case(const test::ScalarLayerKind &kind, const fs::path &directory) {
    Case c;
    c.kind = kind;
    CompileOptions options;
    options.name = "layer";
    c.design =
        std::make_shared<Orrery::Design>(Orrery::compile(kind.make(true).output, {}, options));
    fs::remove_all(directory);
    for (const auto &[path, text] : c.design->files()) {
        fs::create_directories((directory / path).parent_path());
        std::ofstream(directory / path, std::ios::binary) << text;
    }
    c.description = std::make_unique<sim::DesignDescription>(sim::read_design(directory));
    return c;
}

/// Values of all scalars: the first runs take the least and the greatest ones.
std::map<std::string, int64_t> choose_scalars(const sim::DesignDescription &design, int run,
                                              test::Dice &dice) {
    std::map<std::string, int64_t> values;
    for (const sim::ScalarDescription &s : design.scalars) {
        const uint64_t span = uint64_t(s.max) - uint64_t(s.min);
        const uint64_t random = uint64_t(dice.below(1 << 30)) << 34 ^
                                uint64_t(dice.below(1 << 30)) << 17 ^ uint64_t(dice.below(1 << 30));
        const int choice = run < 2 ? run : dice.below(5);
        values[s.name] = choice == 0     ? s.min
                         : choice == 1   ? s.max
                         : span + 1 == 0 ? int64_t(random)
                                         : int64_t(uint64_t(s.min) + random % (span + 1));
    }
    return values;
}

/// What Halide computes from the plain algorithm, on the CPU; the output among `tensors` is set.
void run_halide(const Case &c, const sim::DesignDescription &design,
                const std::map<std::string, int64_t> &scalars, std::vector<sim::Buffer> &tensors) {
    test::ScalarLayer layer = c.kind.make(false);
    for (Halide::Parameter &scalar : layer.scalars) {
        test::set_scalar(scalar, scalars.at(scalar.name()));
    }
    for (size_t i = 0; i < tensors.size(); i++) {
        Halide::Buffer<> buffer(*tensors[i].raw_buffer());
        const sim::TensorDescription &tensor = design.tensors[i];
        if (tensor.is_output) {
            layer.output.realize(buffer);
            continue;
        }
        for (Halide::ImageParam &input : layer.inputs) {
            if (input.name() == tensor.name) {
                input.set(buffer);
            }
        }
    }
}

/// All elements of a buffer in memory, as the interpreter has them; gaps are 0.
std::vector<int64_t> elements(const sim::TensorDescription &tensor, const sim::Buffer &data) {
    Halide::Buffer<> buffer(*const_cast<halide_buffer_t *>(data.raw_buffer()));
    std::vector<int64_t> values(size_t(tensor.span_bytes() / tensor.element_bytes()), 0);
    sim::for_each_element(tensor, [&](const int *, int64_t offset) {
        values[size_t(offset)] = test::element_value(buffer, offset);
    });
    return values;
}

/// The hardware IR at these values, in the interpreter.
std::string interpret(const Case &c, const sim::DesignDescription &design,
                      const std::vector<int64_t> &scalars, unsigned seed,
                      const std::vector<sim::Buffer> &expected) {
    const hwir::Design hardware = hwir::specialize(c.design->hardware(), scalars);
    std::vector<interpreter::Tensor> tensors;
    for (size_t i = 0; i < hardware.tensors.size(); i++) {
        tensors.push_back(interpreter::make_tensor(hardware.tensors[i]));
        if (hardware.tensors[i].direction == hwir::Direction::Input) {
            tensors.back().data = elements(design.tensors[i], expected[i]);
        }
    }
    interpreter::Options options;
    options.timed = seed % 2 == 0;
    options.seed = seed;
    const interpreter::Result result = interpreter::run(hardware, tensors, options);
    for (size_t i = 0; i < design.tensors.size(); i++) { // scratch tensors are behind them
        if (result.error.empty() && tensors[i].data != elements(design.tensors[i], expected[i])) {
            return "interpreter: tensor " + design.tensors[i].name + " differs";
        }
    }
    return result.error.empty() ? "" : "interpreter: " + result.error;
}

/// Random inputs; outputs of their own for the design and for Halide.
void random_tensors(const sim::DesignDescription &design, unsigned seed,
                    std::vector<sim::Buffer> &tensors, std::vector<sim::Buffer> &expected) {
    for (size_t i = 0; i < design.tensors.size(); i++) {
        const sim::TensorDescription &tensor = design.tensors[i];
        tensors.push_back(sim::allocate_tensor(tensor));
        expected.push_back(tensor.is_output ? sim::allocate_tensor(tensor) : tensors.back());
        if (!tensor.is_output) {
            Halide::Buffer<> buffer(*tensors.back().raw_buffer());
            test::fill_random(buffer, seed * 8 + unsigned(i));
        }
    }
}

/// What is wrong with a run at some values of the scalars; empty if nothing.
std::string check_run(const Case &c, sim::Simulator &simulator, unsigned seed, int run) {
    test::Dice dice(seed);
    sim::RunOptions options;
    options.scalars = choose_scalars(*c.description, run, dice);
    options.seed = seed;
    options.watchdog_cycles = 4000;
    if (dice.once_in(2)) {
        options.memory = {dice.between(1, 60), dice.between(10, 50), dice.once_in(3) ? 1 : 0};
        options.misalignment = -1;
    }
    options.reset = options.memory.stall_percent == 0; // the model knows no earlier runs
    std::string text;
    for (const auto &[name, value] : options.scalars) {
        text += name + "=" + std::to_string(value) + " ";
    }
    // A second invocation overlaps with it, at other values.
    options.invocation_scalars = {options.scalars, choose_scalars(*c.description, run + 1, dice)};
    std::vector<std::vector<sim::Buffer>> tensors(2), expected(2);
    std::vector<sim::DesignDescription> designs;
    std::string fault;
    for (unsigned n = 0; n < 2; n++) {
        const std::map<std::string, int64_t> &scalars = options.invocation_scalars[n];
        const std::vector<int64_t> values = c.description->scalar_values(scalars);
        designs.push_back(c.description->at(values));
        random_tensors(designs[n], seed + 500 * n, tensors[n], expected[n]);
        run_halide(c, designs[n], scalars, expected[n]);
        fault += interpret(c, designs[n], values, seed, expected[n]);
    }
    sim::Outcome outcome;
    outcome.result = simulator.run(tensors, options);
    for (size_t n = 0; n < 2; n++) {
        for (size_t i = 0; i < tensors[n].size(); i++) {
            const sim::TensorDescription &tensor = designs[n].tensors[i];
            if (tensor.is_output) {
                outcome.elements += uint64_t(tensor.element_count());
                outcome.differing += sim::compare_tensors(tensor, tensors[n][i], expected[n][i], 5,
                                                          outcome.differences);
            }
        }
    }
    if (outcome.passed() && outcome.result.messages.empty() && fault.empty()) {
        if (options.memory.stall_percent == 0) {
            fault = sim::wrong_predictions(c.description->directory, options, outcome.result);
        }
        return fault.empty() ? "" : text + "is predicted otherwise:\n" + fault;
    }
    return text + "\n" + fault + "\n" + sim::describe_failure(outcome) + outcome.result.messages;
}

} // namespace

TEST_CASE("one Verilog agrees with Halide at all values of its scalars") {
    const unsigned seed = unsigned(number_from_environment("ORRERY_SEED", 1));
    const int runs = number_from_environment("ORRERY_RUNS", 25);
    const char *wanted = std::getenv("ORRERY_KIND");
    const fs::path directory = fs::path(ORRERY_DESIGN_DIR) / "rtl_scalars";
    std::vector<Case> cases;
    for (const test::ScalarLayerKind &kind : test::scalar_layers()) {
        if (!wanted || std::string(kind.name).find(wanted) != std::string::npos) {
            cases.push_back(compile_case(kind, directory / kind.name));
        }
    }
    std::vector<const sim::DesignDescription *> designs;
    for (const Case &c : cases) {
        designs.push_back(c.description.get());
    }
    sim::BuildOptions options;
    options.quick = true;
    const std::vector<sim::Model> models =
        sim::build_models(designs, directory / "models", options);
    for (size_t i = 0; i < cases.size(); i++) {
        sim::Simulator simulator(*cases[i].description, models[i]);
        int failures = 0;
        for (int run = 0; run < runs && failures < 3; run++) {
            const std::string fault =
                check_run(cases[i], simulator, seed * 1000 + unsigned(run), run);
            if (!fault.empty()) {
                failures++;
                FAIL_CHECK(cases[i].kind.name << " (run " << run << "): " << fault);
            }
        }
        std::cout << cases[i].kind.name << ": " << runs << " runs\n";
    }
    CHECK(!cases.empty());
}

TEST_CASE("a dense tensor of any size is moved in one run") {
    for (const test::ScalarLayerKind &kind : test::scalar_layers()) {
        if (std::string(kind.name) == "padded_copy") {
            const Orrery::Design design = Orrery::compile(kind.make(true).output);
            for (const hwir::Stream &stream : design.hardware().streams) {
                CHECK(stream.descriptor.loops.empty());
            }
        }
    }
}
