#include "auto-schedule/product.h"

#include "auto-schedule/loops.h"
#include "auto-schedule/sides.h"
#include "hwgen/optimizer/problem.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::scheduling {

namespace HI = Halide::Internal;

bool Operand::indexed_by(int loop) const { return dimension_of(loop) >= 0; }

int Operand::dimension_of(int loop) const {
    for (size_t d = 0; d < dimensions.size(); d++) {
        for (const Term &term : dimensions[d]) {
            if (term.loop == loop) {
                return int(d);
            }
        }
    }
    return -1;
}

int Product::index_of(const Loop &loop) const {
    for (size_t i = 0; i < loops.size(); i++) {
        if (loops[i].loop == loop) {
            return int(i);
        }
    }
    return -1;
}

const ProductLoop *Product::find(const Loop &loop) const {
    const int i = index_of(loop);
    return i < 0 ? nullptr : &loops[size_t(i)];
}

namespace {

class Finder {
public:
    explicit Finder(const Halide::Func &output)
        : output_(output), environment_(HI::build_environment({output.function()})) {
        product_.output = output;
    }

    Product run() {
        find_sum();
        check_update();
        find_loops();
        find_operands();
        find_tensors();
        find_sides(product_, environment_, reads_of_output());
        return std::move(product_);
    }

private:
    Halide::Func output_;
    Environment environment_;
    Product product_;
    HI::Function sum_;

    std::string output_name() const { return name_in_text(output_.name()); }
    std::string sum_name() const { return name_in_text(sum_); }

    [[noreturn]] void no_product(const std::string &what) const {
        user_error("{}: {}. What can be mapped is one Func with one update, a sum of products: "
                   "sum(k, ...) += input(...) * weights(...), with casts and zero points around "
                   "the factors, or another function of one to three elements.",
                   sum_name(), what);
    }

    void find_sum() {
        for (const auto &[name, func] : environment_) {
            if (func.has_extern_definition()) {
                user_error("{}: an extern stage cannot be mapped. Give a schedule of your own.",
                           name_in_text(func));
            }
            if (!func.has_update_definition()) {
                continue;
            }
            if (sum_.get_contents().defined()) {
                user_error("{} and {} both have updates, and a mapping is of one. Make an "
                           "accelerator of each, or give a schedule of your own.",
                           sum_name(), name_in_text(func));
            }
            sum_ = func;
        }
        if (!sum_.get_contents().defined()) {
            user_error("{}: no Func behind it has an update, so that there is no sum of products "
                       "to map. Give a schedule of your own.",
                       output_name());
        }
        product_.sum = Halide::Func(sum_);
        check_reads_of_sum();
    }

    /// All that follows the sum must be pointwise: read one element of it per element.
    void check_reads_of_sum() const {
        const auto accesses = reads_of_output();
        const std::vector<Halide::Expr> *first = nullptr;
        for (const Access &access : accesses) {
            if (!access.func.get_contents().defined() || !access.func.same_as(sum_)) {
                continue;
            }
            if (first && !std::equal(first->begin(), first->end(), access.args.begin(),
                                     [](const Halide::Expr &a, const Halide::Expr &b) {
                                         return HI::equal(a, b);
                                     })) {
                user_error("{}: it reads several elements of {} for each of its own. Let Funcs "
                           "behind {} be pointwise: pool in an accelerator of its own.",
                           name_in_text(access.reader), sum_name(), sum_name());
            }
            first = &access.args;
        }
    }

    std::vector<Access> reads_of_output() const {
        std::vector<Access> all;
        for (const Halide::Expr &value : output_.function().values()) {
            for (Access &access :
                 accesses_behind(output_.function(), value, environment_,
                                 [&](const HI::Function &f) { return f.same_as(sum_); })) {
                all.push_back(std::move(access));
            }
        }
        return all;
    }

