#pragma once
#include "hwgen/netlist/signature.h"

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

/// Typed structural Verilog: modules, nets, assignments, registers, instances and generate loops. Widths are checked while it is
/// built, drivers and pins by `verify`; the printer only prints.
namespace Orrery::netlist {

// ---- Integer: constant expression of genvars and localparams (32-bit signed, all values non-negative where / or % is used).

struct IntegerNode;
using Integer = std::shared_ptr<const IntegerNode>;
enum class IntegerOp { Constant, Name, Add, Sub, Mul, Div, Mod };
struct IntegerNode {
    IntegerOp op = IntegerOp::Constant;
    int64_t value = 0;
    std::string name;
    std::vector<Integer> args;
};
Integer integer(int64_t value);
Integer integer_name(std::string name);
Integer operator+(Integer a, Integer b);
Integer operator-(Integer a, Integer b);
Integer operator*(Integer a, Integer b);
Integer operator/(Integer a, Integer b);
Integer operator%(Integer a, Integer b);
int64_t evaluate(const Integer &e, const std::map<std::string, int64_t> &names);
Integer substitute(const Integer &e, const std::string &name, int64_t value);

// ---- Value: expression over nets, of a known width and signedness.

enum class ValueOp {
    Constant,
    Net,      ///< whole net
    Slice,    ///< args[0] is a Net; bits [lsb +: width]
    Localparam, ///< low `width` bits of the localparam named `net` of an enclosing generate loop, printed as NAME[width-1:0]
    Concat,   ///< most significant first
    Repeat,   ///< args[0] repeated `count` times
    ToSigned, ///< same bits, signed: $signed(...)
    ToUnsigned,
    Not,  ///< bitwise ~
    ReduceAnd,
    ReduceOr,
    ReduceXor,
    Negate,
    Add, ///< operands and result of equal width and signedness, as for all binary arithmetic and bitwise operators
    Sub,
    Mul, ///< result width = sum of the operand widths or less, but no less than either; the operands keep their own widths; both
         ///< signed or both unsigned. Only as the whole value of an assignment or register: elsewhere Verilog would cut it off
    Div, ///< truncating; operands of equal width and signedness
    Mod,
    And,
    Or,
    Xor,
    Equal, ///< comparisons: operands of equal width and signedness; result of one unsigned bit
    NotEqual,
    Less,
    LessEqual,
    ShiftLeft, ///< args[1] is unsigned
    ShiftRight, ///< arithmetic if args[0] is signed
    Select ///< args[0] one bit ? args[1] : args[2]
};
struct ValueNode;
using Value = std::shared_ptr<const ValueNode>;
struct ValueNode {
    ValueOp op = ValueOp::Constant;
    int width = 1;
    bool is_signed = false;
    std::vector<Value> args;
    std::string net;              ///< Net
    Integer lsb;                  ///< Slice
    int count = 1;                ///< Repeat
    std::vector<uint64_t> bits;   ///< Constant, least significant word first
};

/// Constant in two's complement. `value` must fit.
Value constant(int width, int64_t value, bool is_signed = false);
/// Constant of any width from its bits, least significant word first; bits beyond the width are dropped.
Value constant(int width, std::vector<uint64_t> bits, bool is_signed = false);
/// Unsigned. Of a net, or of a slice of one.
Value slice(Value net, Integer lsb, int width);
Value slice(Value net, int64_t lsb, int width);
Value bit(Value net, Integer index);
/// Low bits of a localparam of an enclosing generate loop.
Value localparam_value(const std::string &name, int width);
Value concat(std::vector<Value> parts); ///< most significant first
Value repeat(int count, Value v);
Value to_signed(Value v);
Value to_unsigned(Value v);
/// The value behind an outermost to_signed or to_unsigned, for places where the signedness does not matter: pins, parts of a
/// concatenation, right sides of assignments (Yosys rejects a converted net on a pin).
Value without_conversion(Value v);
Value unary(ValueOp op, Value a);
/// Checks the widths as stated at the operators; result width of Mul given by `width`.
Value binary(ValueOp op, Value a, Value b, int width = 0);
Value select(Value condition, Value if_true, Value if_false);
/// Sign- or zero-extension (by the value's own signedness) or truncation; the result keeps the signedness. Truncation and sign
/// extension need a Net or Slice (or a conversion of one), because Verilog has no bits of an expression.
Value resize(Value v, int width);

// ---- Modules

struct Net {
    std::string name;
    int width = 1;
    bool is_signed = false;
    std::string comment; ///< printed behind the declaration
};

struct Assign {
    Value target; ///< Net or Slice
    Value value;
};

/// target <= value at the rising edge of clk_i (where `enable`, if given, is 1); with `reset`, to 0 while rst_i is 1.
struct Register {
    Value target; ///< Net or Slice
    Value value;
    Value enable; ///< may be null
    bool reset = false;
};

struct Connection {
    std::string pin;
    Value value; ///< an output pin takes a Net or Slice; null: an output that is left open on purpose
};

struct Instance {
    std::string name;
    Signature signature;
    std::vector<Connection> connections;
};

struct Generate;
struct Comment {
    std::string text;
};
using Item = std::variant<Net, Assign, Register, Instance, std::shared_ptr<Generate>, Comment>;

/// for (genvar = 0; genvar < count; genvar = genvar + 1) begin : label; nets declared in it are local to an iteration.
struct Generate {
    std::string label;
    std::string genvar;
    int64_t count = 1;
    std::vector<std::pair<std::string, Integer>> localparams;
    std::vector<Item> items;
};

/// A list of items with the means to add to it; scopes nest through generate loops.
class Scope {
public:
    explicit Scope(std::vector<Item> &item_list) : items(&item_list) {}
    Value net(const std::string &name, int width, bool is_signed = false, const std::string &comment = "");
    /// A net with its assignment.
    Value wire(const std::string &name, Value value, const std::string &comment = "");
    void assign(Value target, Value value);
    /// A net that is a register of `value`.
    Value reg(const std::string &name, Value value, bool reset = false, Value enable = nullptr);
    void add_register(Value target, Value value, bool reset = false, Value enable = nullptr);
    void instance(const std::string &name, const Signature &signature, std::vector<Connection> connections);
    void comment(const std::string &text);
    /// Opens a generate loop; the body is added through the returned scope.
    Scope generate(const std::string &label, const std::string &genvar, int64_t count,
                   std::vector<std::pair<std::string, Integer>> localparams = {});

private:
    std::vector<Item> *items;
};

struct Module {
    std::string name;
    std::string purpose; ///< header comment
    std::vector<Port> ports;
    std::vector<Item> items;
    Signature signature() const;
    Scope scope() { return Scope(items); }
    /// Adds the port and gives its value.
    Value input(const std::string &port, int width, bool is_signed = false);
    Value output(const std::string &port, int width, bool is_signed = false);
};

struct Netlist {
    std::string top;
    std::vector<Module> modules;        ///< generated modules, used ones first
    std::vector<std::string> templates; ///< names of the templates used, sorted
};

/// Checks: names unique and declared before use, every net driven exactly once in every bit, every pin connected with its
/// width, no unused net or input (unused bits are gathered into one `unused_ok` wire by `absorb_unused`), no unused genvar or
/// localparam. Names that contain "unused" need not be read. InternalError otherwise.
void verify(const Netlist &netlist);

/// Adds to a module, and to the generate loops in it, a wire that reads what nothing else reads, and gives open output pins a net, so
/// that lint tools stay silent about them. The module must be complete.
void absorb_unused(Module &module);

} // namespace Orrery::netlist
