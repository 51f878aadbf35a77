#include "auto-schedule/accesses.h"

#include <algorithm>
#include <functional>

namespace Orrery::scheduling {

namespace HI = Halide::Internal;

namespace {

bool same_element(const Access &a, const Access &b) {
    const bool func = a.func.get_contents().defined();
    if (func != b.func.get_contents().defined() ||
        (func ? !a.func.same_as(b.func) : !a.image.same_as(b.image))) {
        return false;
    }
    return std::equal(a.args.begin(), a.args.end(), b.args.begin(), b.args.end(),
                      [](const Halide::Expr &x, const Halide::Expr &y) { return HI::equal(x, y); });
}

class AccessFinder : public HI::IRVisitor {
public:
    AccessFinder(const HI::Function &reader, const Environment &environment)
        : reader_(reader), environment_(environment) {}
    std::vector<Access> found;

private:
    using HI::IRVisitor::visit;
    void visit(const HI::Call *call) override {
        if (call->call_type == HI::Call::Halide && call->name != reader_.name()) {
            add({reader_, environment_.at(call->name), {}, call->args, condition_});
        } else if (call->call_type == HI::Call::Image && call->param.defined()) {
            add({reader_, {}, call->param, call->args, condition_});
        }
        HI::IRVisitor::visit(call);
    }
    void visit(const HI::Select *select) override {
        select->condition.accept(this);
        const Halide::Expr around = condition_;
        condition_ = around && select->condition;
        select->true_value.accept(this);
        condition_ = around && !select->condition;
        select->false_value.accept(this);
        condition_ = around;
    }
    void add(const Access &access) {
        for (Access &known : found) {
            if (same_element(known, access)) {
                known.condition = known.condition || access.condition;
                return;
            }
        }
        found.push_back(access);
    }
    const HI::Function &reader_;
    const Environment &environment_;
    Halide::Expr condition_ = HI::const_true();
};

/// Puts numbers in the place of scalar inputs and of the sizes of tensors.
class SomeSizes : public HI::IRMutator {
    using HI::IRMutator::visit;
    Halide::Expr visit(const HI::Variable *variable) override {
        const Halide::Parameter &parameter = variable->param;
        if (!parameter.defined()) {
            return variable;
        }
        const Halide::Expr value = given_value(*variable);
        const bool minimum = variable->name.find(".min.") != std::string::npos;
        return Halide::cast(variable->type, value.defined() ? Halide::Expr(mutate(value))
                                                            : Halide::Expr(minimum ? 0 : 1 << 16));
    }
};

class VariableFinder : public HI::IRVisitor {
public:
    explicit VariableFinder(const std::string &name) : name_(name) {}
    bool found = false;

private:
    using HI::IRVisitor::visit;
    void visit(const HI::Variable *variable) override { found |= variable->name == name_; }
    const std::string &name_;
};

} // namespace

Halide::Expr given_value(const HI::Variable &variable) {
    const Halide::Parameter &parameter = variable.param;
    if (!parameter.is_buffer()) {
        return parameter.estimate().defined() ? parameter.estimate() : parameter.default_value();
    }
    for (int d = 0; d < parameter.dimensions(); d++) {
        const std::string number = "." + std::to_string(d);
        if (variable.name == parameter.name() + ".min" + number) {
            return parameter.min_constraint(d);
        }
        if (variable.name == parameter.name() + ".extent" + number) {
            return parameter.extent_constraint(d);
        }
    }
    return {};
}

Halide::Parameter wrapped_input(const HI::Function &func) {
    if (func.has_pure_definition() && !func.has_update_definition() && func.values().size() == 1) {
        const auto *call = func.values()[0].as<HI::Call>();
        if (call && call->call_type == HI::Call::Image && call->param.defined()) {
            return call->param;
        }
    }
    return {};
}

namespace {

bool is_single(const Halide::Parameter &tensor, const HI::Function &output, int d) {
    Halide::Expr extent = tensor.extent_constraint(d);
    if (output.get_contents().defined()) {
        for (const HI::Bound &bound : output.schedule().bounds()) {
            extent = bound.var == output.args()[size_t(d)] ? bound.extent : extent;
        }
    }
    return extent.defined() && HI::is_const_one(extent);
}

} // namespace

int dense_dimension(const Halide::Parameter &tensor, const HI::Function &output) {
    const auto is_one = [](const Halide::Expr &e) { return e.defined() && HI::is_const_one(e); };
    bool said = false;
    for (int d = 0; d < tensor.dimensions(); d++) {
        said = said || is_one(tensor.stride_constraint(d));
    }
    int first = -1;
    bool single = true; // the dimensions so far, and dense
    for (int d = 0; d < tensor.dimensions(); d++) {
        const Halide::Expr stride = tensor.stride_constraint(d);
        const bool follows = !stride.defined() && single && (first >= 0 || !said);
        const bool dense = is_one(stride) || follows;
        const bool one_element = is_single(tensor, output, d);
        if (dense && !one_element) {
            return d;
        }
        first = dense && first < 0 ? d : first;
        single = single && dense && one_element;
    }
    return first;
}

std::string name_in_text(const std::string &name) {
    const size_t dollar = name.find('$');
    if (dollar == std::string::npos) {
        return name;
    }
    const std::string rest = name.substr(dollar + 1), first = name.substr(0, dollar);
    const bool dimension = rest.size() == 1 && std::string("xyzw").find(rest) != std::string::npos;
    return dimension ? first + "." + rest : first;
}

std::string name_in_text(const HI::Function &func) {
    const Halide::Parameter input = wrapped_input(func);
    return name_in_text(input.defined() ? input.name() : func.name());
}

std::vector<Access> accesses_of(const HI::Function &reader, const Halide::Expr &expression,
                                const Environment &environment) {
    AccessFinder finder(reader, environment);
    HI::substitute_in_all_lets(expression).accept(&finder);
    return finder.found;
}

std::vector<Access> accesses_behind(const HI::Function &reader, const Halide::Expr &expression,
                                    const Environment &environment,
                                    const std::function<bool(const HI::Function &)> &stops) {
    std::vector<Access> all;
    for (Access &access : accesses_of(reader, expression, environment)) {
        if (!access.func.get_contents().defined() || wrapped_input(access.func).defined() ||
            stops(access.func)) {
            all.push_back(std::move(access));
            continue;
        }
        std::map<std::string, Halide::Expr> values;
        for (size_t i = 0; i < access.args.size(); i++) {
            values[access.func.args()[i]] = access.args[i];
        }
        for (const Halide::Expr &value : access.func.values()) {
            for (Access &inner : accesses_behind(access.func, value, environment, stops)) {
                for (Halide::Expr &arg : inner.args) {
                    arg = HI::substitute(values, arg);
                }
                inner.condition = access.condition && HI::substitute(values, inner.condition);
                all.push_back(std::move(inner));
            }
        }
    }
    return all;
}

std::optional<int64_t> coefficient_inside(const Access &access, size_t dimension,
                                          const std::string &variable) {
    const auto known = [](const Halide::Expr &e) {
        return HI::simplify(HI::remove_likelies(SomeSizes().mutate(e)));
    };
    HI::Scope<HI::Interval> inside;
    inside.push(variable, HI::solve_for_outer_interval(known(access.condition), variable));
    return coefficient_of(HI::simplify(known(access.args[dimension]), true, inside), variable);
}

bool refers_to(const Halide::Expr &expression, const std::string &variable) {
    VariableFinder finder(variable);
    expression.accept(&finder);
    return finder.found;
}

std::optional<int64_t> coefficient_of(const Halide::Expr &expression, const std::string &variable) {
    const Halide::Expr counter = HI::Variable::make(Halide::Int(32), variable);
    const Halide::Expr step =
        HI::simplify(HI::substitute(variable, counter + 1, expression) - expression);
    return HI::as_const_int(step);
}

} // namespace Orrery::scheduling
