#include "hwgen/frontend/translate.h"

#include "hwgen/frontend/arithmetic.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

#include <optional>

namespace Orrery::frontend {

using namespace Halide::Internal;
using hwir::ExprId;
using hwir::Op;

hwir::Type translate_type(Halide::Type type, const std::string &where) {
    if (type.is_float() || type.is_bfloat()) {
        user_error("{}: floating point has no hardware form; use integers (fixed point) there",
                   where);
    }
    if (!type.is_scalar() || type.is_handle()) {
        user_error("{}: values of this type have no hardware form; use scalar integers", where);
    }
    if (type.bits() > 64) {
        user_error("{}: values of {} bits have no hardware form; use at most 64 bits", where,
                   type.bits());
    }
    return hwir::Type{type.bits(), type.is_int()};
}

namespace {

class ExprTranslator : public IRVisitor {
    hwir::ExprPool &pool;
    const std::map<LevelId, int> &loops;
    const ScalarLeaves &scalars;
    const std::string &where;
    // By identity, only looked up, never iterated. It holds the expressions: those that replace an
    // operation would otherwise end, and lend their identity to others.
    std::map<Expr, ExprId, Halide::ExprCompare> done;
    ExprId result;

public:
    ExprTranslator(hwir::ExprPool &p, const std::map<LevelId, int> &l, const ScalarLeaves &s,
                   const std::string &w)
        : pool(p), loops(l), scalars(s), where(w) {}

    ExprId translate(const Expr &e) {
        ORRERY_CHECK(e.defined(), "undefined expression in {}", where);
        auto known = done.find(e);
        if (known != done.end()) {
            return known->second;
        }
        result = ExprId();
        e.accept(this);
        ORRERY_CHECK(result.defined(), "expression without translation in {}", where);
        done[e] = result;
        return result;
    }

private:
    using IRVisitor::visit;

    hwir::Type type(const Expr &e) const { return translate_type(e.type(), where); }

    ExprId make(Op op, hwir::Type t, std::vector<ExprId> args) {
        return pool.make(op, t, std::move(args));
    }
    ExprId binary(Op op, hwir::Type t, const Expr &a, const Expr &b) {
        const ExprId left = translate(a);
        return make(op, t, {left, translate(b)});
    }

    [[noreturn]] void unsupported(const std::string &what) {
        user_error("{}: {} has no hardware form; write it with integer arithmetic, shifts, "
                   "comparisons and select",
                   where, what);
    }

    void visit(const IntImm *op) override { result = pool.constant(op->value, type(op)); }
    void visit(const UIntImm *op) override {
        result = pool.constant(static_cast<int64_t>(op->value), type(op));
    }
    void visit(const FloatImm *op) override { type(op); }
    void visit(const StringImm *) override { unsupported("a string"); }
    void visit(const Cast *op) override {
        const ExprId value = translate(op->value);
        result = make(Op::Cast, type(op), {value});
    }
    void visit(const Reinterpret *op) override {
        if (op->value.type().bits() != op->type.bits()) {
            unsupported("reinterpret to another width");
        }
        const ExprId value = translate(op->value);
        result = make(Op::Cast, type(op), {value});
    }
    void visit(const Variable *op) override {
        if (auto level = level_of(op->name)) {
            auto loop = loops.find(*level);
            ORRERY_CHECK(loop != loops.end(), "counter {} is not one of {}", *level, where);
            result = pool.counter(loop->second);
        } else if (auto load = load_of(op->name)) {
            result = pool.load(*load, type(op));
        } else if (auto scalar = scalars.find(op->name); scalar != scalars.end()) {
            result = scalar->second;
        } else {
            ORRERY_CHECK(false, "free variable {} in {}", op->name, where);
        }
    }

    void visit(const Add *op) override { result = binary(Op::Add, type(op), op->a, op->b); }
    void visit(const Sub *op) override { result = binary(Op::Sub, type(op), op->a, op->b); }
    void visit(const Mul *op) override { result = binary(Op::Mul, type(op), op->a, op->b); }
    void visit(const Div *op) override {
        const auto shift = data_power_of_two(op->a, op->b);
        result = shift ? shift_right(pool, type(op), translate(op->a), *shift)
                       : binary(Op::Div, type(op), op->a, op->b);
    }
    void visit(const Mod *op) override {
        const auto shift = data_power_of_two(op->a, op->b);
        if (!shift) {
            result = binary(Op::Mod, type(op), op->a, op->b);
            return;
        }
        const ExprId mask = pool.constant((int64_t(1) << *shift) - 1, type(op));
        const ExprId a = translate(op->a);
        result = make(Op::BitAnd, type(op), {a, mask});
    }
    void visit(const Min *op) override { result = binary(Op::Min, type(op), op->a, op->b); }
    void visit(const Max *op) override { result = binary(Op::Max, type(op), op->a, op->b); }
    void visit(const EQ *op) override { compare(Op::Equal, op->a, op->b); }
    void visit(const NE *op) override { compare(Op::NotEqual, op->a, op->b); }
    void visit(const LT *op) override { compare(Op::Less, op->a, op->b); }
    void visit(const LE *op) override { compare(Op::LessEqual, op->a, op->b); }
    void visit(const GT *op) override { compare(Op::Less, op->b, op->a); }
    void visit(const GE *op) override { compare(Op::LessEqual, op->b, op->a); }
    void visit(const And *op) override { compare(Op::And, op->a, op->b); }
    void visit(const Or *op) override { compare(Op::Or, op->a, op->b); }
    void visit(const Not *op) override {
        const ExprId a = translate(op->a);
        result = make(Op::Not, hwir::boolean, {a});
    }
    void visit(const Select *op) override {
        result = select(op->condition, op->true_value, op->false_value);
    }
    void visit(const Load *) override { unsupported("a flattened load"); }
    void visit(const Ramp *) override { unsupported("a vector"); }
    void visit(const Broadcast *) override { unsupported("a vector"); }
    void visit(const Shuffle *) override { unsupported("a vector"); }
    void visit(const VectorReduce *) override { unsupported("a vector"); }
    void visit(const Let *op) override {
        const ExprId value = translate(substitute(op->name, op->value, op->body));
        result = value;
    }

