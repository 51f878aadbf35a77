#include "auto-schedule/rating.h"

#include "auto-schedule/mapping.h"
#include "halide-fork/directives.h"
#include "halide-fork/halide_errors.h"
#include "halide-fork/hardware.h"
#include "hwgen/lower/lower.h"
#include "hwgen/model/timeline.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::scheduling {

namespace HI = Halide::Internal;

namespace {

/// The same pipeline with Funcs of its own and the ports that were asked for.
Halide::Func copy_of(const Halide::Func &output) {
    const HI::Function original = output.function();
    const HI::Function copy =
        HI::deep_copy({original}, HI::build_environment({original})).first.at(0);
    auto scope = std::make_shared<Directives::Scope>();
    scope->output = copy;
    if (const auto given = Directives::find_scope(original)) {
        for (Directives::Port port : given->ports) {
            if (port.output.get_contents().defined()) {
                port.output = copy;
            }
            scope->ports.push_back(std::move(port));
        }
    }
    Directives::add_scope(scope);
    return Halide::Func(copy);
}

/// Scalar inputs with their defaults, else with the possible values next to 0.
model::Run run_of(const hwir::Design &design) {
    model::Run run;
    if (!design.exprs.scalars().empty()) {
        run.scalars.emplace_back();
        for (const hwir::Scalar &scalar : design.exprs.scalars()) {
            run.scalars[0].push_back(scalar.otherwise.value_or(
                std::clamp<int64_t>(0, scalar.range.min, scalar.range.max)));
        }
    }
    return run;
}

} // namespace

int64_t exact_cycles(const Halide::Func &output, const optimizer::MappedLayer &mapped) {
    return with_our_errors([&] {
        const Halide::Func copy = copy_of(output);
        apply_mapping(copy, mapped);
        const hwir::Design design =
            hardware_ir(copy, "candidate", Halide::Pipeline(copy).infer_arguments());
        return int64_t(model::predict(design, lower_design(design).timing, run_of(design)).cycles);
    });
}

} // namespace Orrery::scheduling
