#include "auto-schedule/problem_pipeline.h"

#include "auto-schedule/layer_pipeline.h"
#include "auto-schedule/problem.h"
#include "auto-schedule/tensors.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::scheduling {

using namespace Halide;

namespace {

class PipelineMaker {
public:
    explicit PipelineMaker(const optimizer::Problem &problem)
        : problem_(problem), extents_(problem.extents()) {
        make_counters();
    }

    Func run() {
        Func sum("sum"), result("output");
        Expr product;
        for (const optimizer::Tensor &tensor : problem_.tensors) {
            if (!tensor.output) {
                const Expr element = cast<int32_t>(access(tensor));
                product = product.defined() ? product * element : element;
            }
        }
        sum(variables_) += product;
        result(variables_) = saturating_cast<int8_t>(rounding_shift_right(sum(variables_), 7));
        const std::vector<int64_t> extents = extents_of(output());
        check_size("output", extents);
        for (size_t d = 0; d < variables_.size(); d++) {
            result.bound(variables_[d], 0, int(extents[d]));
        }
        set_strides(result, extents, output().dense);
        return result;
    }

private:
    const optimizer::Problem &problem_;
    std::vector<int64_t> extents_; ///< of the loops
    std::vector<Expr> counters_;   ///< of the loops
    std::vector<Var> variables_;   ///< of the output

    const optimizer::Tensor &output() const {
        return *std::find_if(problem_.tensors.begin(), problem_.tensors.end(),
                             [](const optimizer::Tensor &tensor) { return tensor.output; });
    }

    /// The loops of the output are its variables, the others those of a reduction.
    void make_counters() {
        counters_.resize(problem_.loops.size());
        for (const optimizer::Dimension &dimension : output().dimensions) {
            if (dimension.terms.size() != 1 || dimension.terms[0].coefficient != 1) {
                user_error("{}: each dimension of the output has one loop, with the coefficient 1",
                           problem_.name);
            }
            const int loop = dimension.terms[0].loop;
            variables_.push_back(Var(problem_.loops[size_t(loop)].name));
            counters_[size_t(loop)] = variables_.back();
        }
        Region reduced;
        for (size_t d = 0; d < counters_.size(); d++) {
            if (!counters_[d].defined()) {
                reduced.push_back({0, int(extents_[d])});
            }
        }
        if (reduced.empty()) {
            user_error("{}: there is no loop over which sums are made", problem_.name);
        }
        RDom r(reduced, "r");
        int next = 0;
        for (Expr &counter : counters_) {
            counter = counter.defined() ? counter : Expr(r[next++]);
        }
    }

    std::vector<int64_t> extents_of(const optimizer::Tensor &tensor) const {
        std::vector<int64_t> extents;
        for (const optimizer::Dimension &dimension : tensor.dimensions) {
            extents.push_back(optimizer::Problem::extent(dimension, extents_.data()));
        }
        return extents;
    }

    Expr access(const optimizer::Tensor &tensor) const {
        const ImageParam in_memory =
            tensor_in_memory(tensor.name, Int(8), extents_of(tensor), tensor.dense);
        std::vector<Expr> coordinates;
        for (const optimizer::Dimension &dimension : tensor.dimensions) {
            Expr coordinate = 0;
            for (const optimizer::Dimension::Term &term : dimension.terms) {
                coordinate += counters_[size_t(term.loop)] * int(term.coefficient);
            }
            coordinates.push_back(coordinate);
        }
        return in_memory(coordinates);
    }
};

} // namespace

Func problem_pipeline(const optimizer::Problem &problem) {
    if (const auto layer = optimizer::layer_of(problem)) {
        return layer_pipeline(*layer).output;
    }
    const Func output = PipelineMaker(problem).run();
    const std::string found = text_of(problem_of(find_product(output))), given = text_of(problem);
    if (found != given) {
        user_error("{}: names loops and tensors as {}; what it describes is {}", problem.name,
                   given, found);
    }
    return output;
}

} // namespace Orrery::scheduling
