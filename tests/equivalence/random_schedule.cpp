#include "tests/equivalence/random_schedule.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

std::string text_of(const std::vector<VarOrRVar> &loops) {
    std::string text;
    for (const VarOrRVar &l : loops) {
        text += " " + l.name();
    }
    return text;
}

std::vector<int> LayerBuilder::random_strides(const std::vector<int> &shape) {
    std::vector<size_t> dimensions(shape.size());
    for (size_t d = 0; d < shape.size(); d++) {
        dimensions[d] = d;
    }
    if (dice.once_in(3)) {
        dice.shuffle(dimensions);
    }
    const bool gaps = dice.once_in(5);
    std::vector<int> strides(shape.size());
    int stride = 1;
    for (size_t d : dimensions) {
        strides[d] = stride;
        stride = stride * shape[d] + (gaps ? dice.below(4) : 0);
    }
    if (dimensions.size() > 1 && dimensions[0] != 0) {
        layer.text += " order";
        for (size_t d : dimensions) {
            layer.text += "." + std::to_string(d);
        }
    }
    layer.text += gaps ? " gaps" : "";
    return strides;
}

ImageParam LayerBuilder::input(const std::string &name, Type type, const std::vector<int> &shape) {
    ImageParam parameter(type, int(shape.size()), name);
    const std::vector<int> strides = random_strides(shape);
    for (size_t d = 0; d < shape.size(); d++) {
        parameter.dim(int(d)).set_bounds(0, shape[d]).set_stride(strides[d]);
    }
    layer.inputs.push_back(parameter);
    return parameter;
}

void LayerBuilder::set_output(Func func, const std::vector<Var> &variables,
                              const std::vector<int> &shape) {
    const std::vector<int> strides = random_strides(shape);
    for (size_t d = 0; d < shape.size(); d++) {
        func.bound(variables[d], 0, shape[d]);
        func.output_buffer().dim(int(d)).set_stride(strides[d]);
    }
    layer.output = func;
    layer.schedule.output = func.name();
    drop_unused_inputs();
}

void LayerBuilder::drop_unused_inputs() {
    const std::vector<Argument> used = Pipeline(layer.output).infer_arguments();
    auto unused = [&](const ImageParam &input) {
        return std::none_of(used.begin(), used.end(),
                            [&](const Argument &a) { return a.name == input.name(); });
    };
    layer.inputs.erase(std::remove_if(layer.inputs.begin(), layer.inputs.end(), unused),
                       layer.inputs.end());
}

Type LayerBuilder::data_type() {
    return dice.one_of<Type>({Int(8), UInt(8), Int(8), UInt(8), Int(16), UInt(16)});
}

Expr LayerBuilder::requantised(const Expr &sum, const Expr &scale) {
    switch (dice.below(7)) {
    case 0:
        return sum;
    case 1:
        return cast<int8_t>(clamp(sum >> 4, -128, 127));
    case 2:
        return cast<uint8_t>(clamp((max(sum, 0) + 8) >> 4, 0, 255));
    case 3:
        return saturating_cast<int8_t>(rounding_shift_right(sum * scale, 6));
    case 4:
        return saturating_cast<int16_t>(
            rounding_mul_shift_right(sum, cast<int32_t>(scale) << 20, 26));
    case 5:
        return saturating_cast<int16_t>(select(sum > 0, sum, sum / 8) >> 2);
    default:
        return cast<uint16_t>(abs(sum) % 1000);
    }
}

TailStrategy LayerBuilder::tail(int n, int factor) {
    if (dice.once_in(4) && factor <= n) {
        return TailStrategy::ShiftInwards;
    }
    if (n % factor == 0 && dice.once_in(2)) {
        return TailStrategy::RoundUp;
    }
    return TailStrategy::GuardWithIf;
}

std::vector<VarOrRVar> LayerBuilder::order(Stage stage, std::vector<VarOrRVar> loops) {
    dice.shuffle(loops);
    stage.reorder(loops);
    layer.text += " " + stage.name() + ":" + text_of(loops);
    return loops;
}

