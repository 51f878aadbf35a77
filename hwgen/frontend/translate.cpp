#include "hwgen/frontend/translate.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;
using hwir::ExprId;
using hwir::Op;

hwir::Type translate_type(Halide::Type type, const std::string &where) {
    if (type.is_float() || type.is_bfloat()) {
        user_error("{}: floating point has no hardware form; use integers (fixed point) there", where);
    }
    if (!type.is_scalar() || type.is_handle()) {
        user_error("{}: values of this type have no hardware form; use scalar integers", where);
    }
    return hwir::Type{type.bits(), type.is_int()};
}

namespace {

class ExprTranslator : public IRVisitor {
    hwir::ExprPool &pool;
    const std::map<LevelId, int> &loops;
    const std::string &where;
    std::map<const BaseExprNode *, ExprId> done; // only looked up, never iterated
    ExprId result;

public:
    ExprTranslator(hwir::ExprPool &p, const std::map<LevelId, int> &l, const std::string &w)
        : pool(p), loops(l), where(w) {}

    ExprId translate(const Expr &e) {
        ORRERY_CHECK(e.defined(), "undefined expression in {}", where);
        auto known = done.find(e.get());
        if (known != done.end()) {
            return known->second;
        }
        result = ExprId();
        e.accept(this);
        ORRERY_CHECK(result.defined(), "expression without translation in {}", where);
        done[e.get()] = result;
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
    ExprId zero(hwir::Type t) { return pool.constant(0, t); }
    ExprId negate(hwir::Type t, ExprId a) { return make(Op::Sub, t, {zero(t), a}); }

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
        } else {
            ORRERY_CHECK(false, "free variable {} in {}", op->name, where);
        }
    }

    void visit(const Add *op) override { result = binary(Op::Add, type(op), op->a, op->b); }
    void visit(const Sub *op) override { result = binary(Op::Sub, type(op), op->a, op->b); }
    void visit(const Mul *op) override { result = binary(Op::Mul, type(op), op->a, op->b); }
    void visit(const Div *op) override { result = binary(Op::Div, type(op), op->a, op->b); }
    void visit(const Mod *op) override { result = binary(Op::Mod, type(op), op->a, op->b); }
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

    ExprId select(const Expr &condition, const Expr &a, const Expr &b) {
        const ExprId c = translate(condition);
        const ExprId t = translate(a);
        const ExprId f = translate(b);
        return make(Op::Select, type(a), {c, t, f});
    }

    /// Magnitude of a difference or of a number, as the unsigned type of the call.
    ExprId magnitude(hwir::Type t, hwir::Type operand, ExprId a, ExprId b) {
        const ExprId less = make(Op::Less, hwir::boolean, {a, b});
        const ExprId up = make(Op::Sub, operand, {b, a});
        const ExprId down = make(Op::Sub, operand, {a, b});
        return make(Op::Cast, t, {make(Op::Select, operand, {less, up, down})});
    }

    /// Quotient rounded towards zero; the hardware IR's own division is Euclidean and thus right for a dividend >= 0. One
    /// more bit keeps the negation of the smallest number in range.
    ExprId divide_to_zero(hwir::Type t, ExprId a, ExprId b) {
        if (!t.is_signed) {
            return make(Op::Div, t, {a, b});
        }
        const hwir::Type wide{std::min(64, t.bits * 2), true};
        const ExprId dividend = make(Op::Cast, wide, {a});
        const ExprId divisor = make(Op::Cast, wide, {b});
        const ExprId negative = make(Op::Less, hwir::boolean, {dividend, zero(wide)});
        const ExprId mirrored =
            negate(wide, make(Op::Div, wide, {negate(wide, dividend), divisor}));
        const ExprId quotient = make(
            Op::Select, wide, {negative, mirrored, make(Op::Div, wide, {dividend, divisor})});
        return make(Op::Cast, t, {quotient});
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
            const ExprId a = translate(args[0]);
            result = magnitude(t, type(args[0]), a, zero(type(args[0])));
        } else if (op->is_intrinsic(Call::absd)) {
            const ExprId a = translate(args[0]);
            result = magnitude(t, type(args[0]), a, translate(args[1]));
        } else if (op->is_intrinsic(Call::div_round_to_zero)) {
            const ExprId a = translate(args[0]);
            result = divide_to_zero(t, a, translate(args[1]));
        } else if (op->is_intrinsic(Call::mod_round_to_zero)) {
            const ExprId a = translate(args[0]);
            const ExprId b = translate(args[1]);
            result = make(Op::Sub, t, {a, make(Op::Mul, t, {divide_to_zero(t, a, b), b})});
        } else if (op->is_intrinsic(Call::bitwise_not)) {
            const ExprId a = translate(args[0]);
            result = make(Op::BitNot, t, {a});
        } else if (auto bits = bitwise(op)) {
            result = binary(*bits, t, args[0], args[1]);
        } else if (op->is_intrinsic(Call::extract_bits)) {
            const ExprId shifted = binary(Op::ShiftRight, type(args[0]), args[0], args[1]);
            result = make(Op::Cast, t, {shifted});
        } else {
            unsupported("the operation '" + op->name + "'");
        }
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
    return ExprTranslator(pool, loops, where).translate(e);
}

} // namespace Orrery::frontend
