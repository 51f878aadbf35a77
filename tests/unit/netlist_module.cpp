#include "hwgen/netlist/netlist.h"
#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::netlist;

namespace {

Netlist wrap_module(Module m, std::vector<std::string> templates = {}) {
    Netlist n;
    n.top = m.name;
    n.modules.push_back(std::move(m));
    n.templates = std::move(templates);
    return n;
}

void check_error(const Module &m, const std::string &part) {
    INFO(part);
    CHECK_THROWS_WITH(verify(wrap_module(m)), Catch::Contains(part));
}

} // namespace

TEST_CASE("integers fold and evaluate") {
    Integer i = integer_name("i");
    CHECK(evaluate(i * integer(8) + integer(3), {{"i", 5}}) == 43);
    CHECK((integer(2) * integer(8))->value == 16);
    CHECK(evaluate((i + integer(1)) % integer(4) + i / integer(2), {{"i", 7}}) == 3);
    CHECK_THROWS_AS(evaluate(i, {}), InternalError);
    CHECK(evaluate(substitute(i * integer(8) + integer_name("j"), "i", 2), {{"j", 1}}) == 17);
    CHECK(substitute(i, "j", 2) == i);
}

TEST_CASE("builders check widths and signedness") {
    std::vector<Item> items;
    Scope s(items);
    Value a = s.net("a", 8), b = s.net("b", 9), c = s.net("c", 8, true), d = s.net("d", 8);
    CHECK_THROWS_AS(binary(ValueOp::Add, a, b), InternalError);
    CHECK_THROWS_AS(binary(ValueOp::Less, a, c), InternalError);
    CHECK_THROWS_AS(select(a, a, d), InternalError);
    CHECK_THROWS_AS(slice(a, 4, 5), InternalError);
    CHECK_THROWS_AS(constant(4, 16), InternalError);
    CHECK_THROWS_AS(constant(4, 8, true), InternalError);
    CHECK_THROWS_AS(s.assign(a, b), InternalError);
    Value product = binary(ValueOp::Mul, a, d, 16);
    CHECK_THROWS_AS(binary(ValueOp::Add, product, product), InternalError);
    CHECK(binary(ValueOp::Add, a, d)->width == 8);
    CHECK(binary(ValueOp::Less, a, d)->width == 1);
    CHECK(resize(c, 12)->width == 12);
    CHECK(resize(c, 12)->is_signed);
    CHECK(resize(constant(8, -3, true), 72)->bits == std::vector<uint64_t>{~uint64_t(2), 0xff});
    CHECK(slice(slice(a, 2, 5), 1, 2)->lsb->value == 3);
    CHECK(to_unsigned(to_signed(a)) == a);
}

TEST_CASE("a complete module verifies") {
    Module m;
    m.name = "m";
    Value in = m.input("data_i", 32), out = m.output("data_o", 32);
    m.input("clk_i", 1);
    Scope s = m.scope();
    Value stage = s.net("stage", 32);
    Integer i = integer_name("i"), base = integer_name("BASE");
    Scope g = s.generate("gen_byte", "i", 4, {{"BASE", i * integer(8)}});
    Value local = g.reg("local_q", slice(in, base, 8));
    g.assign(slice(stage, base, 8), unary(ValueOp::Not, local));
    s.assign(out, stage);
    CHECK_NOTHROW(verify(wrap_module(m)));
}

