#include "auto-schedule/problem.h"

#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace Orrery::scheduling {

namespace HI = Halide::Internal;

namespace {

constexpr std::pair<const char *, Loop::Letter> letters[] = {
    {"FX", Loop::FX}, {"FY", Loop::FY}, {"FZ", Loop::FZ}, {"OX", Loop::X}, {"OY", Loop::Y},
    {"OZ", Loop::Z},  {"K", Loop::K},   {"C", Loop::C},   {"N", Loop::B},  {"G", Loop::G}};

/// Puts what is given in the place of scalar inputs and of the sizes of tensors.
class GivenValues : public HI::IRMutator {
    using HI::IRMutator::visit;
    Halide::Expr visit(const HI::Variable *variable) override {
        const Halide::Expr value =
            variable->param.defined() ? given_value(*variable) : Halide::Expr();
        return value.defined() ? Halide::cast(variable->type, mutate(value))
                               : Halide::Expr(variable);
    }
};

std::optional<int64_t> value_of(const Halide::Expr &e) {
    if (!e.defined()) {
        return std::nullopt;
    }
    return HI::as_const_int(HI::simplify(GivenValues().mutate(e)));
}

class Converter {
public:
    explicit Converter(const Product &product) : product_(product) {
        for (int i = 0; i < int(product_.loops.size()); i++) {
            order_.push_back(i);
        }
        const auto letter = [&](int i) { return product_.loops[size_t(i)].loop; };
        std::sort(order_.begin(), order_.end(),
                  [&](int a, int b) { return letter(a) < letter(b); });
    }

    optimizer::Problem run() const {
        optimizer::Problem problem;
        problem.name = name_in_text(product_.output.function());
        for (const int i : order_) {
            const ProductLoop &loop = product_.loops[size_t(i)];
            problem.loops.push_back({name_in_problem(loop.loop), extent(loop)});
        }
        for (const Operand &operand : product_.operands) {
            problem.tensors.push_back(tensor(operand, problem));
        }
        problem.tensors.insert(problem.tensors.begin() + 1, output(problem));
        return problem;
    }

private:
    const Product &product_;
    std::vector<int> order_; ///< of the problem's loops: numbers in the product

    int number_of(int loop) const {
        return int(std::find(order_.begin(), order_.end(), loop) - order_.begin());
    }

    optimizer::Tensor tensor(const Operand &operand, const optimizer::Problem &problem) const {
        optimizer::Tensor tensor{operand.name, false, {}, operand.dense};
        for (const std::vector<Operand::Term> &terms : operand.dimensions) {
            optimizer::Dimension dimension;
            for (const Operand::Term &term : terms) {
                dimension.terms.push_back({number_of(term.loop), std::abs(term.coefficient)});
            }
            std::sort(dimension.terms.begin(), dimension.terms.end(),
                      [](const auto &a, const auto &b) { return a.loop < b.loop; });
            tensor.dimensions.push_back(dimension);
        }
        return with_neighbours(tensor, problem);
    }

    optimizer::Tensor output(const optimizer::Problem &problem) const {
        optimizer::Tensor tensor{"output", true, {}, product_.dense_output};
        for (size_t d = 0; d < product_.output.function().args().size(); d++) {
            for (size_t i = 0; i < product_.loops.size(); i++) {
                if (product_.loops[i].output_dimension == int(d)) {
                    tensor.dimensions.push_back({{{number_of(int(i)), 1}}});
                }
            }
        }
        return with_neighbours(tensor, problem);
    }

    /// A dimension of a single element has no neighbours.
    static optimizer::Tensor with_neighbours(optimizer::Tensor tensor,
                                             const optimizer::Problem &problem) {
        if (tensor.dense >= 0 && optimizer::Problem::extent(tensor.dimensions[size_t(tensor.dense)],
                                                            problem.extents().data()) == 1) {
            tensor.dense = -1;
        }
        return tensor;
    }

    int64_t extent(const ProductLoop &loop) const {
        const std::optional<int64_t> value =
            loop.reduction ? reduction_extent(loop) : output_extent(loop.output_dimension);
        if (!value) {
            user_error("{0}: the extent of loop {1} is not known. {2}.",
                       name_in_text(product_.sum.function()), name_in_text(loop.name),
                       loop.reduction
                           ? "Give the scalar inputs in its RDom estimates (set_estimate), the "
                             "tensors bounds (set_bounds)"
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
};

} // namespace

std::string name_in_problem(const Loop &loop) {
    for (const auto &[name, letter] : letters) {
        if (loop.letter == letter) {
            return name + (loop.number == 1 ? "" : std::to_string(loop.number));
        }
    }
    ORRERY_CHECK(false, "a problem has no loop {}", name_of(loop));
}

optimizer::Problem problem_of(const Product &product) {
    const optimizer::Problem problem = Converter(product).run();
    // A layer has all loops of one, as on the command line, so that the same can be fixed of it.
    const std::optional<optimizer::LayerShape> layer = optimizer::layer_of(problem);
    return layer ? optimizer::convolution(problem.name, *layer) : problem;
}

} // namespace Orrery::scheduling
