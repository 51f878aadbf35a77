// The part of a random schedule that concerns the loops of one stage.
#include "fuzz/random_schedule.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::fuzz {

namespace {

constexpr int most_lanes = 40;

/// An identifier: "r$x" is written "rx".
std::string plain(std::string name) {
    name.erase(std::remove(name.begin(), name.end(), '$'), name.end());
    return name;
}

} // namespace

int RandomSchedule::extent(const std::string &func, int stage, const std::string &loop) const {
    const auto found = estimates_.find(fmt::format("{}.{}.{}", func, stage, loop));
    if (found != estimates_.end()) {
        return found->second;
    }
    for (const auto &r : layer_.stage(func, stage).get_schedule().rvars()) {
        if (r.var == loop) {
            return int(value_of(r.extent, layer_.pipeline().greatest()));
        }
    }
    const auto variable = estimates_.find(loop);
    return variable != estimates_.end() ? variable->second : 4;
}

void RandomSchedule::set_extent(const std::string &func, int stage, const std::string &loop,
                                int extent) {
    estimates_[fmt::format("{}.{}.{}", func, stage, loop)] = extent;
}

std::pair<std::string, std::string> RandomSchedule::split(const std::string &func, int stage,
                                                          const std::string &loop, int factor,
                                                          const std::string &tail) {
    const int n = extent(func, stage, loop);
    const std::string outer = fresh(func, stage, loop, "o"), inner = fresh(func, stage, loop, "i");
    if (!add({StepKind::Split, func, stage, {loop, outer, inner, tail}, {factor}})) {
        return {};
    }
    set_extent(func, stage, outer, (n + factor - 1) / factor);
    set_extent(func, stage, inner, factor);
    return {outer, inner};
}

std::string RandomSchedule::fresh(const std::string &func, int stage, const std::string &base,
                                  const char *suffix) const {
    std::string name = plain(base) + suffix;
    const auto loops = layer_.loops(func, stage);
    const auto args = layer_.func(func).args();
    while (std::any_of(loops.begin(), loops.end(), [&](const auto &l) { return l.name == name; }) ||
           std::any_of(args.begin(), args.end(), [&](const auto &a) { return a.name() == name; })) {
        name += suffix;
    }
    return name;
}

std::string RandomSchedule::draw_tail(int extent, int factor, bool is_pure_stage) {
    if (is_pure_stage && factor <= extent && dice_.once_in(4)) {
        return "ShiftInwards";
    }
    // Of a size that is a scalar nobody knows whether the factor divides it.
    const bool divides = extent % factor == 0 && !layer_.pipeline().has_sizes();
    return dice_.once_in(divides ? 2 : 40) ? "RoundUp" : "GuardWithIf";
}

void RandomSchedule::draw_loops(const std::string &func, int stage, bool is_output) {
    split_loops(func, stage, is_output);
    order_loops(func, stage, is_output);
    fuse_loops(func, stage);
    draw_lanes(func, stage);
}

void RandomSchedule::split_loops(const std::string &func, int stage, bool is_output) {
    for (const auto &l : layer_.loops(func, stage)) {
        if (!dice_.once_in(is_output ? 1 : 3) || (is_output && dice_.once_in(6))) {
            continue;
        }
        const int n = extent(func, stage, l.name);
        // Long rows are cut anywhere, short ones in small pieces.
        const int most = n > 40 && dice_.once_in(2) ? n : 8;
        const int factor = std::min(dice_.between(1, most), std::max(n, 2));
        split(func, stage, l.name, factor,
              l.is_rvar ? "GuardWithIf" : draw_tail(n, factor, is_output));
    }
}

void RandomSchedule::order_loops(const std::string &func, int stage, bool is_output) {
    std::vector<std::string> loops, outer;
    for (const auto &l : layer_.loops(func, stage)) {
        // Tiles of the output are usually walked one after the other.
        const bool is_outer = is_output && l.name.back() == 'o';
        (is_outer && !dice_.once_in(8) ? outer : loops).push_back(l.name);
    }
    dice_.shuffle(loops);
    dice_.shuffle(outer);
    loops.insert(loops.end(), outer.begin(), outer.end());
    if (loops.size() > 1) {
        add({StepKind::Reorder, func, stage, loops, {}});
    }
}

void RandomSchedule::fuse_loops(const std::string &func, int stage) {
    const auto loops = layer_.loops(func, stage);
    if (loops.size() < 2 || !dice_.once_in(10)) {
        return;
    }
    const size_t i = size_t(dice_.below(int(loops.size()) - 1));
    if (loops[i].is_rvar != loops[i + 1].is_rvar) {
        return;
    }
    const std::string fused = fresh(func, stage, loops[i].name + plain(loops[i + 1].name), "f");
    const int count = extent(func, stage, loops[i].name) * extent(func, stage, loops[i + 1].name);
    if (add({StepKind::Fuse, func, stage, {loops[i].name, loops[i + 1].name, fused}, {}})) {
        set_extent(func, stage, fused, count);
    }
}

void RandomSchedule::draw_lanes(const std::string &func, int stage) {
    const int most_loops = dice_.below(4);
    int lanes = 1;
    std::vector<std::string> chosen;
    for (const auto &l : layer_.loops(func, stage)) {
        const int n = extent(func, stage, l.name);
        if (int(chosen.size()) == most_loops || n * lanes > most_lanes || !dice_.once_in(3)) {
            continue;
        }
        const bool vectorize = !l.is_rvar && dice_.once_in(3);
        if (add({vectorize ? StepKind::Vectorize : StepKind::Unroll, func, stage, {l.name}, {}})) {
            lanes *= n;
            chosen.push_back(l.name);
            lanes_[fmt::format("{}.{}", func, stage)].insert(l.name);
        }
    }
    draw_array(func, stage, chosen);
}

void RandomSchedule::draw_array(const std::string &func, int stage,
                                const std::vector<std::string> &lanes) {
    if (lanes.empty() || dice_.once_in(2)) {
        return;
    }
    std::vector<std::string> rows, columns;
    for (const std::string &l : lanes) {
        (dice_.once_in(2) ? rows : columns).push_back(l);
    }
    rows.push_back("|");
    rows.insert(rows.end(), columns.begin(), columns.end());
    directives_.push_back({StepKind::PeArray, func, stage, rows, {}});
    if (dice_.once_in(3)) {
        const bool has_rows = rows.front() != "|", has_columns = !columns.empty();
        std::vector<std::string> axis;
        if (has_rows && has_columns && dice_.once_in(2)) {
            axis.push_back(dice_.once_in(2) ? "Rows" : "Columns");
        }
        directives_.push_back({StepKind::Systolic, func, stage, axis, {}});
    }
}

} // namespace Orrery::fuzz
