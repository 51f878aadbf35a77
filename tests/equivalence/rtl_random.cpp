// Random chains of layers and sliding windows: the generated Verilog, run cycle by cycle, against
// Halide. Layers of one reduction are the fuzzer's (orrery fuzz --rtl).
//
// ORRERY_SEED=n starts at another seed, ORRERY_CASES=n sets the number of designs that are run.
// ORRERY_KIND=text keeps the kinds of layers whose name contains the text, ORRERY_TEXT=text the
// layers whose description does
// ("systolic", "slots2", ...).
#include "halide-fork/compile.h"
#include "hwgen/hwir/print.h"
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/support/error.h"
#include "sim/check.h"
#include "sim/prediction.h"
#include "tests/equivalence/random_directives.h"
#include "tests/equivalence/random_layer.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace fs = std::filesystem;
using namespace Orrery;

namespace {

struct LayerKind {
    const char *name;
    test::MakeLayer make;
};

LayerKind kind_of_seed(unsigned seed) {
    return seed % 2 == 0 ? LayerKind{"chain", test::random_chain}
                         : LayerKind{"windows", test::random_windows};
}

struct Case {
    std::string name; ///< kind and seed
    unsigned seed = 0;
    test::MakeLayer make = nullptr;
    std::string text;
    std::shared_ptr<Orrery::Design> design;
    std::unique_ptr<sim::DesignDescription> description; ///< its address is kept by the build
};

int number_from_environment(const char *name, int otherwise) {
    const char *text = std::getenv(name);
    return text && *text ? std::atoi(text) : otherwise;
}

/// Seconds since the last call.
double lap() {
    static auto last = std::chrono::steady_clock::now();
    auto now = std::chrono::steady_clock::now();
    double seconds = std::chrono::duration<double>(now - last).count();
    last = now;
    return seconds;
}

/// Everything but the CPU reference, which is not needed here.
void write_design(const Orrery::Design &design, const fs::path &directory) {
    fs::remove_all(directory);
    for (const auto &[path, text] : design.files()) {
        fs::create_directories((directory / path).parent_path());
        std::ofstream(directory / path, std::ios::binary) << text;
    }
}

/// The refusal without its place, names and numbers.
std::string kind_of(const std::string &refusal) {
    size_t place = refusal.find(": ");
    std::string kind = refusal.substr(place == std::string::npos ? 0 : place + 2);
    kind.erase(
        std::remove_if(kind.begin(), kind.end(), [](unsigned char c) { return std::isdigit(c); }),
        kind.end());
    return kind.substr(0, 110);
}

using Invocations = std::vector<std::vector<sim::Buffer>>; ///< tensors of each

/// What Halide computes from the plain algorithm, on the CPU. The tensors are the design's; the
/// outputs are set.
void run_halide(const Case &c, Invocations &invocations) {
    test::RandomLayer layer = c.make(c.seed, false);
    for (std::vector<sim::Buffer> &tensors : invocations) {
        std::optional<Halide::Buffer<>> output;
        for (size_t i = 0; i < tensors.size(); i++) {
            Halide::Buffer<> buffer(*tensors[i].raw_buffer());
            const sim::TensorDescription &tensor = c.description->tensors[i];
            if (tensor.is_output) {
                output = buffer;
                continue;
            }
            for (Halide::ImageParam &input : layer.inputs) {
                if (input.name() == tensor.name) {
                    input.set(buffer);
                }
            }
        }
        layer.output.realize(*output);
    }
}

std::vector<sim::Buffer> random_tensors(const Case &c, unsigned invocation) {
    std::vector<sim::Buffer> tensors;
    for (size_t i = 0; i < c.description->tensors.size(); i++) {
        const sim::TensorDescription &tensor = c.description->tensors[i];
        tensors.push_back(sim::allocate_tensor(tensor));
        if (!tensor.is_output) {
            Halide::Buffer<> buffer(*tensors.back().raw_buffer());
            test::fill_random(buffer, (c.seed + 100'003 * invocation) * 8 + unsigned(i));
        }
    }
    return tensors;
}

/// Says whether the hardware IR of a failed case is right: then the fault is behind it.
std::string what_the_interpreter_says(const Case &c, const std::vector<sim::Buffer> &expected) {
    const hwir::Design &design = c.design->hardware();
    std::vector<interpreter::Tensor> tensors;
    size_t output = 0;
    std::vector<int64_t> right;
    for (size_t i = 0; i < design.tensors.size(); i++) {
        tensors.push_back(interpreter::make_tensor(design.tensors[i]));
        std::vector<int64_t> &data = tensors.back().data;
        const sim::TensorDescription &tensor = c.description->tensors[i];
        Halide::Buffer<> buffer(*const_cast<sim::Buffer &>(expected[i]).raw_buffer());
        if (tensor.is_output) {
            output = i;
            right = data;
        }
        sim::for_each_element(tensor, [&](const int *, int64_t offset) {
            (tensor.is_output ? right : data)[size_t(offset)] = test::element_value(buffer, offset);
        });
    }
    interpreter::Result result = interpreter::run(design, tensors, {});
    if (!result.error.empty()) {
        return "the interpreter of the hardware IR fails too: " + result.error;
    }
    return tensors[output].data == right
               ? "the interpreter agrees with Halide: the fault is in the "
                 "lowering, the templates or the simulator"
               : "the interpreter disagrees with Halide as well";
}

/// One invocation without stalls; then three and two that overlap, with stalls and without.
sim::RunOptions options_of_run(const Case &c, int run, test::Dice &dice) {
    sim::RunOptions options;
    options.seed = c.seed * 4 + unsigned(run);
    options.watchdog_cycles = 4000;
    if (run > 0) {
        const int queue = dice.once_in(3) ? 1 : 0;
        options.memory = {dice.between(1, 60), run == 1 ? dice.between(10, 50) : 0, queue};
        options.misalignment = -1;
        options.reset = options.memory.stall_percent == 0; // the model knows no earlier runs
    }
    return options;
}

/// What is wrong with a case; empty if nothing.
std::string simulate(const Case &c, const sim::Model &model) {
    Invocations inputs{random_tensors(c, 0), random_tensors(c, 1), random_tensors(c, 2)};
    Invocations expected = inputs;
    for (std::vector<sim::Buffer> &tensors : expected) {
        for (size_t i = 0; i < tensors.size(); i++) {
            if (c.description->tensors[i].is_output) {
                tensors[i] = sim::allocate_tensor(c.description->tensors[i]);
            }
        }
    }
    run_halide(c, expected);
    sim::Simulator simulator(*c.description, model);
    test::Dice dice(c.seed);
    for (int run = 0; run < 3; run++) {
        const sim::RunOptions options = options_of_run(c, run, dice);
        const size_t count = run == 0 ? 1 : run == 1 ? 3 : 2;
        Invocations tensors(inputs.begin(), inputs.begin() + ptrdiff_t(count));
        sim::Outcome outcome;
        outcome.result = simulator.run(tensors, options);
        for (size_t n = 0; n < count; n++) {
            for (size_t i = 0; i < tensors[n].size(); i++) {
                const sim::TensorDescription &tensor = c.description->tensors[i];
                if (tensor.is_output) {
                    outcome.elements += uint64_t(tensor.element_count());
                    outcome.differing += sim::compare_tensors(tensor, tensors[n][i], expected[n][i],
                                                              5, outcome.differences);
                }
            }
        }
        if (!outcome.passed() || !outcome.result.messages.empty()) {
            return std::to_string(count) + " invocations, latency " +
                   std::to_string(options.memory.latency) + ", stalls " +
                   std::to_string(options.memory.stall_percent) + " %, queue " +
                   std::to_string(options.memory.queue_bursts) + ":\n" +
                   sim::describe_failure(outcome) + outcome.result.messages +
                   what_the_interpreter_says(c, expected[0]);
        }
        std::string wrong = options.memory.stall_percent == 0
                                ? sim::wrong_predictions(c.description->directory, options, outcome.result) : "";
        if (!wrong.empty()) {
            return std::to_string(count) + " invocations are predicted otherwise:\n" + wrong;
        }
    }
    return "";
}

/// Compiles, builds and runs the cases; collects what goes wrong.
class RandomDesigns {
public:
    explicit RandomDesigns(fs::path directory) : directory_(std::move(directory)) {}

    void compile(unsigned first, int wanted) {
        last_seed_ = first;
        for (int tried = 0; int(cases_.size()) < wanted && tried < 3 * wanted; last_seed_++) {
            tried += compile_seed(last_seed_);
        }
        last_seed_--;
    }

    void run() {
        std::vector<sim::Model> models = build();
        std::cout << "building took " << lap() << " s\n";
        for (size_t i = 0; i < cases_.size(); i++) {
            if (models[i].functions) {
                guard(cases_[i], [&] {
                    std::string fault = simulate(cases_[i], models[i]);
                    if (!fault.empty()) {
                        fail(cases_[i], fault);
                    }
                });
            }
        }
        std::cout << "simulation took " << lap() << " s\n";
    }

    void report(unsigned first) const {
        std::cout << "seeds " << first << " to " << last_seed_ << ": " << cases_.size()
                  << " designs run, " << failures_.size() << " failures\n";
        for (const auto &[text, count] : refusals_) {
            std::cout << "  refused " << count << ": " << text << "\n";
        }
    }

    size_t count() const { return cases_.size(); }
    const std::vector<std::string> &failures() const { return failures_; }

private:
    void fail(const Case &c, const std::string &fault) {
        failures_.push_back(c.name + " (ORRERY_SEED=" + std::to_string(c.seed) +
                            " ORRERY_CASES=1): " + c.text + "\n" + fault);
    }

    /// Calls `f`; whatever it throws is a failure of the case.
    template <typename F>
    void guard(const Case &c, F f) {
        try {
            f();
        } catch (const std::exception &error) {
            fail(c, error.what());
        } catch (const Halide::Error &error) {
            fail(c, std::string("Halide: ") + error.what());
        }
    }

    /// false if the seed is of a kind or has a description that is not wanted.
    bool compile_seed(unsigned seed) {
        const LayerKind kind = kind_of_seed(seed);
        const char *wanted = std::getenv("ORRERY_KIND");
        if (wanted && std::string(kind.name).find(wanted) == std::string::npos) {
            return false;
        }
        Case c;
        c.name = std::string(kind.name) + "_" + std::to_string(seed);
        c.seed = seed;
        c.make = kind.make;
        bool skipped = false;
        guard(c, [&] {
            try {
                test::RandomLayer layer = c.make(seed, true);
                c.text = layer.text;
                const char *part = std::getenv("ORRERY_TEXT");
                if (part && c.text.find(part) == std::string::npos) {
                    skipped = true;
                    return;
                }
                test::give_directives(layer);
                CompileOptions options;
                options.name = "layer";
                c.design =
                    std::make_shared<Orrery::Design>(Orrery::compile(layer.output, {}, options));
            } catch (const UserError &error) {
                refusals_[kind_of(error.what())]++;
                log(c.name + " " + c.text + "\n  " + error.what());
                return;
            } catch (const Halide::CompileError &error) {
                refusals_["Halide: " + kind_of(error.what())]++;
                log(c.name + " " + c.text + "\n  Halide: " + error.what());
                return;
            }
            log(c.name + " " + c.text);
            write_design(*c.design, directory_ / c.name);
            c.description =
                std::make_unique<sim::DesignDescription>(sim::read_design(directory_ / c.name));
            cases_.push_back(std::move(c));
        });
        return !skipped;
    }

    void log(const std::string &text) const {
        fs::create_directories(directory_);
        std::ofstream(directory_ / "cases.txt", std::ios::app) << text << "\n";
    }

    /// All models in one library; where that fails, those that can be built.
    std::vector<sim::Model> build() {
        std::vector<const sim::DesignDescription *> designs;
        for (const Case &c : cases_) {
            designs.push_back(c.description.get());
        }
        sim::BuildOptions options;
        options.quick = true;
        try {
            return sim::build_models(designs, directory_ / "models", options);
        } catch (const InternalError &) {
        }
        std::vector<sim::Model> models(cases_.size());
        for (size_t i = 0; i < cases_.size(); i++) {
            guard(cases_[i], [&] {
                models[i] = sim::build_models({designs[i]}, directory_ / "models", options).front();
            });
        }
        return models;
    }

    fs::path directory_;
    std::vector<Case> cases_;
    std::map<std::string, int> refusals_;
    std::vector<std::string> failures_;
    unsigned last_seed_ = 0;
};

} // namespace

TEST_CASE("the Verilog of random chains and sliding windows agrees with Halide") {
    unsigned seed = unsigned(number_from_environment("ORRERY_SEED", 1));
    int wanted = number_from_environment("ORRERY_CASES", 32);
    fs::path directory = fs::path(ORRERY_DESIGN_DIR) / "rtl_random" / std::to_string(seed);
    fs::remove_all(directory);
    std::cout << "ORRERY_SEED=" << seed << " ORRERY_CASES=" << wanted << "\n";
    lap();
    RandomDesigns designs(directory);
    designs.compile(seed, wanted);
    std::cout << "compiling took " << lap() << " s\n";
    designs.run();
    designs.report(seed);
    for (const std::string &failure : designs.failures()) {
        FAIL_CHECK(failure);
    }
    CHECK(int(designs.count()) == wanted);
}
