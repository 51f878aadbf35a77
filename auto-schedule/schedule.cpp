#include "auto-schedule/schedule.h"

#include "auto-schedule/script.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <map>
#include <optional>

namespace Orrery::scheduling {

using Halide::RVar;
using Halide::Var;

namespace {

/// Of loops that a nest leaves out.
constexpr Loop::Letter innermost_first[] = {Loop::X, Loop::Y,  Loop::Z,  Loop::B,  Loop::G,
                                            Loop::K, Loop::FX, Loop::FY, Loop::FZ, Loop::C};

std::string lower_case(const Loop &loop) {
    std::string text = name_of(loop);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return text;
}

NamedFunc named(const Halide::Internal::Function &func) {
    return {Halide::Func(func), name_in_text(func)};
}

class Scheduler {
public:
    Scheduler(const Product &product, const Dataflow &dataflow)
        : product_(product), flow_(dataflow), sum_(named(product.sum.function())),
          output_(named(product.output.function())) {}

    std::string run() {
        tile_output();
        order_nest();
        add_copies();
        copy_sides();
        give_directives();
        return script_.text();
    }

private:
    /// Tiles of the output, and the sums of a tile.
    void tile_output() {
        NamedStage stage = script_.pure(output_);
        std::vector<NamedLoop> inner, outer;
        std::optional<NamedLoop> wide;
        for (const auto &[loop, rest_of_loop] : output_loops()) {
            NamedLoop rest = rest_of_loop;
            auto tile = std::find_if(flow_.tiles.begin(), flow_.tiles.end(),
                                     [&](const Block &b) { return b.loop == loop; });
            if (tile != flow_.tiles.end()) {
                const std::string name = lower_case(loop);
                tile_loops_.emplace(loop, new_loop(name + "t", false));
                NamedLoop inside = new_loop(name + "i", false);
                script_.split(stage, rest, tile_loops_.at(loop), inside, tile->size);
                rest = inside;
            }
            if (loop == flow_.drain_loop && flow_.drain_width > 1) {
                NamedLoop serial = new_loop(lower_case(loop) + "d", false);
                wide = new_loop(lower_case(loop) + "w", false);
                script_.split(stage, rest, serial, *wide, flow_.drain_width);
                inner.push_back(*wide);
                rest = serial;
            }
            inner.push_back(rest);
        }
        for (auto tile = flow_.tiles.rbegin(); tile != flow_.tiles.rend(); ++tile) {
            inner.push_back(tile_loops_.at(tile->loop));
        }
        script_.reorder(stage, inner);
        if (wide) {
            script_.vectorize(stage, *wide);
        }
        if (flow_.tiles.empty()) {
            script_.compute_root(sum_);
        } else {
            script_.compute_at(sum_, output_, tile_loops_.at(flow_.tiles.back().loop));
        }
    }

    /// Blocks, lanes and order of the loops around a multiplication.
    void order_nest() {
        NamedStage stage = script_.update(sum_);
        std::map<Loop, NamedLoop> rest;
        for (const ProductLoop &loop : product_.loops) {
            rest.emplace(loop.loop, in_update(loop));
        }
        std::vector<NamedLoop> serial;
        for (const Block &block : whole_nest()) {
            NamedLoop &left = rest.at(block.loop);
            if (block.size == 0) {
                serial.push_back(split_lanes(stage, block.loop, left));
            } else {
                const size_t part = nest_loops_[block.loop].size();
                const std::string name = lower_case(block.loop),
                                  number = part == 0 ? "" : std::to_string(part + 1);
                NamedLoop outer = new_loop(name + "o" + number, is_reduction(block.loop)),
                          inner = new_loop(name + "b" + number, is_reduction(block.loop));
                script_.split(stage, left, outer, inner, block.size);
                serial.push_back(outer);
                left = inner;
            }
            nest_loops_[block.loop].push_back(serial.back());
        }
        std::vector<NamedLoop> order = lanes_of(flow_.columns), rows = lanes_of(flow_.rows);
        order.insert(order.end(), rows.begin(), rows.end());
        order.insert(order.end(), serial.rbegin(), serial.rend());
        script_.reorder(stage, order);
    }

    /// The nest with the loops that it leaves out.
    std::vector<Block> whole_nest() const {
        std::vector<Block> nest = flow_.nest;
        for (auto letter = std::rbegin(innermost_first); letter != std::rend(innermost_first);
             ++letter) {
            for (const ProductLoop &loop : product_.loops) {
                if (loop.loop.letter == *letter &&
                    std::none_of(nest.begin(), nest.end(), [&](const Block &b) {
                        return b.loop == loop.loop && b.size == 0;
                    })) {
                    nest.push_back({loop.loop, 0});
                }
            }
        }
        return nest;
    }

    /// Splits the lanes of a loop off; returns what stays serial.
    NamedLoop split_lanes(NamedStage &stage, const Loop &loop, const NamedLoop &left) {
        for (const auto *axis : {&flow_.rows, &flow_.columns}) {
            for (const Block &b : *axis) {
                if (b.loop == loop) {
                    const std::string name = lower_case(loop);
                    NamedLoop serial = new_loop(name + "s", is_reduction(loop)),
                              lane = new_loop(name + "l", is_reduction(loop));
                    script_.split(stage, left, serial, lane, b.size);
                    lanes_.emplace(loop, lane);
                    return serial;
                }
            }
        }
        return left;
    }