std::vector<VarOrRVar> LayerBuilder::unroll(Stage stage, const std::vector<VarOrRVar> &loops,
                                            int most) {
    std::vector<VarOrRVar> lanes;
    for (const VarOrRVar &l : loops) {
        if (int(lanes.size()) < most && dice.once_in(3)) {
            if (!l.is_rvar && dice.once_in(3)) {
                stage.vectorize(l);
            } else {
                stage.unroll(l);
            }
            lanes.push_back(l);
        }
    }
    if (!lanes.empty()) {
        layer.text += " lanes" + text_of(lanes);
    }
    return lanes;
}

void LayerBuilder::place(Func source, const Func &user, const std::vector<VarOrRVar> &inner,
                         const Var &level) {
    Func copy = source.in(user);
    put(copy, user, inner, level);
    if (dice.once_in(4)) {
        Func outer = copy;
        Func nearer = copy.in(user);
        outer.compute_root();
        if (dice.once_in(2)) {
            outer.compute_at(layer.output, level);
        } else {
            // compute_root was its level
            layer.text += " outer@root";
        }
        put(nearer, user, inner, level);
    }
}

void LayerBuilder::compute_at(Func func, const Func &user, const VarOrRVar &loop) {
    if (loop.is_rvar) {
        func.compute_at(user, loop.rvar);
    } else {
        func.compute_at(user, loop.var);
    }
    layer.text += " " + func.name() + "@" + user.name() + "." + loop.name();
}

void LayerBuilder::put(Func func, const Func &user, const std::vector<VarOrRVar> &inner,
                       const Var &level) {
    if (dice.once_in(2)) {
        compute_at(func, layer.output, level);
    } else {
        compute_at(func, user, inner[dice.between(1, int(inner.size()) - 1)]);
    }
    set_buffer(func, true);
}

void LayerBuilder::set_buffer(Func func, bool widen_fill) {
    if (dice.once_in(4) && func.dimensions() > 1) {
        std::vector<Var> storage = func.args();
        dice.shuffle(storage);
        func.reorder_storage(storage);
        layer.text += " storage." + storage[0].name();
    }
    if (widen_fill) {
        widen(func);
    }
    BufferDirective &buffer = layer.schedule.buffers[func.name()];
    if (dice.once_in(2)) {
        buffer.slots = 2;
        layer.text += " slots2";
    }
    if (dice.once_in(4)) {
        buffer.technology = hwir::MemoryTechnology::RegisterFile;
        layer.text += " registers";
    }
}

void LayerBuilder::widen(Func func) {
    const Var innermost = func.args()[0], outermost = func.args().back();
    const int kind = dice.below(6);
    const int width = dice.one_of<int>({2, 3, 4, 8});
    if (kind < 2) {
        func.vectorize(innermost, width, kind ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
        layer.text += (kind ? " vectorize-up" : " vectorize") + std::to_string(width);
    } else if (kind == 2) {
        func.unroll(outermost, 2, TailStrategy::GuardWithIf);
        layer.text += " unroll-outer";
    }
}

void LayerBuilder::maybe_array(const Func &func, const std::vector<VarOrRVar> &lanes) {
    if (lanes.empty() || dice.once_in(3)) {
        return;
    }
    ArrayDirective array;
    for (const VarOrRVar &l : lanes) {
        (dice.once_in(2) ? array.rows : array.columns).push_back(l.name());
    }
    layer.text += " array";
    if (dice.once_in(2)) {
        const int axes = dice.between(1, 3);
        array.row_links = (axes & 1) != 0 && !array.rows.empty();
        array.column_links = (axes & 2) != 0 && !array.columns.empty();
        layer.text += array.row_links ? " systolic-rows" : "";
        layer.text += array.column_links ? " systolic-columns" : "";
    }
    layer.schedule.arrays[{func.name(), 1}] = array;
}

void LayerBuilder::set_ports() {
    std::vector<std::string> names{layer.output.name()};
    for (const ImageParam &input : layer.inputs) {
        names.push_back(input.name());
    }
    layer.text += " bus";
    for (const std::string &name : names) {
        PortDirective &port = layer.schedule.ports[name];
        port.bus_bits = 32 << dice.below(5);
        port.outstanding_bursts = dice.one_of<int>({1, 2, 4, 16});
        port.max_burst_beats = dice.one_of<int>({1, 2, 16, 256});
        layer.text += " " + std::to_string(port.bus_bits);
    }
}

} // namespace Orrery::test
