#include "fuzz/run_case.h"

#include "fuzz/compile_case.h"
#include "halide-fork/hardware.h"
#include "hwgen/hwir/specialize.h"
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/lower/lower.h"
#include "hwgen/support/error.h"

#include <cctype>
#include <memory>

namespace Orrery::fuzz {

namespace {

/// Of a process: a second in the interpreter.
constexpr int64_t most_interpreted_points = 500'000;

std::string without_line_breaks(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

/// What the elements differ in, the first ones of them; empty if in nothing.
std::string differences(const std::vector<int64_t> &got, const std::vector<int64_t> &expected) {
    std::string text;
    int count = 0;
    for (size_t i = 0; i < got.size(); i++) {
        if (got[i] != expected[i] && count++ < 3) {
            text +=
                fmt::format("; element {} is {}, but Halide computes {}", i, got[i], expected[i]);
        }
    }
    return count == 0 ? "" : fmt::format("{} of {} elements differ{}", count, got.size(), text);
}

std::vector<int64_t> values_for(const hwir::Design &design, const ScalarValues &scalars) {
    std::vector<int64_t> values;
    for (const hwir::Scalar &s : design.exprs.scalars()) {
        values.push_back(scalars.at(s.name));
    }
    return values;
}

/// A design without scalars.
Outcome run_and_compare(const hwir::Design &design, Reference &reference, size_t setting,
                        bool timed) {
    std::vector<interpreter::Tensor> tensors;
    const interpreter::Tensor *output = nullptr;
    tensors.reserve(design.tensors.size());
    for (const hwir::Tensor &t : design.tensors) {
        tensors.push_back(interpreter::make_tensor(t));
        if (t.direction == hwir::Direction::Input) {
            tensors.back().data = elements(reference.input(setting, t.name));
        } else if (t.direction == hwir::Direction::Output) {
            output = &tensors.back();
        }
    }
    interpreter::Options options;
    options.timed = timed;
    const interpreter::Result result = interpreter::run(design, tensors, options);
    if (!result.error.empty()) {
        return {Verdict::BreaksRule, result.error};
    }
    const std::string text = differences(output->data, elements(reference.output(setting)));
    return text.empty() ? Outcome() : Outcome{Verdict::Differs, text};
}

} // namespace

const char *name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::Agrees:
        return "agrees";
    case Verdict::Refused:
        return "refused";
    case Verdict::Differs:
        return "differs from Halide";
    case Verdict::BreaksRule:
        return "breaks a rule of the hardware";
    case Verdict::Mispredicted:
        return "is predicted otherwise";
    case Verdict::InternalError:
        return "internal error";
    case Verdict::Crash:
        return "crash";
    case Verdict::Hang:
        return "hangs";
    }
    return "";
}

std::string kind_of_message(const Outcome &outcome) {
    // Words that hold a digit, a dot or a colon are names, places or numbers.
    std::string kind, word;
    for (char c : outcome.message + " ") {
        if (c != ' ' && c != '\n') {
            word += c;
            continue;
        }
        bool is_name = false;
        for (size_t i = 0; i < word.size(); i++) {
            is_name |= std::isdigit((unsigned char)word[i]) || word[i] == '_' || word[i] == '$' ||
                       (word[i] == '.' && i + 1 < word.size());
        }
        kind += is_name ? "* " : word + " ";
        word.clear();
    }
    return kind.substr(0, 150);
}

bool same_fault(const Outcome &a, const Outcome &b) {
    if (a.verdict != b.verdict) {
        return false;
    }
    // How elements differ says nothing of the reason.
    return a.verdict == Verdict::Differs || a.verdict == Verdict::Crash ||
           a.verdict == Verdict::Hang || kind_of_message(a) == kind_of_message(b);
}

Reference &reference_of(const Layer &layer) {
    static std::string last;
    static std::unique_ptr<Reference> reference;
    const std::string text = print(layer);
    if (last != text) {
        reference = std::make_unique<Reference>(layer);
        last = text;
    }
    return *reference;
}

Outcome compare_with_halide(const hwir::Design &design, Reference &reference) {
    bool ran = false;
    for (size_t setting = 0; setting < reference.scalar_settings(); setting++) {
        const std::vector<int64_t> values = values_for(design, reference.scalars(setting));
        if (!hwir::takes(design, values)) {
            continue;
        }
        const hwir::Design specialized = hwir::specialize(design, values);
        for (bool timed : {true, false}) {
            const Outcome outcome = run_and_compare(specialized, reference, setting, timed);
            if (outcome.is_failure()) {
                return outcome;
            }
        }
        ran = true;
    }
    return ran ? Outcome() : Outcome{Verdict::Refused, "a requirement on the scalars"};
}

hwir::Design compile_to_ir(const Case &c) {
    const ScheduledLayer layer = scheduled(c);
    const Halide::Func output = layer.pipeline().output();
    return hardware_ir(output, "layer", Halide::Pipeline(output).infer_arguments());
}

void check_length(const hwir::Design &design, int64_t most_points) {
    for (const hwir::Process &process : design.processes) {
        int64_t points = 1;
        for (const hwir::Loop &loop : process.loops) {
            points *= loop.kind == hwir::LoopKind::Serial ? loop.max_extent : 1;
        }
        if (points > most_points) {
            user_error("a process has more points than a random case may take");
        }
    }
}

ScheduledLayer scheduled(const Case &c) {
    ScheduledLayer layer(c.layer);
    for (const Step &step : c.steps) {
        layer.apply(step);
    }
    layer.finish();
    return layer;
}

Outcome outcome_of(const std::function<Outcome()> &run) {
    try {
        return run();
    } catch (const UserError &error) {
        return {Verdict::Refused, without_line_breaks(error.what())};
    } catch (const Halide::CompileError &error) {
        return {Verdict::Refused, "Halide: " + without_line_breaks(error.what())};
    } catch (const Halide::Error &error) {
        return {Verdict::InternalError, "Halide: " + without_line_breaks(error.what())};
    } catch (const std::exception &error) {
        return {Verdict::InternalError, error.what()};
    }
}

Outcome interpret(const Case &c) {
    return outcome_of([&] {
        const hwir::Design design = compile_to_ir(c);
        check_length(design, most_interpreted_points);
        const Outcome outcome = compare_with_halide(design, reference_of(c.layer));
        if (!outcome.is_failure()) {
            lower_design(design); // its checks of the netlist are what is wanted
        }
        return outcome;
    });
}

} // namespace Orrery::fuzz
