#include "sim/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace Orrery::sim {

namespace {

constexpr size_t kept_differences = 10;
constexpr size_t described_violations = 10, described_memories = 10;

} // namespace

std::vector<Buffer> random_tensors(const DesignDescription &design, uint64_t seed) {
    std::vector<Buffer> tensors;
    Random seeds(seed, 3);
    for (const TensorDescription &tensor : design.tensors) {
        uint64_t tensor_seed = seeds.next();
        tensors.push_back(allocate_tensor(tensor));
        if (!tensor.is_output) {
            fill_random(tensor, tensors.back(), tensor_seed);
        }
    }
    return tensors;
}

Outcome check(Simulator &simulator, const Reference &reference, std::vector<Buffer> tensors,
              const RunOptions &options) {
    return check(simulator, reference, std::vector<std::vector<Buffer>>{std::move(tensors)},
                 options);
}

Outcome check(Simulator &simulator, const Reference &reference,
              std::vector<std::vector<Buffer>> invocations, const RunOptions &options) {
    Outcome outcome;
    std::vector<DesignDescription> shapes; // of each invocation
    outcome.expected = invocations;
    for (size_t n = 0; n < invocations.size(); n++) {
        std::vector<int64_t> scalars = simulator.design().scalar_values(options.scalars_of(n));
        shapes.push_back(simulator.design().at(scalars));
        for (size_t i = 0; i < invocations[n].size(); i++) {
            if (shapes[n].tensors[i].is_output) {
                outcome.expected[n][i] = allocate_tensor(shapes[n].tensors[i]);
            }
        }
        reference.run(outcome.expected[n], scalars);
        outcome.scalars = n == 0 ? scalars : outcome.scalars;
        outcome.memory = options.memory;
    }
    outcome.result = simulator.run(invocations, options);
    for (size_t n = 0; n < invocations.size(); n++) {
        for (size_t i = 0; i < shapes[n].tensors.size(); i++) {
            const TensorDescription &tensor = shapes[n].tensors[i];
            if (tensor.is_output) {
                outcome.elements += tensor.element_count();
                outcome.differing +=
                    compare_tensors(tensor, invocations[n][i], outcome.expected[n][i],
                                    kept_differences, outcome.differences);
            }
        }
        for (Difference &d : outcome.differences) {
            d.invocation = d.invocation < 0 ? int64_t(n) : d.invocation;
        }
    }
    outcome.tensors = std::move(invocations);
    return outcome;
}

std::string describe_failure(const Outcome &outcome) {
    const Result &result = outcome.result;
    std::string text;
    if (!result.failure.empty()) {
        text += result.failure + "\n";
    }
    if (result.violation_count != 0) {
        text += fmt::format("{} rule violations on the ports:\n", result.violation_count);
        for (size_t i = 0; i < result.violations.size() && i < described_violations; i++) {
            const Violation &v = result.violations[i];
            text += fmt::format("  cycle {}, {}: {}\n", v.cycle, v.port, v.rule);
        }
    }
    if (result.unwritten_elements != 0) {
        text += fmt::format("{} of {} output elements were not written\n",
                            result.unwritten_elements, outcome.elements);
    }
    if (outcome.differing != 0) {
        text += fmt::format("{} of {} output elements differ from the reference:\n",
                            outcome.differing, outcome.elements);
        for (const Difference &d : outcome.differences) {
            std::string which = result.invocations > 1
                                    ? fmt::format("invocation {}: ", d.invocation)
                                    : std::string();
            text += fmt::format("  {}{}({}): {}, expected {}\n", which, d.tensor,
                                fmt::join(d.coordinates, ", "), d.got, d.expected);
        }
    }
    if (outcome.differing != 0 && !result.unwritten_reads.empty()) {
        text +=
            "Noise was read, where nobody had written in that generation (which only lanes that "
            "are not used may do):\n";
        for (size_t i = 0; i < result.unwritten_reads.size() && i < described_memories; i++) {
            text += "  " + result.unwritten_reads[i] + "\n";
        }
    }
    return text;
}

} // namespace Orrery::sim
