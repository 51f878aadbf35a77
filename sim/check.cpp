#include "sim/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace Orrery::sim {

namespace {

constexpr size_t kept_differences = 10;
constexpr size_t described_violations = 10;

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
    Outcome outcome;
    outcome.scalars = simulator.design().scalar_values(options.scalars);
    const DesignDescription design = simulator.design().at(outcome.scalars);
    outcome.expected = tensors;
    for (size_t i = 0; i < tensors.size(); i++) {
        if (design.tensors[i].is_output) {
            outcome.expected[i] = allocate_tensor(design.tensors[i]);
        }
    }
    reference.run(outcome.expected, outcome.scalars);
    outcome.result = simulator.run(tensors, options);
    for (size_t i = 0; i < tensors.size(); i++) {
        const TensorDescription &tensor = design.tensors[i];
        if (tensor.is_output) {
            outcome.elements += tensor.element_count();
            outcome.differing += compare_tensors(tensor, tensors[i], outcome.expected[i],
                                                 kept_differences, outcome.differences);
        }
    }
    outcome.tensors = std::move(tensors);
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
            text += fmt::format("  {}({}): {}, expected {}\n", d.tensor,
                                fmt::join(d.coordinates, ", "), d.got, d.expected);
        }
    }
    return text;
}

} // namespace Orrery::sim
