#include "auto-schedule/layer.h"

#include "hwgen/support/error.h"

#include <functional>

namespace Orrery::scheduling {

namespace HI = Halide::Internal;
using optimizer::LayerShape;

namespace {

constexpr std::pair<const char *, Loop> loop_names[] = {
    {"FX", Loop::FX}, {"FY", Loop::FY}, {"OX", Loop::X}, {"OY", Loop::Y},
    {"K", Loop::K},   {"C", Loop::C},   {"N", Loop::B},  {"G", Loop::G}};

/// Puts the estimate or the default in the place of each scalar input.
class ScalarValues : public HI::IRMutator {
    using HI::IRMutator::visit;
    Halide::Expr visit(const HI::Variable *variable) override {
        if (!variable->param.defined() || variable->param.is_buffer()) {
            return variable;
        }
        const Halide::Parameter &scalar = variable->param;
        const Halide::Expr value =
            scalar.estimate().defined() ? scalar.estimate() : scalar.default_value();
        return value.defined() ? Halide::cast(variable->type, value) : Halide::Expr(variable);
    }
};

std::optional<int64_t> value_of(const Halide::Expr &e) {
    if (!e.defined()) {
        return std::nullopt;
    }
    return HI::as_const_int(HI::simplify(ScalarValues().mutate(e)));
}

class Shaper {
public:
    explicit Shaper(const Product &product) : product_(product) {}

    LayerShape run() const {
        LayerShape shape;
        shape.groups = extent(Loop::G);
        shape.batch = extent(Loop::B);
        shape.filters = extent(Loop::K) * shape.groups;
        shape.channels = extent(Loop::C) * shape.groups;
        shape.out_width = extent(Loop::X);
        shape.out_height = extent(Loop::Y);
        shape.kernel_width = extent(Loop::FX);
        shape.kernel_height = extent(Loop::FY);
        check_dilation(Loop::FX);
        check_dilation(Loop::FY);
        const int64_t across = stride(Loop::X), down = stride(Loop::Y);
        if (shape.out_width > 1 && shape.out_height > 1 && across != down) {
            user_error("{}: the strides of {} and {} are {} and {}, and a layer of the optimizer "
                       "has one. Give a schedule of your own.",
                       name_in_text(product_.sum.function()), text(Loop::X), text(Loop::Y), across,
                       down);
        }
        shape.stride = shape.out_width > 1 ? across : shape.out_height > 1 ? down : 1;
        shape.dense = {dense_loop([&](int i) { return dense_in(product_.input, i); }),
                       dense_loop([&](int i) { return dense_in(product_.weights, i); }),
                       dense_loop([&](int i) {
                           return product_.dense_output >= 0 &&
                                  product_.loops[size_t(i)].output_dimension ==
                                      product_.dense_output;
                       })};
        return shape;
    }

private:
    const Product &product_;

    std::string text(Loop loop) const { return name_in_text(product_.find(loop)->name); }

    int64_t extent(Loop loop) const {
        const ProductLoop *found = product_.find(loop);
        if (!found) {
            return 1;
        }
        const std::optional<int64_t> value =
            found->reduction ? reduction_extent(*found) : output_extent(found->output_dimension);
        if (!value) {
            user_error("{0}: the extent of loop {1} is not known. {2}.",
                       name_in_text(product_.sum.function()), name_in_text(found->name),
                       found->reduction
                           ? "Give the scalar inputs in its RDom estimates (set_estimate)"
                           : "Give the output's dimension bounds or an estimate (set_estimate)");
        }
        return *value;
    }

    std::optional<int64_t> reduction_extent(const ProductLoop &loop) const {
        for (const HI::ReductionVariable &r :
             product_.sum.function().update(0).schedule().rvars()) {
            if (r.var == loop.name) {
                return value_of(r.extent);
            }
        }
        return std::nullopt;
    }

    std::optional<int64_t> output_extent(int dimension) const {
        const HI::Function &output = product_.output.function();
        const std::string &name = output.args()[size_t(dimension)];
        const Halide::Parameter &tensor = output.output_buffers().at(0);
        std::vector<Halide::Expr> known;
        for (const HI::Bound &bound : output.schedule().bounds()) {
            if (bound.var == name) {
                known.push_back(bound.extent);
            }
        }
        known.push_back(tensor.extent_constraint(dimension));
        for (const HI::Bound &estimate : output.schedule().estimates()) {
            if (estimate.var == name) {
                known.push_back(estimate.extent);
            }
        }
        known.push_back(tensor.extent_constraint_estimate(dimension));
        for (const Halide::Expr &e : known) {
            if (const std::optional<int64_t> value = value_of(e)) {
                return value;
            }
        }
        return std::nullopt;
    }

    /// Of a loop in the input; 1 if there is none.
    int64_t coefficient(Loop loop) const {
        const int i = product_.index_of(loop);
        const int dimension = i < 0 ? -1 : product_.input.dimension_of(i);
        if (dimension < 0) {
            return 1;
        }
        for (const Operand::Term &term : product_.input.dimensions[size_t(dimension)]) {
            if (term.loop == i) {
                return term.coefficient;
            }
        }
        return 1;
    }

    int64_t stride(Loop loop) const { return coefficient(loop); }

    static bool dense_in(const Operand &operand, int loop) {
        return operand.dense >= 0 && operand.dimension_of(loop) == operand.dense;
    }

    /// A loop that indexes a dense dimension, as a layer names it: a layer of one group has no G.
    std::string dense_loop(const std::function<bool(int)> &indexes) const {
        for (int i = 0; i < int(product_.loops.size()); i++) {
            const Loop loop = product_.loops[size_t(i)].loop;
            if (indexes(i) && (loop != Loop::G || extent(loop) > 1)) {
                return name_in_layer(loop);
            }
        }
        return "none";
    }

    void check_dilation(Loop loop) const {
        if (extent(loop) > 1 && coefficient(loop) != 1) {
            user_error("{}: the kernel's loop {} has dilation {}, and a layer of the optimizer has "
                       "none. Give a schedule of your own.",
                       name_in_text(product_.sum.function()), text(loop), coefficient(loop));
        }
    }
};

} // namespace

Loop loop_named(const std::string &name) {
    for (const auto &[known, loop] : loop_names) {
        if (name == known) {
            return loop;
        }
    }
    ORRERY_CHECK(false, "a layer has no loop {}", name);
}

std::string name_in_layer(Loop loop) {
    for (const auto &[name, known] : loop_names) {
        if (loop == known) {
            return name;
        }
    }
    ORRERY_CHECK(false, "a layer has no loop {}", name_of(loop));
}

LayerShape layer_of(const Product &product) { return Shaper(product).run(); }

optimizer::Problem problem_of(const Halide::Func &output) {
    return optimizer::convolution(name_in_text(output.name()), layer_of(find_product(output)));
}

std::string text_of(const LayerShape &s) {
    std::string text = fmt::format("N={} K={} C={} OY={} OX={} FY={} FX={} stride={} groups={}",
                                   s.batch, s.filters, s.channels, s.out_height, s.out_width,
                                   s.kernel_height, s.kernel_width, s.stride, s.groups);
    for (const auto &[tensor, loop] : optimizer::unusual_dense_loops(s)) {
        text += " " + tensor + "=" + loop;
    }
    return text;
}

} // namespace Orrery::scheduling
