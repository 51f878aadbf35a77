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
            add({reader_, environment_.at(call->name), {}, call->args});
        } else if (call->call_type == HI::Call::Image && call->param.defined()) {
            add({reader_, {}, call->param, call->args});
        }
        HI::IRVisitor::visit(call);
    }
    void add(const Access &access) {
        for (const Access &known : found) {
            if (same_element(known, access)) {
                return;
            }
        }
        found.push_back(access);
    }
    const HI::Function &reader_;
    const Environment &environment_;
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

Halide::Parameter wrapped_input(const HI::Function &func) {
    if (func.has_pure_definition() && !func.has_update_definition() && func.values().size() == 1) {
        const auto *call = func.values()[0].as<HI::Call>();
        if (call && call->call_type == HI::Call::Image && call->param.defined()) {
            return call->param;
        }
    }
    return {};
}

int dense_dimension(const Halide::Parameter &tensor) {
    for (int d = 0; d < tensor.dimensions(); d++) {
        if (tensor.stride_constraint(d).defined() &&
            HI::is_const_one(tensor.stride_constraint(d))) {
            return d;
        }
    }
    const bool silent = tensor.dimensions() > 0 && !tensor.stride_constraint(0).defined();
    return silent ? 0 : -1;
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
                all.push_back(std::move(inner));
            }
        }
    }
    return all;
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
