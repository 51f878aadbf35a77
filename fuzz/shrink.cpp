#include "fuzz/shrink.h"

#include "fuzz/layers.h"

#include <algorithm>
#include <optional>
#include <set>

namespace Orrery::fuzz {

namespace {

/// More than that many cases are not run for one failure.
constexpr int most_tried = 3000;

/// What becomes of a name when the step that makes it is removed.
class Renaming {
public:
    explicit Renaming(const Step &removed) : removed_(removed) {
        const auto &n = removed.names;
        if (removed.kind == StepKind::Split) {
            loops_[n[1]] = "";
            loops_[n[2]] = n[0];
        } else if (removed.kind == StepKind::Fuse) {
            loops_[n[2]] = n[0]; // the other one is where Halide has put it
        } else if (removed.kind == StepKind::Rfactor) {
            lost_funcs_.insert(n[0]);
        } else if (removed.kind == StepKind::In) {
            lost_funcs_.insert(n[0]);
        }
    }

    /// The step without the removed one; nothing if it makes no sense any more.
    std::optional<Step> apply(Step step) {
        if (lost_funcs_.count(step.func)) {
            lose(step);
            return std::nullopt;
        }
        if (step.kind == StepKind::In || step.kind == StepKind::ComputeAt ||
            step.kind == StepKind::StoreAt) {
            const std::string &user = step.names[step.kind == StepKind::In ? 1 : 0];
            if (lost_funcs_.count(user)) {
                lose(step);
                return std::nullopt;
            }
        }
        if (step.kind == StepKind::ComputeAt || step.kind == StepKind::StoreAt) {
            const auto found = loops_.find(step.names[1]);
            if (step.names[0] == removed_.func && found != loops_.end()) {
                step.names[1] = removed_.names[0];
            }
            return step;
        }
        if (is_of_stage(step.kind) && step.func == removed_.func && step.stage == removed_.stage) {
            return in_same_stage(std::move(step));
        }
        return step;
    }

private:
    /// What the lost step would have made is lost as well.
    void lose(const Step &step) {
        if (step.kind == StepKind::In || step.kind == StepKind::Rfactor) {
            lost_funcs_.insert(step.names[0]);
        }
    }

    std::optional<Step> in_same_stage(Step step) {
        if (step.kind == StepKind::Systolic) {
            return removed_.kind == StepKind::PeArray ? std::nullopt : std::optional(step);
        }
        std::vector<std::string> names;
        for (const std::string &name : step.names) {
            const auto found = loops_.find(name);
            const std::string now = found == loops_.end() ? name : found->second;
            if (!now.empty()) {
                names.push_back(now);
            }
        }
        if (names.size() < step.names.size() && step.kind != StepKind::Reorder &&
            step.kind != StepKind::PeArray) {
            lose(step);
            return std::nullopt;
        }
        step.names = names;
        const bool has_loop =
            std::any_of(names.begin(), names.end(), [](const std::string &n) { return n != "|"; });
        return has_loop ? std::optional<Step>(step) : std::nullopt;
    }

    const Step &removed_;
    std::map<std::string, std::string> loops_; ///< of the stage; empty: gone
    std::set<std::string> lost_funcs_;
};

void add_smaller_layers(const Case &c, std::vector<Case> &result) {
    for (const LayerParameter &p : kind_of(c.layer).parameters) {
        const int value = c.layer.parameters.at(p.name);
        std::set<int> smaller{p.least, (p.least + value) / 2, value - 1};
        for (int v : smaller) {
            if (v >= p.least && v < value) {
                Case next = c;
                next.layer.parameters[p.name] = v;
                result.push_back(next);
            }
        }
    }
}

/// A step with simpler choices, or nothing where there are none.
std::vector<Step> simpler_steps(const Step &step) {
    std::vector<Step> result;
    const auto with_name = [&](size_t i, const char *name) {
        if (step.names[i] != name) {
            result.push_back(step);
            result.back().names[i] = name;
        }
    };
    const auto with_number = [&](size_t i, int number) {
        if (step.numbers[i] != number) {
            result.push_back(step);
            result.back().numbers[i] = number;
        }
    };
    switch (step.kind) {
    case StepKind::Split:
        with_name(3, "GuardWithIf");
        for (int factor : {1, 2, step.numbers[0] - 1}) {
            if (factor > 0 && factor < step.numbers[0]) {
                with_number(0, factor);
            }
        }
        break;
    case StepKind::Vectorize:
        result.push_back(step);
        result.back().kind = StepKind::Unroll;
        break;
    case StepKind::Buffer:
        if (step.names[0] == "Dram") {
            result.push_back({step.kind, step.func, 0, {"Auto"}, {1}});
        } else {
            with_name(0, "Auto");
            with_number(0, 1);
        }
        break;
    case StepKind::Port:
        with_number(0, 128);
        with_number(1, 16);
        with_number(2, 256);
        break;
    case StepKind::Reorder:
        if (step.names.size() > 2) {
            for (size_t i = 0; i < step.names.size(); i++) {
                result.push_back(step);
                result.back().names.erase(result.back().names.begin() + long(i));
            }
        }
        break;
    default:
        break;
    }
    return result;
}

} // namespace

Case without_step(const Case &c, size_t index) {
    Case result{c.layer, {c.steps.begin(), c.steps.begin() + long(index)}};
    Renaming renaming(c.steps[index]);
    for (size_t i = index + 1; i < c.steps.size(); i++) {
        if (auto step = renaming.apply(c.steps[i])) {
            result.steps.push_back(*step);
        }
    }
    return result;
}

std::vector<Case> simpler_cases(const Case &c) {
    std::vector<Case> result;
    for (size_t part = c.steps.size() / 2; part > 1; part /= 2) { // several steps at once
        for (size_t first = 0; first + part <= c.steps.size(); first += part) {
            Case next = c;
            for (size_t i = std::min(first + part, next.steps.size()); i-- > first;) {
                if (i < next.steps.size()) {
                    next = without_step(next, i);
                }
            }
            result.push_back(next);
        }
    }
    for (size_t i = c.steps.size(); i-- > 0;) {
        result.push_back(without_step(c, i));
    }
    add_smaller_layers(c, result);
    for (size_t i = 0; i < c.steps.size(); i++) {
        for (const Step &step : simpler_steps(c.steps[i])) {
            result.push_back(c);
            result.back().steps[i] = step;
        }
    }
    return result;
}

Shrunk shrink(const Case &c, const Outcome &outcome,
              const std::function<std::vector<Outcome>(const std::vector<Case> &)> &run,
              size_t batch) {
    Shrunk best{c, outcome, 0};
    std::vector<Case> candidates = simpler_cases(c);
    size_t next = 0;    // the candidate to try
    size_t in_vain = 0; // candidates of the best case that were tried
    std::set<std::string> known;
    while (in_vain < candidates.size() && best.tried < most_tried) {
        std::vector<Case> tried;
        for (; in_vain < candidates.size() && tried.size() < batch; in_vain++) {
            const Case &candidate = candidates[next];
            next = (next + 1) % candidates.size();
            if (known.insert(print(candidate)).second) {
                tried.push_back(candidate);
            }
        }
        const std::vector<Outcome> outcomes = run(tried);
        best.tried += int(tried.size());
        for (size_t i = 0; i < tried.size(); i++) {
            if (same_fault(outcomes[i], outcome)) {
                best.smallest = tried[i];
                best.outcome = outcomes[i];
                candidates = simpler_cases(best.smallest);
                next = candidates.empty() ? 0 : next % candidates.size();
                in_vain = 0;
                break;
            }
        }
    }
    return best;
}

} // namespace Orrery::fuzz