    void check_update() const {
        if (sum_.updates().size() != 1) {
            no_product(fmt::format("it has {} updates", sum_.updates().size()));
        }
        if (sum_.values().size() != 1) {
            no_product("it is a tuple");
        }
        const HI::Definition &update = sum_.update(0);
        if (!update.split_predicate().empty()) {
            no_product("RDom::where leaves products out; use select, or a Func that is 0 there");
        }
        if (update.schedule().rvars().empty()) {
            no_product("its update has no reduction (RDom)");
        }
        for (const Halide::Expr &arg : update.args()) {
            const auto *variable = arg.as<HI::Variable>();
            if (!variable || variable->reduction_domain.defined() || variable->param.defined()) {
                no_product(fmt::format("its update stores at {}, and not at a variable of its "
                                       "own in each dimension",
                                       fmt::format("{}", (std::ostringstream() << arg).str())));
            }
        }
    }

    /// The arguments with which the output reads the sum: which of its dimensions each is.
    std::vector<int> output_dimensions() const {
        const std::vector<std::string> &names = output_.function().args();
        for (const Access &access : reads_of_output()) {
            if (!access.func.get_contents().defined() || !access.func.same_as(sum_)) {
                continue;
            }
            std::vector<int> dimensions;
            for (const Halide::Expr &arg : access.args) {
                const Halide::Expr simple = HI::simplify(arg);
                const auto *variable = simple.as<HI::Variable>();
                const auto at =
                    variable ? std::find(names.begin(), names.end(), variable->name) : names.end();
                const int number = int(at - names.begin());
                if (at == names.end() ||
                    std::find(dimensions.begin(), dimensions.end(), number) != dimensions.end()) {
                    user_error("{0}: it reads {1} at {2}, and not at one of its own variables in "
                               "each dimension. Let Funcs behind {1} be pointwise.",
                               output_name(), sum_name(), (std::ostringstream() << arg).str());
                }
                dimensions.push_back(number);
            }
            return dimensions;
        }
        user_error("{}: it does not read {}.", output_name(), sum_name());
    }

    void find_loops() {
        if (output_.function().same_as(sum_)) {
            user_error("{0}: the output is the sum itself. Add a pure Func after it, "
                       "output(...) = {0}(...), and make that the output.",
                       sum_name());
        }
        const std::vector<int> dimensions = output_dimensions();
        if (dimensions.size() != output_.function().args().size()) {
            user_error("{0}: it has {1} dimensions, and {2} has {3}. Each element of {2} must be "
                       "one element of the output.",
                       output_name(), output_.function().args().size(), sum_name(),
                       dimensions.size());
        }
        const HI::Definition &update = sum_.update(0);
        for (size_t d = 0; d < dimensions.size(); d++) {
            product_.loops.push_back(
                {Loop::B, update.args()[d].as<HI::Variable>()->name, false, dimensions[d]});
        }
        for (const HI::ReductionVariable &r : update.schedule().rvars()) {
            product_.loops.push_back({Loop::C, r.var, true, -1});
        }
        product_.dense_output =
            dense_dimension(output_.function().output_buffers()[0], output_.function());
    }

    bool is_self(const Halide::Expr &e) const {
        const auto *call = e.as<HI::Call>();
        return call && call->call_type == HI::Call::Halide && call->name == sum_.name();
    }

    /// What the update adds, or takes the least or greatest of.
    Halide::Expr summand() const {
        const Halide::Expr value = HI::substitute_in_all_lets(sum_.update(0).values()[0]);
        const auto other = [&](const auto *operation) {
            return !operation              ? Halide::Expr()
                   : is_self(operation->a) ? operation->b
                   : is_self(operation->b) ? operation->a
                                           : Halide::Expr();
        };
        for (const Halide::Expr &e :
             {other(value.as<HI::Add>()), other(value.as<HI::Min>()), other(value.as<HI::Max>())}) {
            if (e.defined()) {
                return e;
            }
        }
        no_product("its update is no sum, minimum or maximum");
    }

