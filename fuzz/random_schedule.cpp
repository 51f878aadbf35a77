#include "fuzz/random_schedule.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::fuzz {

namespace {

std::string key_of(const std::string &func, int stage) { return fmt::format("{}.{}", func, stage); }

bool same(const std::string &a, const std::string &b) { return a == b; }

} // namespace

RandomSchedule::RandomSchedule(const Layer &layer, uint64_t seed)
    : dice_(seed), layer_(layer), graph_(layer_), estimates_(layer_.pipeline().estimates) {
    const std::vector<NamedFunc> funcs = layer_.pipeline().funcs;
    draws_windows_ = dice_.once_in(12);
    draw_output();
    for (size_t i = funcs.size() - 1; i-- > 0;) {
        draw_func(funcs[i]);
    }
    for (const Halide::ImageParam &input : layer_.pipeline().inputs) {
        draw_copies(input.name());
    }
    draw_ports();
    steps_.insert(steps_.end(), directives_.begin(), directives_.end());
}

bool RandomSchedule::add(Step step) {
    try {
        layer_.apply(step);
    } catch (const UserError &) {
        return false;
    } catch (const Halide::CompileError &) {
        return false;
    }
    steps_.push_back(std::move(step));
    return true;
}

void RandomSchedule::draw_output() {
    const std::string name = layer_.pipeline().funcs.back().name;
    draw_loops(name, 0, true);
}

void RandomSchedule::draw_func(const NamedFunc &f) {
    draw_copies(f.name);
    const bool has_updates = f.func.num_update_definitions() > 0;
    // A Func that somebody else made has loops whose names are not known in its text.
    const bool stays_inline = !has_updates && (!f.made_by.empty() || dice_.once_in(2));
    if (stays_inline || !place(f.name)) {
        graph_.set_inline(f.name);
        return;
    }
    draw_buffer(f.name);
    draw_stages(f.name);
}

void RandomSchedule::draw_stages(const std::string &func) {
    const int updates = layer_.func(func).num_update_definitions();
    bool has_partial = false;
    for (int stage = 0; stage <= updates; stage++) {
        // The first definition of a reduction is usually folded into the update.
        if (stage == 0 && updates > 0 && !dice_.once_in(8)) {
            continue;
        }
        if (stage > 0 && !has_partial && dice_.once_in(5)) {
            has_partial = draw_rfactor(func, stage);
        }
        draw_loops(func, stage, false);
    }
    const std::string partial = func + "_partial";
    if (has_partial && place(partial)) {
        draw_buffer(partial);
        draw_loops(partial, 1, false);
    }
}

bool RandomSchedule::draw_rfactor(const std::string &func, int stage) {
    std::vector<std::string> reduction;
    for (const auto &l : layer_.loops(func, stage)) {
        if (l.is_rvar) {
            reduction.push_back(l.name);
        }
    }
    if (reduction.empty()) {
        return false;
    }
    std::string kept = dice_.one_of(reduction);
    if (dice_.once_in(2) && extent(func, stage, kept) > 1) {
        const int factor = dice_.between(1, extent(func, stage, kept));
        const auto [outer, inner] = split(func, stage, kept, factor, "GuardWithIf");
        kept = outer.empty() ? kept : dice_.once_in(2) ? outer : inner;
    }
    const std::string partial = func + "_partial";
    std::map<std::string, int> extents;
    for (const auto &l : layer_.loops(func, stage)) {
        extents[l.name] = extent(func, stage, l.name);
    }
    if (!add({StepKind::Rfactor, func, stage, {partial, kept, "u"}, {}})) {
        return false;
    }
    extents["u"] = extents[kept];
    for (const auto &[loop, n] : extents) {
        set_extent(partial, 1, loop, n);
    }
    estimates_["u"] = extents[kept];
    graph_.add_func(partial);
    return true;
}

void RandomSchedule::draw_copies(const std::string &source) {
    std::vector<std::string> readers;
    for (const CallGraph::Reader &r : graph_.direct_readers(source)) {
        if (readers.empty() || readers.back() != r.func) {
            readers.push_back(r.func);
        }
    }
    for (const std::string &reader : readers) {
        if (dice_.once_in(5) || graph_.readers(source).empty()) {
            continue;
        }
        const NamedFunc *known = layer_.pipeline().find(reader);
        if (known && !known->made_by.empty()) {
            continue; // what is read there is read by a Func inside of it
        }
        const std::string copy = source + "_in_" + reader;
        if (!add({StepKind::In, source, 0, {copy, reader}, {}})) {
            continue;
        }
        graph_.add_copy(source, reader, copy);
        std::string nearer;
        if (dice_.once_in(4)) {
            nearer = copy + "_again";
            if (add({StepKind::In, copy, 0, {nearer, reader}, {}})) {
                graph_.add_copy(copy, reader, nearer);
                if (place(nearer)) {
                    draw_copy_loops(nearer);
                } else {
                    graph_.set_inline(nearer);
                }
            }
        }
        if (place(copy)) {
            draw_copy_loops(copy);
        } else {
            graph_.set_inline(copy);
        }
    }
}

