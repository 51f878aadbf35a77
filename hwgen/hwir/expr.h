#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace Orrery::hwir {

/// Integer type of a value; a condition is an unsigned value of one bit.
struct Type {
    int bits = 32;
    bool is_signed = true;
    bool operator==(const Type &o) const { return bits == o.bits && is_signed == o.is_signed; }
    bool operator!=(const Type &o) const { return !(*this == o); }
};
inline constexpr Type boolean{1, false};
inline constexpr Type index_type{32, true};

/// Kinds of expression. Every operation is Halide's: the result is wrapped to the node's type (two's complement), division
/// and remainder are Euclidean (a remainder is never negative) and give 0 for a divisor of 0, `ShiftRight` of a signed value
/// is arithmetic, and a negative shift amount shifts the other way.
enum class Op {
    Constant, ///< `value`
    Counter,  ///< current value of loop number `value` of the process (serial or lane), from 0
    Load,     ///< value read by load number `value` of the process
    Scalar,   ///< scalar input number `value` of the design: the same value throughout a run
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Min,
    Max,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    And, ///< logical, on conditions
    Or,
    Not,
    Select, ///< condition, value if true, value if false
    Cast,   ///< to the node's type: truncation or extension by the operand's signedness
    ShiftLeft,
    ShiftRight,
    BitAnd,
    BitOr,
    BitXor,
    BitNot,
};

/// Index of a node in its ExprPool; a default-constructed one refers to nothing.
struct ExprId {
    int32_t index = -1;
    bool defined() const { return index >= 0; }
    bool operator==(const ExprId &o) const { return index == o.index; }
    bool operator!=(const ExprId &o) const { return index != o.index; }
    bool operator<(const ExprId &o) const { return index < o.index; }
};

struct ExprNode {
    Op op = Op::Constant;
    Type type;
    std::vector<ExprId> args;
    int64_t value = 0;
};

/// Closed interval of values.
struct Interval {
    int64_t min = 0, max = 0;
};

/// A scalar input of the design: a register that the host sets before a run.
struct Scalar {
    std::string name; ///< identifier
    Type type;
    Interval range; ///< values that the host may set; those of the type if nothing else is known
    std::optional<int64_t> otherwise; ///< the value where the host gives none
};

/// Owner of the expressions of a design and of the scalars that they refer to. Equal expressions
/// are one node, so that identity is equality. Construction folds constants and drops neutral
/// operands, so that a substitution simplifies what it can.
class ExprPool {
public:
    const ExprNode &operator[](ExprId id) const { return nodes[id.index]; }
    size_t size() const { return nodes.size(); }

    ExprId constant(int64_t value, Type type = index_type);
    ExprId counter(int loop);
    ExprId load(int load, Type type);
    /// Adds a scalar to the table; its leaf.
    ExprId add_scalar(Scalar scalar);
    /// The leaf of a scalar of the table.
    ExprId scalar(int number);
    const std::vector<Scalar> &scalars() const { return scalar_table; }
    /// Any operation with operands; the type of comparisons and logic is `boolean`.
    ExprId make(Op op, Type type, std::vector<ExprId> args);
    ExprId add(ExprId a, ExprId b) { return make(Op::Add, (*this)[a].type, {a, b}); }
    ExprId sub(ExprId a, ExprId b) { return make(Op::Sub, (*this)[a].type, {a, b}); }
    ExprId mul(ExprId a, ExprId b) { return make(Op::Mul, (*this)[a].type, {a, b}); }
    ExprId min(ExprId a, ExprId b) { return make(Op::Min, (*this)[a].type, {a, b}); }
    ExprId max(ExprId a, ExprId b) { return make(Op::Max, (*this)[a].type, {a, b}); }
    ExprId less(ExprId a, ExprId b) { return make(Op::Less, boolean, {a, b}); }
    ExprId less_equal(ExprId a, ExprId b) { return make(Op::LessEqual, boolean, {a, b}); }
    ExprId logical_and(ExprId a, ExprId b) { return make(Op::And, boolean, {a, b}); }
    ExprId cast(Type type, ExprId a) { return make(Op::Cast, type, {a}); }

    std::optional<int64_t> as_constant(ExprId id) const;

private:
    using Key = std::tuple<int, int, bool, int64_t, std::vector<int32_t>>;
    ExprId intern(ExprNode node);
    std::vector<ExprNode> nodes;
    std::map<Key, int32_t> known;
    std::vector<Scalar> scalar_table;
};

/// Wraps a value to a type (two's complement).
int64_t wrap(int64_t value, Type type);

/// Result of one operation on operand values (all but the leaves).
int64_t apply(Op op, Type type, const std::vector<int64_t> &args, const std::vector<Type> &arg_types);

/// Value of an expression without scalars; `counters` and `loads` are indexed by loop and load
/// number.
int64_t evaluate(const ExprPool &pool, ExprId id, const std::vector<int64_t> &counters,
                 const std::vector<int64_t> &loads = {});

/// Calls `visit` once for every node of an expression, operands first.
void for_each_node(const ExprPool &pool, ExprId id, const std::function<void(ExprId, const ExprNode &)> &visit);

/// Does the expression refer to the loop? To any load, any scalar?
bool uses_counter(const ExprPool &pool, ExprId id, int loop);
bool uses_load(const ExprPool &pool, ExprId id);
bool uses_scalar(const ExprPool &pool, ExprId id);
/// Are scalars and constants its only leaves, so that it has one value throughout a run?
bool is_fixed_in_run(const ExprPool &pool, ExprId id);

/// Rebuilds an expression with its leaves (Counter, Load, Scalar) replaced by what `replace` gives
/// (undefined: keep the leaf).
ExprId substitute(ExprPool &pool, ExprId id, const std::function<ExprId(const ExprNode &)> &replace);

/// Sound bounds of an expression when loop i counts from 0 to counter_extents[i] - 1, loads take
/// any value of their type and scalars any value of their range.
Interval bounds(const ExprPool &pool, ExprId id, const std::vector<int64_t> &counter_extents);

} // namespace Orrery::hwir