    void find_operands() {
        const Halide::Expr value = summand();
        const std::vector<Access> accesses = accesses_of(sum_, value, environment_);
        if (accesses.empty() || accesses.size() > size_t(optimizer::max_tensors - 1)) {
            no_product(fmt::format("its update reads {} elements, and not one to {}",
                                   accesses.size(), optimizer::max_tensors - 1));
        }
        std::vector<Operand> operands;
        for (const Access &access : accesses) {
            check_access(access);
            for (const Operand &other : operands) {
                if (other.func.same_as(access.func)) {
                    user_error("{0}: it reads two elements of {1}. Read one of them through a Func "
                               "of its own, copy(...) = {1}(...).",
                               sum_name(), name_in_text(access.func));
                }
            }
            operands.push_back(operand(access));
        }
        check_no_other(value);
        name_loops(product_, std::move(operands));
    }

    void check_access(const Access &access) const {
        if (!access.func.get_contents().defined()) {
            no_product("its update reads an image with no Func around it");
        }
    }

    Operand operand(const Access &access) const {
        Operand result{"", access.func, {}, -1};
        for (size_t d = 0; d < access.args.size(); d++) {
            result.dimensions.push_back(terms(access, int(d)));
        }
        result.dense = dense_in_memory(access.func);
        return result;
    }

    /// Beside the elements, nothing changes from product to product.
    void check_no_other(const Halide::Expr &value) const {
        class WithoutElements : public HI::IRMutator {
            using HI::IRMutator::visit;
            Halide::Expr visit(const HI::Call *call) override {
                return call->call_type == HI::Call::Halide ? HI::make_zero(call->type)
                                                           : HI::IRMutator::visit(call);
            }
        };
        const Halide::Expr rest = WithoutElements().mutate(value);
        for (const ProductLoop &loop : product_.loops) {
            if (refers_to(rest, loop.name)) {
                user_error("{}: its update depends on loop {} beside the elements that it reads. "
                           "Put that into a pure Func of its own, and multiply that: it is "
                           "computed when the Func is copied.",
                           sum_name(), name_in_text(loop.name));
            }
        }
    }

    void find_tensors() {
        for (const auto &entry : environment_) {
            if (wrapped_input(entry.second).defined()) {
                product_.tensors.push_back(entry.second);
            }
        }
    }

    std::vector<Operand::Term> terms(const Access &access, int d) const {
        std::vector<Operand::Term> found;
        for (size_t i = 0; i < product_.loops.size(); i++) {
            const std::string &name = product_.loops[i].name;
            if (!refers_to(access.args[size_t(d)], name)) {
                continue;
            }
            const std::optional<int64_t> coefficient = coefficient_of(access.args[size_t(d)], name);
            if (!coefficient) {
                user_error("{0}: dimension {1} of {2} is read at {3}, which is no sum of loops "
                           "with constant factors. Let a Func of its own do what else it takes "
                           "(clamps, divisions), and read that at a sum of loops.",
                           sum_name(), d, name_in_text(access.func),
                           (std::ostringstream() << access.args[size_t(d)]).str());
            }
            if (*coefficient != 0) {
                found.push_back({int(i), *coefficient});
            }
        }
        return found;
    }

    /// The dimension of a Func along which neighbours are neighbours in the tensor that it is made
    /// of.
    int dense_in_memory(const HI::Function &func) const {
        std::vector<Halide::Expr> args;
        for (const std::string &name : func.args()) {
            args.push_back(HI::Variable::make(Halide::Int(32), name));
        }
        const Halide::Expr element = HI::Call::make(func, args, 0);
        std::vector<int> dense;
        int tensors = 0;
        for (const Access &access : accesses_behind(output_.function(), element, environment_,
                                                    [](const HI::Function &) { return false; })) {
            if (!access.func.get_contents().defined()) {
                continue;
            }
            tensors++;
            const int along = dense_dimension(wrapped_input(access.func));
            for (size_t d = 0; along >= 0 && d < args.size(); d++) {
                if (refers_to(access.args[size_t(along)], func.args()[d]) &&
                    coefficient_inside(access, size_t(along), func.args()[d]) == 1) {
                    dense.push_back(int(d));
                }
            }
        }
        return tensors == 1 && dense.size() == 1 ? dense[0] : -1;
    }
};

} // namespace

Product find_product(const Halide::Func &output) { return Finder(output).run(); }

} // namespace Orrery::scheduling
