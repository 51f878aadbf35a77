#include "hwgen/frontend/loop_labels.h"

#include "hwgen/frontend/expressions.h"

#include <regex>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Halide numbers Vars ("v17") and RVars ("r4") without a name.
bool is_unnamed(const std::string &variable) {
    static const std::regex number("[vr][0-9]+");
    return std::regex_match(last_component(variable), number);
}

} // namespace

LoopLabels::LoopLabels(const std::map<std::string, Function> &environment) {
    for (const auto &[name, function] : environment) {
        if (!function.has_pure_definition()) {
            continue;
        }
        add_stage(name + ".s0.", function.definition());
        for (size_t i = 0; i < function.updates().size(); i++) {
            add_stage(name + ".s" + std::to_string(i + 1) + ".", function.update(int(i)));
        }
    }
}

void LoopLabels::add_stage(const std::string &prefix, const Definition &definition) {
    for (const Split &split : definition.schedule().splits()) {
        if (split.split_type == Split::FuseVars && is_unnamed(split.old_var)) {
            origins[prefix + split.old_var] = {prefix + split.outer, prefix + split.inner, "fused"};
        } else if (split.split_type == Split::SplitVar) {
            for (const auto &[made, role] :
                 {std::pair{split.outer, "outer"}, {split.inner, "inner"}}) {
                if (is_unnamed(made)) {
                    origins[prefix + made] = {prefix + split.old_var, "", role};
                }
            }
        }
    }
}

std::string LoopLabels::of(const std::string &halide_loop) const {
    // Halide appends a number to a loop whose name occurs twice.
    static const std::regex number("\\$[0-9]+$");
    const std::string whole = without_slide(halide_loop);
    const std::string first = std::regex_replace(whole, number, "");
    const std::string &loop = origins.count(first) ? first : whole;
    const auto stage = stage_of_loop(user_name(loop));
    return stage ? stage->first + ".s" + std::to_string(stage->second) + "." + dimension(loop)
                 : user_name(loop);
}

/// The label without Func and stage.
std::string LoopLabels::dimension(const std::string &loop) const {
    const auto origin = origins.find(loop);
    if (origin == origins.end()) {
        // An RVar's own dot ("r.x") must not cut its name, so the last component is taken before
        // '$' becomes '.'.
        return user_name(last_component(loop));
    }
    const auto &[first, second, role] = origin->second;
    return dimension(first) + "." + (second.empty() ? "" : dimension(second) + ".") + role;
}

} // namespace Orrery::frontend
