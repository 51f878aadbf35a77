#include "hwgen/netlist/netlist.h"
#include "hwgen/verilog/expression.h"
#include "hwgen/verilog/names.h"
#include "hwgen/verilog/printer.h"
#include "tests/unit/tools.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::netlist;
using verilog::expression_text;

TEST_CASE("names are legal, unique and resemble what was asked for") {
    CHECK(verilog::legal_identifier("conv.s1.r$x") == "conv_s1_r_x");
    CHECK(verilog::legal_identifier("f0$1") == "f0_1");
    CHECK(verilog::legal_identifier("3d") == "n3d");
    CHECK(verilog::legal_identifier("") == "n");
    CHECK(verilog::legal_identifier("wire") == "wire_");
    CHECK(verilog::legal_identifier("logic") == "logic_");
    CHECK(verilog::legal_identifier("class") == "class_");
    CHECK(verilog::legal_identifier("wir") == "wir");
    verilog::Names names;
    names.reserve("clk_i");
    CHECK(names.unique("a.b") == "a_b");
    CHECK(names.unique("a$b") == "a_b_2");
    CHECK(names.unique("a_b_2") == "a_b_2_2");
    CHECK(names.unique("clk_i") == "clk_i_2");
}

TEST_CASE("constants") {
    auto text = [](int width, int64_t value, bool is_signed) {
        return expression_text(constant(width, value, is_signed));
    };
    CHECK(text(8, 5, false) == "8'd5");
    CHECK(text(8, -5, true) == "-8'sd5");
    CHECK(text(8, -128, true) == "8'sh80");
    CHECK(text(8, -1, false) == "8'd255");
    CHECK(text(1, 1, false) == "1'b1");
    CHECK(text(1, 0, false) == "1'b0");
    CHECK(text(64, INT64_MIN, true) == "64'sh8000000000000000");
    CHECK(text(64, -2, true) == "-64'sd2");
    CHECK(text(40, -1, false) == "40'hffffffffff");
    CHECK(text(128, 0, false) == "128'd0");
    CHECK(text(72, -1, false) == "{8'hff, 64'hffffffffffffffff}");
    CHECK(text(72, -1, true) == "$signed({8'hff, 64'hffffffffffffffff})");
}

TEST_CASE("expressions have the parentheses that they need and no others") {
    std::vector<Item> items;
    Scope s(items);
    Value a = s.net("a", 8), b = s.net("b", 8), c = s.net("c", 8), x = s.net("x", 1),
          n = s.net("n", 8, true);
    auto op = [](ValueOp o, Value l, Value r) { return binary(o, l, r); };
    CHECK(expression_text(op(ValueOp::Add, op(ValueOp::Add, a, b), c)) == "a + b + c");
    CHECK(expression_text(op(ValueOp::Sub, a, op(ValueOp::Sub, b, c))) == "a - (b - c)");
    CHECK(expression_text(op(ValueOp::And, op(ValueOp::Or, a, b), c)) == "(a | b) & c");
    CHECK(expression_text(op(ValueOp::ShiftRight, n, slice(a, 0, 3))) == "n >>> a[2:0]");
    CHECK(expression_text(op(ValueOp::ShiftRight, a, op(ValueOp::Add, b, c))) == "a >> b + c");
    CHECK(expression_text(op(ValueOp::LessEqual, a, b)) == "(a <= b)");
    CHECK(expression_text(unary(ValueOp::Not, op(ValueOp::Xor, a, b))) == "~(a ^ b)");
    CHECK(expression_text(unary(ValueOp::Not, unary(ValueOp::ReduceAnd, a))) == "~(&a)");
    CHECK(expression_text(op(ValueOp::And, x, unary(ValueOp::ReduceAnd, a))) == "x & (&a)");
    CHECK(expression_text(op(ValueOp::And, unary(ValueOp::Not, a), b)) == "~a & b");
    CHECK(expression_text(select(x, a, select(x, b, c))) == "x ? a : x ? b : c");
    CHECK(expression_text(select(x, select(x, a, b), c)) == "x ? (x ? a : b) : c");
    CHECK(expression_text(select(op(ValueOp::Equal, a, b), a, c)) == "(a == b) ? a : c");
    CHECK(expression_text(resize(n, 10)) == "$signed({{2{n[7]}}, n})");
    CHECK(expression_text(resize(a, 10)) == "{2'd0, a}");
    CHECK(expression_text(repeat(3, concat({x, a}))) == "{3{x, a}}");
    CHECK(expression_text(bit(a, integer_name("i") * integer(2) + integer(1))) == "a[i * 2 + 1]");
    CHECK(expression_text(slice(a, (integer_name("i") + integer(1)) * integer(2), 2)) ==
          "a[(i + 1) * 2 +: 2]");
}

