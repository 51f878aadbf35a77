#include "hwgen/optimizer/mapping.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace Orrery::optimizer {

int64_t Mapping::spatial(int loop) const {
    int64_t product = 1;
    for (const Axis &axis : axes) {
        for (const SpatialLoop &spatial_loop : axis) {
            product *= spatial_loop.loop == loop ? spatial_loop.factor : 1;
        }
    }
    return product;
}

std::vector<int64_t> Mapping::tile(const Problem &problem, const Hardware &hardware,
                                   int level) const {
    std::vector<int64_t> extents(problem.loops.size(), 1);
    for (size_t d = 0; d < extents.size(); d++) {
        if (level < hardware.array.level) {
            for (int l = 0; l <= level; l++) {
                extents[d] *= temporal[l][d];
            }
            continue;
        }
        for (int l = level + 1; l <= hardware.last_level(); l++) {
            extents[d] *= temporal[l][d];
        }
        extents[d] = problem.loops[d].extent / extents[d];
    }
    return extents;
}

std::string axes_text(const Problem &problem, const Mapping &mapping) {
    std::vector<std::string> axes;
    for (const Axis &axis : mapping.axes) {
        std::vector<std::string> loops;
        for (const SpatialLoop &loop : axis) {
            loops.push_back(fmt::format("{} {}", problem.loops[loop.loop].name, loop.factor));
        }
        axes.push_back(fmt::format("{}", fmt::join(loops, ", ")));
    }
    return fmt::format("{}", fmt::join(axes, " | "));
}

std::string loop_nest(const Problem &problem, const Hardware &hardware, const Mapping &mapping) {
    std::string text;
    int depth = 0;
    const auto line = [&](const std::string &what, const std::string &where) {
        text += fmt::format("{:<44}{}\n", std::string(size_t(depth) * 2, ' ') + what, where);
        depth++;
    };
    for (int level = hardware.last_level(); level >= 0; level--) {
        if (level == hardware.array.level) {
            for (size_t a = 0; a < mapping.axes.size(); a++) {
                for (auto loop = mapping.axes[a].rbegin(); loop != mapping.axes[a].rend(); ++loop) {
                    line(fmt::format("parallel {} in 0..{}", problem.loops[loop->loop].name,
                                     loop->factor),
                         fmt::format("array, axis {}", a));
                }
            }
        }
        for (auto loop = mapping.order[level].rbegin(); loop != mapping.order[level].rend();
             ++loop) {
            if (mapping.temporal[level][*loop] > 1) {
                const bool ragged = !mapping.ragged.empty() && mapping.ragged[level][*loop] > 0;
                line(fmt::format("for {} in 0..{}{}", problem.loops[*loop].name,
                                 mapping.temporal[level][*loop],
                                 ragged ? fmt::format(", tiles of {}", mapping.ragged[level][*loop])
                                        : ""),
                     hardware.levels[level].name);
            }
        }
    }
    for (int level = hardware.last_level(); level >= 0; level--) {
        for (size_t x = 0; x < problem.tensors.size(); x++) {
            if (mapping.bypasses(level, x)) {
                text += fmt::format("{} bypasses {}\n", hardware.levels[level].name,
                                    problem.tensors[x].name);
            }
        }
    }
    return text;
}

} // namespace Orrery::optimizer
