// Random pipelines without a schedule, on random hardware: what the auto-scheduler makes of them
// computes what Halide does, and does what is counted from the mapping.
//
// ORRERY_SEED=n starts at another seed, ORRERY_RUNS=n draws so many.
#include "auto-schedule/auto_schedule.h"
#include "auto-schedule/problem.h"
#include "halide-fork/hardware.h"
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/optimizer/hardware.h"
#include "hwgen/support/error.h"
#include "tests/auto_schedule/random_product.h"
#include "tests/equivalence/predicted_counters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>

using namespace Orrery;
using test::Dice;
using test::RandomProduct;

namespace {

optimizer::Hardware random_hardware(Dice &dice) {
    optimizer::Hardware hardware;
    hardware.name = "random";
    const int levels = dice.between(2, 4);
    int64_t words = dice.between(2, 40);
    for (int l = 0; l + 1 < levels; l++) {
        words = l + 2 == levels ? words * dice.between(4, 40) : words;
        hardware.levels.emplace_back("L" + std::to_string(l), words, dice.between(1, 9));
        words *= dice.between(1, 6);
    }
    hardware.levels.emplace_back("DRAM", 0, dice.between(5, 200));
    hardware.array.axes = dice.between(1, 2);
    hardware.array.elements = dice.between(1, 16);
    hardware.array.level = dice.below(levels - 1);
    hardware.replication = true;
    return hardware;
}

/// Files of a case, which are gone with it.
class Directory {
public:
    explicit Directory(unsigned seed)
        : path_(std::filesystem::path(ORRERY_DESIGN_DIR) / fmt::format("random_product_{}", seed)) {
        std::filesystem::create_directories(path_);
    }
    Directory(const Directory &) = delete;
    ~Directory() { std::filesystem::remove_all(path_); }

    std::string write(const std::string &name, const std::string &text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

/// The name of the Func of each operand, as the optimizer has them.
std::vector<std::string> operands_of(const Halide::Func &output) {
    std::vector<std::string> names;
    for (const scheduling::Operand &operand : scheduling::find_product(output).operands) {
        names.push_back(scheduling::name_in_text(operand.func));
    }
    return names;
}

/// The hardware IR against Halide on the CPU.
void check_values(const hwir::Design &design, const RandomProduct &product) {
    test::Layer plain = product.make();
    std::vector<interpreter::Tensor> tensors;
    std::map<std::string, Halide::Buffer<>> inputs;
    unsigned seed = 1;
    for (Halide::ImageParam &input : plain.inputs) {
        inputs[input.name()] = test::random_buffer(input, seed++);
        input.set(inputs.at(input.name()));
    }
    Halide::Buffer<> expected = product.output_buffer();
    plain.output.realize(expected);
    for (const hwir::Tensor &t : design.tensors) {
        tensors.push_back(interpreter::make_tensor(t));
        if (t.direction == hwir::Direction::Input) {
            tensors.back().data = test::in_memory(inputs.at(t.name), t);
        }
    }
    for (const bool timed : {true, false}) {
        interpreter::Options options;
        options.timed = timed;
        std::vector<interpreter::Tensor> memory = tensors;
        const interpreter::Result result = interpreter::run(design, memory, options);
        CHECK(result.error == "");
        CHECK(memory.back().data == test::in_memory(expected, design.tensors.back()));
    }
}

class Case {
public:
    explicit Case(unsigned seed)
        : directory_(seed), dice_(seed), product_(dice_), hardware_(random_hardware(dice_)) {
        options_.hardware = directory_.write("hardware.json", hardware_json(hardware_));
        options_.objective = dice_.one_of<std::string>({"energy", "cycles", "edp"});
        options_.factors = dice_.one_of<std::string>({"ceil", "ceil", "divide", "all"});
        options_.threads = 1;
        options_.seconds = 20; // a search of few takes minutes
    }

    std::string text() const {
        return product_.text() + hardware_json(hardware_) + "\n" + options_.objective + ", " +
               options_.factors;
    }

    void run() {
        const test::Layer layer = product_.make();
        const std::vector<std::string> operands = operands_of(layer.output);
        const AutoSchedule found = auto_schedule(layer.output, options_);
        INFO(found.schedule);
        const hwir::Design design =
            hardware_ir(layer.output, "layer", Halide::Pipeline(layer.output).infer_arguments());
        check_values(design, product_);
        const test::PredictedCounters predicted(design);
        predicted.check(hardware_accesses(optimizer::parse_mapping("mapping.json", found.mapping)),
                        operands, "sum", "output");
        CHECK(nlohmann::json::parse(found.mapping)["exact_cycles"] == predicted.cycles());
        const std::string file = directory_.write("mapping.json", found.mapping);
        CHECK(schedule_mapping(product_.make().output, file).schedule == found.schedule);
    }

private:
    Directory directory_;
    Dice dice_;
    RandomProduct product_;
    optimizer::Hardware hardware_;
    AutoScheduleOptions options_;
};

} // namespace

TEST_CASE("random products become hardware that does what is counted from their mappings") {
    const int first = test::from_environment("ORRERY_SEED", 1),
              runs = test::from_environment("ORRERY_RUNS", 60);
    std::map<std::string, int> refused; ///< by message
    int count = 0;
    for (int seed = first; seed < first + runs; seed++) {
        Case drawn{unsigned(seed)};
        INFO("seed " << seed << "\n" << drawn.text());
        try {
            drawn.run();
        } catch (const UserError &error) {
            refused[error.what()]++;
            count++;
            std::cout << "seed " << seed << " is refused" << (runs == 1 ? ":\n" + drawn.text() : "")
                      << "\n";
        } catch (const Halide::Error &error) {
            FAIL_CHECK("Halide: " << error.what());
        } catch (const std::exception &error) {
            FAIL_CHECK(error.what());
        }
    }
    for (const auto &[message, times] : refused) {
        std::cout << times << " of " << runs << " random products: " << message << "\n";
    }
    CHECK(count <= std::max(1, runs / 50));
}
