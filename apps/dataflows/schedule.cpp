#include "schedule.h"

#include "script.h"

#include <algorithm>
#include <map>
#include <optional>

namespace dataflows {
using namespace Halide;

namespace {

std::string lower_case(Loop loop) {
    std::string text = name_of(loop);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// The number of a loop among the dimensions of a copy of the operand.
int dimension_of(Copy::Operand operand, Loop loop) {
    const std::vector<Loop> input{Loop::C, Loop::X, Loop::Y, Loop::B},
        weights{Loop::C, Loop::FX, Loop::FY, Loop::K};
    const std::vector<Loop> &loops = operand == Copy::Input ? input : weights;
    return int(std::find(loops.begin(), loops.end(), loop) - loops.begin());
}

class Scheduler {
public:
    Scheduler(Convolution &c, const Dataflow &dataflow)
        : c_(c), flow_(dataflow), sum_{c.sum, "sum"}, output_{c.output, "output"} {}

    std::string run() {
        tile_output();
        order_nest();
        add_copies();
        give_directives();
        return script_.text();
    }

private:
    /// Tiles of the output, and the sums of a tile.
    void tile_output() {
        NamedStage stage = script_.pure(output_);
        std::vector<NamedLoop> inner, outer;
        std::optional<NamedLoop> wide;
        for (Loop loop : {Loop::K, Loop::X, Loop::Y, Loop::B}) {
            NamedLoop rest = variable(loop);
            auto tile = std::find_if(flow_.tiles.begin(), flow_.tiles.end(),
                                     [&](const Block &b) { return b.loop == loop; });
            if (tile != flow_.tiles.end()) {
                const std::string name = lower_case(loop);
                tile_loops_.emplace(loop, script_.loop(name + "t", false));
                NamedLoop inside = script_.loop(name + "i", false);
                script_.split(stage, rest, tile_loops_.at(loop), inside, tile->size);
                rest = inside;
            }
            if (loop == Loop::K && flow_.drain_width > 1) {
                NamedLoop serial = script_.loop("kd", false);
                wide = script_.loop("kw", false);
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
        for (Loop loop : all_loops) {
            rest.emplace(loop, variable(loop));
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
                NamedLoop outer = script_.loop(name + "o" + number, is_reduction(block.loop)),
                          inner = script_.loop(name + "b" + number, is_reduction(block.loop));
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
        for (Loop loop : {Loop::C, Loop::FY, Loop::FX, Loop::K, Loop::B, Loop::Y, Loop::X}) {
            if (std::none_of(nest.begin(), nest.end(),
                             [&](const Block &b) { return b.loop == loop && b.size == 0; })) {
                nest.push_back({loop, 0});
            }
        }
        return nest;
    }

    /// Splits the lanes of a loop off; returns what stays serial.
    NamedLoop split_lanes(NamedStage &stage, Loop loop, const NamedLoop &left) {
        for (const auto *axis : {&flow_.rows, &flow_.columns}) {
            for (const Block &b : *axis) {
                if (b.loop == loop) {
                    const std::string name = lower_case(loop);
                    NamedLoop serial = script_.loop(name + "s", is_reduction(loop)),
                              lane = script_.loop(name + "l", is_reduction(loop));
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
        NamedFunc input{c_.padded, "padded"}, weights{c_.weights, "weights"}, bias{c_.bias, "bias"};
        int inputs = 0, filters = 0;
        for (const Copy &copy : flow_.copies) {
            const bool is_input = copy.operand == Copy::Input;
            NamedFunc &last = is_input ? input : weights;
            int &count = is_input ? inputs : filters;
            if (count > 0 || !is_input) { // the first level of the input is the padded input itself
                last = script_.copy((is_input ? "input_copy" : "weights_copy") +
                                        std::to_string(count + 1),
                                    last, sum_);
            }
            count++;
            place(last, copy.level);
            for (const Block &wide : copy.wide) {
                script_.widen(last, dimension_of(copy.operand, wide.loop), wide.size,
                              &wide == &copy.wide.front());
            }
            buffers_.push_back({last, copy.registers, copy.slots});
        }
        NamedFunc first = script_.copy("bias_copy", bias, sum_);
        place(first, flow_.tiles.empty() ? Level{} : Level{Level::Tile, flow_.tiles.back().loop});
        buffers_.push_back({first, false, flow_.tiles.empty() ? 1 : 2});
        buffers_.push_back({sum_, flow_.sum_registers, flow_.tiles.empty() ? 1 : 2});
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
        for (const NamedFunc &tensor :
             {NamedFunc{c_.input, "input"}, NamedFunc{c_.weights, "weights"},
              NamedFunc{c_.bias, "bias"}, output_}) {
            script_.port(tensor, flow_.bus_bits);
        }
    }

    /// The loop as the algorithm calls it.
    NamedLoop variable(Loop loop) const {
        switch (loop) {
        case Loop::C:
            return {c_.r.x, "r.x"};
        case Loop::FX:
            return {c_.r.y, "r.y"};
        case Loop::FY:
            return {c_.r.z, "r.z"};
        case Loop::K:
            return {c_.k, "k"};
        case Loop::X:
            return {c_.x, "x"};
        case Loop::Y:
            return {c_.y, "y"};
        case Loop::B:
            break;
        }
        return {c_.b, "b"};
    }

    struct BufferSetting {
        NamedFunc func;
        bool registers;
        int slots;
    };
    Convolution &c_;
    const Dataflow &flow_;
    NamedFunc sum_, output_;
    Script script_;
    std::map<Loop, NamedLoop> tile_loops_, lanes_;
    std::map<Loop, std::vector<NamedLoop>> nest_loops_; ///< from the outermost part on
    std::vector<BufferSetting> buffers_;
};

} // namespace

std::string schedule(Convolution &convolution, const Dataflow &dataflow) {
    return Scheduler(convolution, dataflow).run();
}

} // namespace dataflows
