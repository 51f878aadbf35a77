#include "hwgen/frontend/expressions.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <regex>
#include <sstream>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

const std::string counter_prefix = "#counter";
const std::string load_prefix = "#load";

std::optional<int> number_after(const std::string &name, const std::string &prefix) {
    if (name.compare(0, prefix.size(), prefix) != 0) {
        return std::nullopt;
    }
    return std::stoi(name.substr(prefix.size()));
}

/// Calls `visit` on every variable.
class VariableVisitor : public IRVisitor {
    using IRVisitor::visit;
    std::function<void(const Variable &)> found;
    void visit(const Variable *op) override { found(*op); }

public:
    explicit VariableVisitor(std::function<void(const Variable &)> f) : found(std::move(f)) {}
};

class MemoryReads : public IRVisitor {
    using IRVisitor::visit;
    void visit(const Call *op) override {
        found = found || op->call_type == Call::Halide || op->call_type == Call::Image;
        IRVisitor::visit(op);
    }
    void visit(const Variable *op) override { found = found || load_of(op->name).has_value(); }

public:
    bool found = false;
};

} // namespace

std::string last_component(const std::string &name) {
    const size_t dot = name.rfind('.');
    return dot == std::string::npos ? name : name.substr(dot + 1);
}

void for_each_variable(const Expr &e, std::function<void(const Variable &)> found) {
    if (e.defined()) {
        VariableVisitor visitor(std::move(found));
        e.accept(&visitor);
    }
}

Expr counter_variable(LevelId level) {
    return Variable::make(Halide::Int(32), counter_prefix + std::to_string(level));
}

std::optional<LevelId> level_of(const std::string &variable) {
    return number_after(variable, counter_prefix);
}

Halide::Type memory_type(Halide::Type type) { return type.is_bool() ? Halide::UInt(8) : type; }

Expr load_variable(Halide::Type type, int load) {
    return Variable::make(type, load_prefix + std::to_string(load));
}

std::optional<int> load_of(const std::string &variable) {
    return number_after(variable, load_prefix);
}

Expr clean(const Expr &e) { return simplify(remove_promises(remove_likelies(e))); }

std::set<LevelId> counters_in(const Expr &e) {
    std::set<LevelId> levels;
    for_each_variable(e, [&](const Variable &v) {
        if (auto level = level_of(v.name)) {
            levels.insert(*level);
        }
    });
    return levels;
}

bool uses_counter(const Expr &e, LevelId level) { return counters_in(e).count(level) > 0; }

bool reads_memory(const Expr &e) {
    MemoryReads visitor;
    if (e.defined()) {
        e.accept(&visitor);
    }
    return visitor.found;
}

namespace {

void add_terms(const Expr &e, int64_t factor, LinearSum &sum) {
    const auto *product = e.as<Mul>();
    const auto left = product ? as_const_int(product->a) : std::nullopt;
    const auto right = product ? as_const_int(product->b) : std::nullopt;
    if (const auto constant = as_const_int(e)) {
        sum.offset += factor * *constant;
    } else if (const auto *addition = e.as<Add>()) {
        add_terms(addition->a, factor, sum);
        add_terms(addition->b, factor, sum);
    } else if (const auto *difference = e.as<Sub>()) {
        add_terms(difference->a, factor, sum);
        add_terms(difference->b, -factor, sum);
    } else if (left || right) {
        add_terms(left ? product->b : product->a, factor * (left ? *left : *right), sum);
    } else {
        sum.terms.push_back({e, factor});
    }
}

} // namespace

LinearSum linear_sum(const Expr &e) {
    LinearSum sum;
    add_terms(e, 1, sum);
    return sum;
}

std::optional<int64_t> constant_difference(const Expr &a, const Expr &b) {
    const LinearSum left = linear_sum(a), right = linear_sum(b);
    std::map<Expr, int64_t, IRDeepCompare> factors;
    for (const auto &[term, factor] : left.terms) {
        factors[term] += factor;
    }
    for (const auto &[term, factor] : right.terms) {
        factors[term] -= factor;
    }
    const bool cancels = std::all_of(factors.begin(), factors.end(),
                                     [](const auto &term) { return term.second == 0; });
    return cancels ? std::optional<int64_t>(left.offset - right.offset) : std::nullopt;
}

int occurrences(const Expr &e, const std::string &variable) {
    int n = 0;
    for_each_variable(e, [&](const Variable &v) { n += v.name == variable; });
    return n;
}

std::string text(const Expr &e, const std::vector<Level> &levels) {
    std::map<std::string, Expr> names;
    for (LevelId level : counters_in(e)) {
        names[counter_prefix + std::to_string(level)] =
            Variable::make(Halide::Int(32), levels[level].label);
    }
    std::ostringstream out;
    out << substitute(names, e);
    return out.str();
}

std::string user_name(const std::string &name) {
    static const std::regex number("\\$[0-9]+(?=$|[^0-9A-Za-z])");
    std::string result = std::regex_replace(name, number, "");
    std::replace(result.begin(), result.end(), '$', '.');
    return result;
}

std::string stage_label(const std::string &func, int stage) {
    return stage == 0 ? user_name(func) + "'s pure definition"
                      : user_name(func) + ".update(" + std::to_string(stage - 1) + ")";
}

std::optional<std::pair<std::string, int>> stage_of_loop(const std::string &loop) {
    for (size_t at = loop.find(".s"); at != std::string::npos; at = loop.find(".s", at + 1)) {
        const size_t end = loop.find('.', at + 1);
        const std::string digits =
            end == std::string::npos ? "" : loop.substr(at + 2, end - at - 2);
        if (!digits.empty() && std::all_of(digits.begin(), digits.end(),
                                           [](unsigned char c) { return std::isdigit(c); })) {
            return std::make_pair(loop.substr(0, at), std::stoi(digits));
        }
    }
    return std::nullopt;
}

std::string without_slide(const std::string &loop) {
    static const std::regex suffix("(\\.\\$n(\\$[0-9]+)?)+$");
    return std::regex_replace(loop, suffix, "");
}

bool is_dimension(const std::string &halide_loop, const std::string &dimension) {
    const std::string loop = without_slide(halide_loop);
    // Halide appends a number to a loop whose name occurs twice.
    static const std::regex number("\\$[0-9]+$");
    const std::string suffix = "." + dimension;
    for (const std::string &name : {"." + loop, "." + std::regex_replace(loop, number, "")}) {
        if (name.size() >= suffix.size() &&
            name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
            return true;
        }
    }
    return false;
}

} // namespace Orrery::frontend