namespace {

/// One of everything that the printer knows.
Module sample() {
    Module m;
    m.name = "sample";
    m.purpose = "One of everything. Protocol: a new set of inputs every cycle; nothing is ever "
                "stalled, and the "
                "result follows two cycles later.";
    m.input("clk_i", 1);
    m.input("rst_i", 1);
    Value enable = m.input("enable_i", 1);
    Value a = m.input("a_i", 8, true), b = m.input("b_i", 8, true);
    Value many = m.input("many_i", 64);
    Value out = m.output("sum_o", 16, true);
    Value bits = m.output("many_o", 64), wide = m.output("wide_o", 640),
          shifted = m.output("shifted_o", 64);
    Scope s = m.scope();
    Value product = s.wire("product", binary(ValueOp::Mul, a, b, 16), "8 x 8 bits");
    Value sum = s.net("sum_q", 16, true);
    s.comment("The accumulator.");
    s.add_register(sum, binary(ValueOp::Add, sum, product), true, enable);
    Value delayed = s.reg("delayed_q", sum);
    s.assign(out, delayed);
    Integer i = integer_name("i"), base = integer_name("BASE");
    Scope g = s.generate("gen_byte", "i", 8, {{"BASE", i * integer(8)}});
    Value local = g.reg("local_q", slice(many, base, 8), false, enable);
    Value low =
        g.wire("low", binary(ValueOp::Add, slice(local, 0, 4), localparam_value("BASE", 4)));
    Scope inner = g.generate("gen_bit", "j", 4);
    Integer j = integer_name("j");
    inner.assign(bit(bits, base + j), unary(ValueOp::Not, bit(low, j)));
    inner.add_register(bit(shifted, base + j), bit(low, integer(3) - j));
    inner.add_register(bit(shifted, base + j + integer(4)), constant(1, 1));
    g.assign(slice(bits, base + integer(4), 4), constant(4, 9));
    std::vector<uint64_t> words;
    for (uint64_t w = 1; w <= 10; w++) {
        words.push_back(w * 0x0123456789abcdefULL);
    }
    s.assign(wide, constant(640, words));
    Signature child{"child",
                    {{"WIDTH", {16, 0, {}}}, {"TABLE", {0, 200, {1, 2, 3, 4}}}},
                    {{"data_i", PortDirection::Input, 16, false},
                     {"data_o", PortDirection::Output, 16, false},
                     {"rest_o", PortDirection::Output, 3, false}}};
    Value result = s.net("result", 16);
    s.instance("u_child", child,
               {{"data_i", to_unsigned(delayed)}, {"data_o", result}, {"rest_o", nullptr}});
    return m;
}

const char *const child_text =
    "`default_nettype none\n"
    "module child #(parameter integer WIDTH = 8, parameter [199:0] TABLE = 0) (\n"
    "    input wire [WIDTH-1:0] data_i, output wire [WIDTH-1:0] data_o,\n"
    "    output wire [2:0] rest_o);\n"
    "    assign data_o = data_i;\n"
    "    assign rest_o = {3{^TABLE}};\n"
    "endmodule\n"
    "`default_nettype wire\n";

} // namespace

TEST_CASE("a printed module passes the tools without a warning") {
    Module m = sample();
    absorb_unused(m);
    Netlist netlist{"sample", {m}, {"child"}};
    REQUIRE_NOTHROW(verify(netlist));
    std::string text = verilog::print(m);
    tests::TemporaryFolder folder;
    folder.write("sample.v", text);
    folder.write("child.v", child_text);
    INFO(text);
    size_t begin = 0;
    while (begin < text.size()) {
        size_t end = text.find('\n', begin);
        CHECK(end - begin <= 100);
        begin = end + 1;
    }
    std::string files = folder.path + "/sample.v " + folder.path + "/child.v";
    // Newer versions of Verilator print a report; a warning gives a status other than 0.
    tests::ToolResult lint =
        tests::run_verilator_lint("--top-module sample " + files);
    INFO(lint.output);
    CHECK(lint.status == 0);
    CHECK(tests::run_tool("iverilog -g2005 -Wall -s sample -o /dev/null " + files).output == "");
}