TEST_CASE("verify finds wrong drivers") {
    auto module = [] {
        Module m;
        m.name = "m";
        return m;
    };
    Module m = module();
    Value in = m.input("data_i", 8), out = m.output("data_o", 8);
    check_error(m, "data_o[0 +: 8] is not driven");
    m.scope().assign(slice(out, 0, 5), slice(in, 0, 5));
    check_error(m, "data_o[5 +: 3] is not driven");
    Module twice = m;
    twice.scope().assign(slice(out, 4, 4), slice(in, 4, 4));
    check_error(twice, "data_o[4 +: 4] is driven twice");
    m.scope().assign(slice(out, 5, 3), slice(in, 0, 3));
    check_error(m, "data_i[5 +: 3] is never read");
    Module driven_input = m;
    driven_input.scope().assign(in, constant(8, 1));
    check_error(driven_input, "input data_i is driven");
    Module undeclared = m;
    std::vector<Item> elsewhere;
    undeclared.scope().wire("t", Scope(elsewhere).net("ghost", 3));
    check_error(undeclared, "ghost is used before its declaration");
    Module same_name = m;
    same_name.scope().wire("data_i", constant(1, 1));
    check_error(same_name, "data_i is declared twice");
    Module overlapping = module();
    Value a = overlapping.output("a_o", 8);
    Scope g = overlapping.scope().generate("gen_x", "i", 3);
    g.assign(slice(a, integer_name("i") * integer(3), 4), constant(4, 1));
    check_error(overlapping, "is driven twice");
    Module outside = module();
    a = outside.output("a_o", 8);
    g = outside.scope().generate("gen_x", "i", 3);
    check_error(outside, "genvar i of gen_x is not used");
    g.assign(slice(a, integer_name("i") * integer(3), 3), constant(3, 1));
    check_error(outside, "bits [6 +: 3] of a_o with 8 bits");
}

TEST_CASE("verify checks the pins of instances") {
    Signature adder{
        "adder",
        {},
        {{"a_i", PortDirection::Input, 8, false}, {"sum_o", PortDirection::Output, 9, false}}};
    auto with = [&](std::vector<Connection> connections, std::vector<std::string> templates) {
        Module m;
        m.name = "m";
        Value out = m.output("sum_o", 9);
        for (Connection &c : connections) {
            c.value = c.pin == "sum_o" ? out : c.value;
        }
        m.scope().instance("u_adder", adder, connections);
        return wrap_module(m, templates);
    };
    CHECK_NOTHROW(verify(with({{"a_i", constant(8, 1)}, {"sum_o", nullptr}}, {"adder"})));
    CHECK_THROWS_WITH(verify(with({{"a_i", constant(8, 1)}, {"sum_o", nullptr}}, {})),
                      Catch::Contains("no earlier module or template adder"));
    CHECK_THROWS_WITH(verify(with({{"a_i", constant(7, 1)}, {"sum_o", nullptr}}, {"adder"})),
                      Catch::Contains("pin a_i of 8 bits is connected to 7"));
    CHECK_THROWS_WITH(verify(with({{"sum_o", nullptr}}, {"adder"})),
                      Catch::Contains("pin a_i is not connected"));
    CHECK_THROWS_WITH(verify(with({{"b_i", constant(8, 1)}, {"sum_o", nullptr}}, {"adder"})),
                      Catch::Contains("no pin b_i"));
}

TEST_CASE("absorb_unused reads the rest and closes open pins") {
    Signature source{"source", {}, {{"data_o", PortDirection::Output, 8, false}}};
    Module m;
    m.name = "m";
    Value in = m.input("data_i", 8), out = m.output("data_o", 2);
    Scope s = m.scope();
    Scope g = s.generate("gen_lane", "i", 2);
    Integer i = integer_name("i");
    Value local = g.wire("local", slice(in, i * integer(2), 2));
    g.assign(bit(out, i), bit(local, i));
    s.instance("u_source", source, {{"data_o", nullptr}});
    CHECK_THROWS_AS(verify(wrap_module(m, {"source"})), InternalError);
    absorb_unused(m);
    CHECK_NOTHROW(verify(wrap_module(m, {"source"})));
    size_t items = m.items.size();
    absorb_unused(m); // idempotent
    CHECK(m.items.size() == items);
}

TEST_CASE("verification of a large array is quick") {
    Module m;
    m.name = "m";
    Value in = m.input("data_i", 8192), out = m.output("data_o", 8192);
    Integer i = integer_name("i"), j = integer_name("j");
    Scope g = m.scope().generate("gen_row", "i", 32).generate("gen_column", "j", 32);
    Value a = g.wire("a", slice(in, (i * integer(32) + j) * integer(8), 8));
    Value b = g.wire("b", binary(ValueOp::Add, a, constant(8, 1)));
    g.assign(slice(out, (i * integer(32) + j) * integer(8), 8), b);
    CHECK_NOTHROW(verify(wrap_module(m)));
}