    void compare(Op op, const Expr &a, const Expr &b) { result = binary(op, hwir::boolean, a, b); }

    /// The shift that divides data by a constant: Halide's simplifier makes divisions of shifts.
    /// Divisions of counters stay, because the passes know more of those.
    static std::optional<int> data_power_of_two(const Expr &a, const Expr &divisor) {
        const auto constant = as_const_int(divisor);
        const auto unsigned_constant = as_const_uint(divisor);
        const int64_t value = constant            ? *constant
                              : unsigned_constant ? static_cast<int64_t>(*unsigned_constant)
                                                  : 0;
        const bool power = value > 0 && (value & (value - 1)) == 0;
        if (!power || !reads_memory(a)) {
            return std::nullopt;
        }
        int shift = 0;
        while ((int64_t(1) << shift) < value) {
            shift++;
        }
        return shift;
    }

    ExprId select(const Expr &condition, const Expr &a, const Expr &b) {
        const ExprId c = translate(condition);
        const ExprId t = translate(a);
        const ExprId f = translate(b);
        return make(Op::Select, type(a), {c, t, f});
    }

    void visit(const Call *op) override {
        if (op->call_type == Call::Halide || op->call_type == Call::Image) {
            ORRERY_CHECK(false, "a load of {} is left in {}", op->name, where);
        }
        const hwir::Type t = type(op);
        const std::vector<Expr> &args = op->args;
        if (op->is_intrinsic(Call::if_then_else) && args.size() == 2) {
            result = translate(args[1]); // the loads in it are predicated
        } else if (op->is_intrinsic(Call::if_then_else)) {
            result = select(args[0], args[1], args[2]);
        } else if (op->is_intrinsic(Call::mux)) {
            result = mux(args);
        } else if (op->is_intrinsic(Call::abs)) {
            const hwir::Type operand = type(args[0]);
            const ExprId a = translate(args[0]);
            result = absolute_difference(pool, t, operand, a, pool.constant(0, operand));
        } else if (op->is_intrinsic(Call::absd)) {
            const ExprId a = translate(args[0]);
            result = absolute_difference(pool, t, type(args[0]), a, translate(args[1]));
        } else if (op->is_intrinsic(Call::div_round_to_zero)) {
            const ExprId a = translate(args[0]);
            result = divide_to_zero(pool, t, a, translate(args[1]));
        } else if (op->is_intrinsic(Call::mod_round_to_zero)) {
            const ExprId a = translate(args[0]);
            const ExprId b = translate(args[1]);
            result = make(Op::Sub, t, {a, make(Op::Mul, t, {divide_to_zero(pool, t, a, b), b})});
        } else if (op->is_intrinsic(Call::bitwise_not)) {
            const ExprId a = translate(args[0]);
            result = make(Op::BitNot, t, {a});
        } else if (auto bits = bitwise(op)) {
            result = binary(*bits, t, args[0], args[1]);
        } else if (op->is_intrinsic(Call::extract_bits)) {
            const ExprId shifted = binary(Op::ShiftRight, type(args[0]), args[0], args[1]);
            result = make(Op::Cast, t, {shifted});
        } else if (op->is_intrinsic(Call::memoize_expr)) {
            result = translate(args[0]);
        } else if (bit_count(op)) {
            return;
        } else if (!rounding_shift(op) && !multiply_and_shift(op)) {
            const ExprId value = translate(replaced_by_halide(op));
            result = value;
        }
    }