    std::vector<NamedLoop> lanes_of(const std::vector<Block> &axis) const {
        std::vector<NamedLoop> loops;
        for (const Block &b : axis) {
            loops.push_back(lanes_.at(b.loop));
        }
        return loops;
    }

    void add_copies() {
        std::vector<NamedFunc> last;
        std::vector<int> counts(product_.operands.size(), 0);
        for (const Operand &operand : product_.operands) {
            last.push_back(named(operand.func));
        }
        for (const Copy &copy : flow_.copies) {
            const Operand &operand = product_.operands[size_t(copy.operand)];
            NamedFunc &func = last[size_t(copy.operand)];
            const int count = ++counts[size_t(copy.operand)];
            func = script_.copy(named(operand.func).text + "_copy" + std::to_string(count), func,
                                sum_);
            place(func, copy.level);
            if (count == 1 && operand.dense > 0) {
                script_.innermost(func, operand.dense);
            }
            for (const Block &wide : copy.wide) {
                script_.widen(func, dimension_of(operand, wide.loop), wide.size,
                              &wide == &copy.wide.front());
            }
            buffers_.push_back({func, copy.registers, copy.slots});
        }
    }

    /// A loop of a name that the algorithm does not use.
    NamedLoop new_loop(std::string name, bool reduction) {
        const std::vector<std::string> &names = product_.output.function().args();
        while (std::find(names.begin(), names.end(), name) != names.end() ||
               std::any_of(product_.loops.begin(), product_.loops.end(),
                           [&](const ProductLoop &l) { return l.name == name; })) {
            name += "_";
        }
        return script_.loop(name, reduction);
    }

    /// Where the sums of a tile are.
    Level tile_level() const {
        return flow_.tiles.empty() ? Level{} : Level{Level::Tile, flow_.tiles.back().loop, 0};
    }

    void copy_sides() {
        const int slots = flow_.tiles.empty() ? 1 : 2;
        for (const SideTensor &side : product_.sides) {
            if (side.copied) {
                const NamedFunc tensor = named(side.func), reader = named(side.reader);
                NamedFunc copy = script_.copy(tensor.text + "_in_" + reader.text, tensor, reader);
                place(copy, tile_level());
                buffers_.push_back({copy, false, slots});
            }
        }
        buffers_.push_back({sum_, flow_.sum_registers, slots});
    }

    /// The number of a loop among the dimensions of a copy of the operand.
    int dimension_of(const Operand &operand, const Loop &loop) const {
        const int dimension = operand.dimension_of(product_.index_of(loop));
        ORRERY_CHECK(dimension >= 0, "loop {} does not index {}", name_of(loop),
                     operand.func.name());
        return dimension;
    }

    void place(NamedFunc &func, const Level &level) {
        if (level.where == Level::Root) {
            script_.compute_root(func);
        } else if (level.where == Level::Tile) {
            script_.compute_at(func, output_, tile_loops_.at(level.loop));
        } else {
            script_.compute_at(func, sum_, nest_loops_.at(level.loop).at(size_t(level.part)));
        }
    }

    void give_directives() {
        script_.accelerate(output_);
        NamedStage stage = script_.update(sum_);
        script_.pe_array(stage, lanes_of(flow_.rows), lanes_of(flow_.columns));
        if (flow_.systolic) {
            script_.systolic(stage);
        }
        for (const auto &[func, registers, slots] : buffers_) {
            script_.buffer(func, registers, slots);
        }
        if (flow_.bus_bits != 0 || flow_.outstanding_bursts != 0) {
            for (const Halide::Internal::Function &tensor : product_.tensors) {
                script_.port(named(tensor), flow_.bus_bits, flow_.outstanding_bursts);
            }
            script_.port(output_, flow_.bus_bits, flow_.outstanding_bursts);
        }
    }

    static NamedLoop in_update(const ProductLoop &loop) {
        return {loop.reduction ? Halide::VarOrRVar(RVar(loop.name))
                               : Halide::VarOrRVar(Var(loop.name)),
                name_in_text(loop.name)};
    }

    /// The loops of the output: that of neighbours in memory, then in the order of the dimensions.
    std::vector<std::pair<Loop, NamedLoop>> output_loops() const {
        std::vector<std::pair<Loop, NamedLoop>> loops;
        const std::vector<std::string> &names = product_.output.function().args();
        for (size_t d = 0; d < names.size(); d++) {
            for (const ProductLoop &loop : product_.loops) {
                if (loop.output_dimension == int(d)) {
                    const auto at = int(d) == product_.dense_output ? loops.begin() : loops.end();
                    loops.insert(at, {loop.loop, {Var(names[d]), name_in_text(names[d])}});
                }
            }
        }
        return loops;
    }

    struct BufferSetting {
        NamedFunc func;
        bool registers;
        int slots;
    };
    const Product &product_;
    const Dataflow &flow_;
    NamedFunc sum_, output_;
    Script script_;
    std::map<Loop, NamedLoop> tile_loops_, lanes_;
    std::map<Loop, std::vector<NamedLoop>> nest_loops_; ///< from the outermost part on
    std::vector<BufferSetting> buffers_;
};

} // namespace

std::string schedule(const Product &product, const Dataflow &dataflow) {
    return Scheduler(product, dataflow).run();
}

} // namespace Orrery::scheduling