void RandomSchedule::draw_copy_loops(const std::string &copy) {
    draw_buffer(copy);
    const auto loops = layer_.loops(copy, 0);
    const int kind = dice_.below(6);
    if (kind < 3 && !loops.empty()) { // several elements per cycle
        const std::string &loop = kind < 2 ? loops.front().name : loops.back().name;
        const int width = kind < 2 ? dice_.one_of<int>({2, 3, 4, 8}) : 2;
        const auto [outer, inner] =
            split(copy, 0, loop, width, dice_.once_in(20) ? "RoundUp" : "GuardWithIf");
        add({dice_.once_in(2) ? StepKind::Unroll : StepKind::Vectorize, copy, 0, {inner}, {}});
        lanes_[key_of(copy, 0)].insert(inner);
    } else if (kind == 3) {
        order_loops(copy, 0, false);
    }
}

std::vector<RandomSchedule::Level>
RandomSchedule::levels_of(const CallGraph::Reader &reader) const {
    std::vector<Level> result;
    const auto lanes = lanes_.find(key_of(reader.func, reader.stage));
    for (const auto &l : layer_.loops(reader.func, reader.stage)) {
        if (lanes == lanes_.end() || !lanes->second.count(l.name)) {
            result.push_back({reader.func, reader.stage, l.name});
        }
    }
    const auto around = levels_.find(reader.func);
    if (around != levels_.end()) {
        result.insert(result.end(), around->second.begin(), around->second.end());
    }
    return result;
}

std::vector<RandomSchedule::Level> RandomSchedule::common_levels(const std::string &func) const {
    std::vector<Level> common;
    bool first = true;
    for (const CallGraph::Reader &reader : graph_.readers(func)) {
        std::vector<Level> levels = levels_of(reader);
        if (first) {
            common = levels;
            first = false;
            continue;
        }
        common.erase(std::remove_if(common.begin(), common.end(),
                                    [&](const Level &l) {
                                        return std::none_of(
                                            levels.begin(), levels.end(), [&](const Level &o) {
                                                return same(l.func, o.func) && l.stage == o.stage &&
                                                       same(l.loop, o.loop);
                                            });
                                    }),
                     common.end());
    }
    return common;
}

bool RandomSchedule::place(const std::string &func) {
    const std::vector<Level> levels = common_levels(func);
    if (graph_.readers(func).empty()) {
        return false;
    }
    if (levels.empty() || dice_.once_in(8)) {
        levels_[func] = {};
        return add({StepKind::ComputeRoot, func, 0, {}, {}});
    }
    // The innermost loop would make buffers of single elements: seldom.
    size_t index = size_t(dice_.below(int(levels.size())));
    if (index == 0 && levels.size() > 1 && !dice_.once_in(4)) {
        index = 1 + size_t(dice_.below(int(levels.size()) - 1));
    }
    place_at(func, levels, index);
    return levels_.count(func) > 0;
}

void RandomSchedule::place_at(const std::string &func, const std::vector<Level> &levels,
                              size_t index) {
    const Level &level = levels[index];
    if (!add({StepKind::ComputeAt, func, 0, {level.func, level.loop}, {}})) {
        return;
    }
    levels_[func] = std::vector<Level>(levels.begin() + long(index), levels.end());
    if (draws_windows_ && index + 1 < levels.size() && dice_.once_in(2)) {
        const Level &further =
            levels[index + 1 + size_t(dice_.below(int(levels.size() - index) - 1))];
        add({StepKind::StoreAt, func, 0, {further.func, further.loop}, {}});
    }
}

void RandomSchedule::draw_buffer(const std::string &func) {
    const std::vector<Halide::Var> args = layer_.func(func).args();
    if (args.size() > 1 && dice_.once_in(5)) {
        std::vector<std::string> dimensions;
        for (const Halide::Var &v : args) {
            dimensions.push_back(v.name());
        }
        dice_.shuffle(dimensions);
        add({StepKind::ReorderStorage, func, 0, dimensions, {}});
    }
    if (dice_.once_in(16)) {
        directives_.push_back({StepKind::Buffer, func, 0, {"Dram"}, {}});
        draw_port(func);
    } else if (!dice_.once_in(3)) {
        directives_.push_back({StepKind::Buffer,
                               func,
                               0,
                               {dice_.once_in(4) ? "RegisterFile" : "Auto"},
                               {dice_.between(1, 2)}});
    }
}

void RandomSchedule::draw_ports() {
    std::vector<std::string> names{layer_.pipeline().funcs.back().name};
    for (const Halide::ImageParam &input : layer_.pipeline().inputs) {
        names.push_back(input.name());
    }
    for (const std::string &name : names) {
        draw_port(name);
    }
}

void RandomSchedule::draw_port(const std::string &tensor) {
    directives_.push_back({StepKind::Port,
                           tensor,
                           0,
                           {},
                           {32 << dice_.below(5), dice_.one_of<int>({1, 2, 4, 16}),
                            dice_.one_of<int>({1, 2, 16, 256})}});
}

} // namespace Orrery::fuzz
