#include "fuzz/simulate_cases.h"

#include "fuzz/compile_case.h"
#include "fuzz/dice.h"
#include "fuzz/reference.h"
#include "halide-fork/hardware.h"
#include "hwgen/model/timeline.h"
#include "hwgen/support/error.h"
#include "sim/check.h"
#include "sim/model_build.h"
#include "sim/prediction.h"

#include <fstream>
#include <optional>

namespace Orrery::fuzz {

namespace fs = std::filesystem;

namespace {

/// Layers that take longer run alone only: models are compiled without optimisation.
constexpr uint64_t most_cycles_of_several = 10'000;

/// A case that has become Verilog.
struct Compiled {
    size_t index; ///< among all cases
    sim::DesignDescription description;
    sim::Model model;
};

void write_design(const Mutant &mutant, const fs::path &directory) {
    hwir::Design design = compile_to_ir(mutant.original);
    check_length(design, most_simulated_points);
    if (mutant.change) {
        mutant.change(design);
    }
    for (const auto &[path, text] : hardware_files(design, "layer")) {
        fs::create_directories((directory / path).parent_path());
        std::ofstream(directory / path, std::ios::binary) << text;
    }
}

/// All models in one library; where that fails, those that can be built, and why the others cannot.
void build(std::vector<Compiled> &designs, const fs::path &directory, int jobs,
           std::vector<Outcome> &outcomes) {
    sim::BuildOptions options;
    options.quick = true;
    options.jobs = jobs;
    std::vector<const sim::DesignDescription *> descriptions;
    for (const Compiled &c : designs) {
        descriptions.push_back(&c.description);
    }
    try {
        std::vector<sim::Model> models;
        if (!designs.empty()) {
            models = sim::build_models(descriptions, directory, options);
        }
        for (size_t i = 0; i < designs.size(); i++) {
            designs[i].model = models[i];
        }
        return;
    } catch (const InternalError &) {
    }
    for (Compiled &c : designs) {
        try {
            c.model = sim::build_models({&c.description}, directory, options).front();
        } catch (const InternalError &error) {
            outcomes[c.index] = {Verdict::InternalError, error.what()};
        }
    }
}

/// Memory of one of the runs of a case: the first one and the last one do not stall.
sim::RunOptions timing(int run, Dice &dice) {
    sim::RunOptions options;
    options.seed = uint64_t(dice.below(1 << 30));
    options.watchdog_cycles = 4000;
    if (run > 0) {
        const int queue = dice.once_in(3) ? 1 : 0;
        options.memory = {dice.between(1, 60), run < 3 ? dice.between(10, 50) : 0, queue};
        options.misalignment = -1;
    }
    options.reset = options.memory.stall_percent == 0; // the model knows no earlier runs
    return options;
}

/// The tensors of a design, inputs and outputs as the reference has them.
std::vector<sim::Buffer> tensors_of(const sim::DesignDescription &design, Reference &reference,
                                    size_t setting) {
    std::vector<sim::Buffer> tensors;
    for (const sim::TensorDescription &tensor : design.tensors) {
        tensors.push_back(sim::allocate_tensor(tensor));
        Halide::Buffer<> source =
            tensor.is_output ? reference.output(setting) : reference.input(setting, tensor.name);
        tensors.back().copy_from(*source.get());
    }
    return tensors;
}

/// A setting of the reference, for one invocation of the design.
struct Setting {
    ScalarValues scalars;
    sim::DesignDescription shaped; ///< with these scalars
    std::vector<sim::Buffer> expected;
};

/// The model's numbers are those of the simulation, where nothing is random.
Outcome check_prediction(const sim::DesignDescription &design, const sim::RunOptions &options,
                         const sim::Result &result) {
    if (options.memory.stall_percent != 0) {
        return {};
    }
    const std::string wrong = sim::wrong_predictions(design.directory, options, result);
    return wrong.empty() ? Outcome()
                         : Outcome{Verdict::Mispredicted, "predicted otherwise:\n" + wrong};
}

/// One run of invocations that follow each other without a pause, and the cycles that it took.
Outcome run_once(sim::Simulator &simulator, const std::vector<const Setting *> &invocations,
                 sim::RunOptions options, uint64_t &cycles) {
    std::vector<std::vector<sim::Buffer>> tensors;
    for (const Setting *setting : invocations) {
        tensors.push_back(setting->expected);
        options.invocation_scalars.push_back(setting->scalars);
        for (size_t i = 0; i < tensors.back().size(); i++) {
            if (setting->shaped.tensors[i].is_output) {
                tensors.back()[i] = sim::allocate_tensor(setting->shaped.tensors[i]);
            }
        }
    }
    sim::Outcome outcome;
    outcome.result = simulator.run(tensors, options);
    cycles = outcome.result.cycles;
    for (size_t n = 0; n < tensors.size(); n++) {
        const Setting &setting = *invocations[n];
        for (size_t i = 0; i < tensors[n].size(); i++) {
            const sim::TensorDescription &tensor = setting.shaped.tensors[i];
            if (tensor.is_output) {
                outcome.elements += uint64_t(tensor.element_count());
                outcome.differing += sim::compare_tensors(
                    tensor, tensors[n][i], setting.expected[i], 3, outcome.differences);
            }
        }
    }
    if (outcome.passed() && outcome.result.messages.empty()) {
        return check_prediction(invocations.front()->shaped, options, outcome.result);
    }
    const bool clean = outcome.result.clean() && outcome.result.messages.empty();
    return {clean ? Verdict::Differs : Verdict::BreaksRule,
            fmt::format("{}{} ({} invocations, latency {}, stalls {} %, queue {})",
                        sim::describe_failure(outcome), outcome.result.messages, tensors.size(),
                        options.memory.latency, options.memory.stall_percent,
                        options.memory.queue_bursts)};
}

/// Nothing if the scalars break a requirement of the design.
std::optional<std::vector<int64_t>> values_for(const sim::DesignDescription &design,
                                               const ScalarValues &scalars) {
    try {
        return design.scalar_values(scalars);
    } catch (const UserError &) {
        return std::nullopt;
    }
}

/// The settings that the design accepts.
std::vector<Setting> settings_of(const sim::DesignDescription &design, Reference &reference) {
    std::vector<Setting> settings;
    for (size_t i = 0; i < reference.settings(); i++) {
        if (const auto values = values_for(design, reference.scalars(i))) {
            const sim::DesignDescription shaped = design.at(*values);
            settings.push_back({reference.scalars(i), shaped, tensors_of(shaped, reference, i)});
        }
    }
    return settings;
}

/// Cycles of an invocation alone whose memory does not stall.
uint64_t predicted_cycles(const Setting &setting, const sim::RunOptions &options) {
    const sim::HardwareIr hardware = sim::read_hardware_ir(setting.shaped.directory);
    const model::Run run{{options.memory.latency, options.memory.queue_bursts},
                         {0},
                         {setting.shaped.scalar_values(setting.scalars)},
                         {}};
    return model::predict(hardware.design, hardware.timing, run).cycles;
}

Outcome simulate(const Mutant &mutant, const Compiled &compiled) {
    const std::vector<Setting> settings =
        settings_of(compiled.description, reference_of(mutant.original.layer));
    if (settings.empty()) {
        return {Verdict::Refused, "a requirement on the scalars"};
    }
    // Each setting alone, then invocations that overlap.
    const Setting *first = &settings.front(), *last = &settings.back();
    const std::vector<std::vector<const Setting *>> runs{
        {first}, {last}, {first, last, first}, {last, first}};
    sim::Simulator simulator(compiled.description, compiled.model);
    Dice dice(compiled.index);
    uint64_t cycles = 0; // of the first run, which does not stall
    for (size_t run = 0; run < runs.size(); run++) {
        if (runs[run].size() > 1 && cycles > most_cycles_of_several) {
            break;
        }
        sim::RunOptions options = timing(int(run), dice);
        if (run == 0) {
            options.max_cycles = most_simulated_cycles;
            // The model need not come to an end of a design that was changed.
            if (!mutant.change && predicted_cycles(*first, options) > most_simulated_cycles) {
                return {Verdict::Refused, "takes more cycles than a random case may take"};
            }
        }
        uint64_t here = 0;
        const Outcome outcome = run_once(simulator, runs[run], options, here);
        if (outcome.is_failure()) {
            return outcome;
        }
        cycles = run == 0 ? here : cycles;
    }
    return {};
}

} // namespace

std::vector<Outcome> simulate_mutants(const std::vector<Mutant> &mutants, const fs::path &directory,
                                      const IsolateOptions &options) {
    fs::remove_all(directory);
    const auto place = [&](size_t i) { return directory / std::to_string(i); };
    IsolateOptions silent = options;
    silent.done = nullptr;
    std::vector<Outcome> outcomes = run_isolated(
        mutants.size(),
        [&](size_t i) {
            return outcome_of([&] {
                write_design(mutants[i], place(i));
                return Outcome();
            });
        },
        silent);
    std::vector<Compiled> designs;
    for (size_t i = 0; i < mutants.size(); i++) {
        if (outcomes[i].verdict == Verdict::Agrees) {
            designs.push_back({i, sim::read_design(place(i)), {}});
        }
    }
    build(designs, directory / "models", options.jobs, outcomes);
    const auto run = [&](size_t i) {
        const Compiled &design = designs[i];
        return !design.model.functions
                   ? outcomes[design.index]
                   : outcome_of([&] { return simulate(mutants[design.index], design); });
    };
    const std::vector<Outcome> simulated = run_isolated(designs.size(), run, silent);
    for (size_t i = 0; i < designs.size(); i++) {
        outcomes[designs[i].index] = simulated[i];
    }
    for (size_t i = 0; options.done && i < outcomes.size(); i++) {
        options.done(i, outcomes[i]);
    }
    return outcomes;
}

std::vector<Outcome> simulate_cases(const std::vector<Case> &cases, const fs::path &directory,
                                    const IsolateOptions &options) {
    std::vector<Mutant> unchanged;
    for (const Case &c : cases) {
        unchanged.push_back({c, {}});
    }
    return simulate_mutants(unchanged, directory, options);
}

} // namespace Orrery::fuzz