    /// popcount() and its relatives, and concat_bits().
    bool bit_count(const Call *op) {
        const hwir::Type t = type(op);
        if (op->is_intrinsic(Call::popcount)) {
            result = population_count(pool, t, translate(op->args[0]));
        } else if (op->is_intrinsic(Call::count_leading_zeros)) {
            result = leading_zeros(pool, t, translate(op->args[0]));
        } else if (op->is_intrinsic(Call::count_trailing_zeros)) {
            result = trailing_zeros(pool, t, translate(op->args[0]));
        } else if (op->is_intrinsic(Call::concat_bits)) {
            std::vector<ExprId> parts;
            for (const Expr &part : op->args) {
                parts.push_back(translate(part));
            }
            result = concatenate_bits(pool, t, parts);
        } else {
            return false;
        }
        return true;
    }

    /// What Halide itself computes in place of an operation.
    Expr replaced_by_halide(const Call *op) {
        if (op->is_intrinsic(Call::lerp)) {
            return lower_lerp(op->type, op->args[0], op->args[1], op->args[2], Halide::Target());
        }
        if (!is_arithmetic(op)) {
            unsupported(operation_name(*op));
        }
        const bool doubles =
            op->is_intrinsic({Call::mul_shift_right, Call::rounding_mul_shift_right});
        if (doubles && op->type.bits() == 64) {
            unsupported(operation_name(*op) + " of 64 bits, which would need numbers of 128 bits,");
        }
        return lower_intrinsic(op);
    }

    /// The function that the user called; Halide's name of the operation where it is another one.
    static std::string operation_name(const Call &op) {
        if (op.is_intrinsic(Call::return_second)) {
            return "print()";
        }
        return op.is_intrinsic(Call::scatter_gather) ? "scatter() or gather()" : op.name + "()";
    }

    /// The operations that Halide replaces by equal ones.
    static bool is_arithmetic(const Call *op) {
        return op->is_intrinsic(
            {Call::widen_right_add, Call::widen_right_mul, Call::widen_right_sub,
             Call::widening_add, Call::widening_mul, Call::widening_sub, Call::widening_shift_left,
             Call::widening_shift_right, Call::rounding_shift_left, Call::rounding_shift_right,
             Call::saturating_add, Call::saturating_sub, Call::saturating_cast, Call::halving_add,
             Call::halving_sub, Call::rounding_halving_add, Call::sorted_avg, Call::mul_shift_right,
             Call::rounding_mul_shift_right});
    }

    static std::optional<int> constant_shift(const Expr &e, int most) {
        const auto value = as_const_uint(e);
        const auto signed_value = as_const_int(e);
        const int64_t shift = value          ? static_cast<int64_t>(*value)
                              : signed_value ? *signed_value
                                             : -1;
        return shift >= 0 && shift <= most ? std::optional<int>(static_cast<int>(shift))
                                           : std::nullopt;
    }

    bool rounding_shift(const Call *op) {
        const hwir::Type t = type(op);
        const auto shift = op->is_intrinsic(Call::rounding_shift_right)
                               ? constant_shift(op->args[1], t.bits)
                               : std::nullopt;
        if (!shift || t.bits >= 64) {
            return false;
        }
        const ExprId a = translate(op->args[0]);
        result = rounding_shift_right(pool, t, a, *shift);
        return true;
    }

    bool multiply_and_shift(const Call *op) {
        const bool rounding = op->is_intrinsic(Call::rounding_mul_shift_right);
        const hwir::Type t = type(op);
        const auto shift = rounding || op->is_intrinsic(Call::mul_shift_right)
                               ? constant_shift(op->args[2], t.bits)
                               : std::nullopt;
        if (!shift || t.bits > 32 || t != type(op->args[0]) || t != type(op->args[1])) {
            return false;
        }
        const ExprId a = translate(op->args[0]);
        const ExprId b = translate(op->args[1]);
        result = multiply_shift_right(pool, t, a, b, *shift, rounding);
        return true;
    }

    static std::optional<Op> bitwise(const Call *op) {
        if (op->is_intrinsic(Call::bitwise_and)) {
            return Op::BitAnd;
        }
        if (op->is_intrinsic(Call::bitwise_or)) {
            return Op::BitOr;
        }
        if (op->is_intrinsic(Call::bitwise_xor)) {
            return Op::BitXor;
        }
        if (op->is_intrinsic(Call::shift_left)) {
            return Op::ShiftLeft;
        }
        if (op->is_intrinsic(Call::shift_right)) {
            return Op::ShiftRight;
        }
        return std::nullopt;
    }

    /// mux(index, v0, v1, ..., last): the last value where the index is beyond the others.
    ExprId mux(const std::vector<Expr> &args) {
        const ExprId index = translate(args[0]);
        ExprId value = translate(args.back());
        for (size_t i = args.size() - 2; i >= 1; i--) {
            const ExprId number = pool.constant(static_cast<int64_t>(i) - 1, type(args[0]));
            const ExprId here = make(Op::Equal, hwir::boolean, {index, number});
            value = make(Op::Select, type(args[i]), {here, translate(args[i]), value});
        }
        return value;
    }
};

} // namespace

hwir::ExprId Translator::translate(const Expr &e) const {
    return ExprTranslator(pool, loops, scalars, where).translate(e);
}

} // namespace Orrery::frontend
