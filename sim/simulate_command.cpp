#include "sim/simulate_command.h"

#include "hwgen/support/error.h"
#include "sim/check.h"
#include "sim/npy.h"
#include "sim/report.h"
#include "sim/status_line.h"

#include <chrono>
#include <cstdio>
#include <sstream>

namespace Orrery::sim {

namespace {

struct Assignment {
    std::string name, value;
};

Assignment parse_assignment(const std::string &text, const char *what) {
    size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
        user_error("{} \"{}\": expected name=value", what, text);
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

int64_t parse_number(const Assignment &a, int64_t low, int64_t high) {
    try {
        size_t used = 0;
        int64_t value = std::stoll(a.value, &used);
        if (used == a.value.size() && value >= low && value <= high) {
            return value;
        }
    } catch (const std::exception &) {
    }
    user_error("--memory {}={}: expected a number from {} to {}", a.name, a.value, low, high);
}

/// The tensor that "name=file" names; it must be an input or an output as wanted.
int named_tensor(const DesignDescription &design, const std::string &name, bool output) {
    int index = design.find_tensor(name);
    if (index >= 0 && design.tensors[index].is_output == output) {
        return index;
    }
    std::string names;
    for (const TensorDescription &tensor : design.tensors) {
        if (tensor.is_output == output) {
            names += (names.empty() ? "" : ", ") + tensor.name;
        }
    }
    const char *kind = output ? "output" : "input";
    user_error("--{} {}: the design has no such {}; its {}s are: {}", kind, name, kind, kind,
               names);
}

RunOptions run_options(const SimulateCommand &command, StatusLine &status) {
    RunOptions options;
    options.seed = command.seed;
    options.max_cycles = command.max_cycles;
    options.trace_file = command.trace_file;
    parse_memory(command.memory, options);
    auto begin = std::chrono::steady_clock::now();
    auto shown = begin;
    options.progress = [&status, begin, shown](uint64_t cycles) mutable {
        auto now = std::chrono::steady_clock::now();
        if (now - shown < std::chrono::milliseconds(200)) {
            return;
        }
        shown = now;
        double seconds = std::chrono::duration<double>(now - begin).count();
        status.show(fmt::format("cycle {} ({:.0f} k cycles per second)", cycles,
                                double(cycles) / seconds / 1000));
    };
    return options;
}

/// Different random tensors for each invocation; those that are given are the same in all.
std::vector<std::vector<Buffer>> invocation_tensors(const DesignDescription &design,
                                                    const SimulateCommand &command) {
    if (command.invocations < 1) {
        user_error("--invocations {}: at least 1 is needed", command.invocations);
    }
    std::vector<std::vector<Buffer>> all;
    for (int n = 0; n < command.invocations; n++) {
        all.push_back(random_tensors(design, command.seed + uint64_t(n)));
        for (const std::string &text : command.inputs) {
            Assignment a = parse_assignment(text, "--input");
            int tensor = named_tensor(design, a.name, false);
            all.back()[tensor] = load_npy(a.value, design.tensors[tensor]);
        }
    }
    return all;
}

} // namespace

std::map<std::string, int64_t> parse_scalars(const std::vector<std::string> &texts,
                                             const DesignDescription &design) {
    std::map<std::string, int64_t> values;
    for (const std::string &text : texts) {
        Assignment a = parse_assignment(text, "--set");
        int scalar = design.find_scalar(a.name);
        bool natural = scalar >= 0 && design.scalars[scalar].type.code == halide_type_uint;
        std::istringstream stream(a.value);
        int64_t value = 0;
        uint64_t bits = 0;
        natural ? stream >> bits : stream >> value;
        bool negative = natural && a.value[0] == '-';
        if (!stream || !stream.eof() || negative) {
            user_error("--set {}: \"{}\" is not an integer of the scalar's type", a.name, a.value);
        }
        values[a.name] = natural ? int64_t(bits) : value;
    }
    return values;
}

std::filesystem::path last_report(const std::filesystem::path &directory) { return directory / "simulation" / "report.json"; }

void parse_memory(const std::string &text, RunOptions &options) {
    std::istringstream items(text);
    for (std::string item; std::getline(items, item, ',');) {
        Assignment a = parse_assignment(item, "--memory");
        if (a.name == "latency") {
            options.memory.latency = static_cast<int>(parse_number(a, 0, 1'000'000));
        } else if (a.name == "stall") {
            options.memory.stall_percent = static_cast<int>(parse_number(a, 0, 99));
        } else if (a.name == "queue") {
            options.memory.queue_bursts = static_cast<int>(parse_number(a, 0, 1'000'000));
        } else if (a.name == "misalign") {
            options.misalignment = a.value == "random" ? -1 : parse_number(a, 0, 4095);
        } else {
            user_error("--memory {}: unknown; expected latency, stall, queue or misalign", a.name);
        }
    }
}

int simulate(const SimulateCommand &command) {
    StatusLine status;
    RunOptions options = run_options(command, status);
    BuildOptions build;
    build.verilator = command.verilator;
    build.trace = !command.trace_file.empty();
    build.quick = command.quick;
    build.progress = [&](const std::string &text) { status.show(text); };
    DesignDescription design = read_design(command.directory);
    options.scalars = parse_scalars(command.scalars, design);
    const DesignDescription shaped = design.at(design.scalar_values(options.scalars));
    Reference reference(design);
    std::vector<std::vector<Buffer>> tensors = invocation_tensors(shaped, command);
    std::vector<std::pair<int, std::string>> outputs;
    for (const std::string &text : command.outputs) {
        Assignment a = parse_assignment(text, "--output");
        outputs.emplace_back(named_tensor(design, a.name, true), a.value);
    }
    Model model = build_model(design, build);
    Simulator simulator(std::move(design), std::move(model));
    Outcome outcome = check(simulator, reference, std::move(tensors), options);
    status.clear();
    for (const auto &[tensor, file] : outputs) {
        save_npy(file, shaped.tensors[tensor], outcome.tensors[0][tensor]);
    }
    fmt::print("{}", report_table(simulator.design(), outcome));
    const std::string report = report_json(simulator.design(), outcome);
    write_atomically(last_report(command.directory), report);
    if (!command.json_file.empty()) {
        write_atomically(command.json_file, report);
    }
    if (!outcome.result.messages.empty()) {
        fmt::print("\nmessages of the design:\n{}", outcome.result.messages);
    }
    if (!outcome.passed()) {
        fmt::print("\nFAILED\n{}", describe_failure(outcome));
        return 1;
    }
    fmt::print("\nall {} output elements agree with the reference\n", outcome.elements);
    return 0;
}

} // namespace Orrery::sim
