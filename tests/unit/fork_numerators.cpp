// Quotients of differences, which Halide's passes are not to divide term by term.
#include "halide-fork/sums_in_numerators.h"

#include <catch2/catch.hpp>

using namespace Halide;
using namespace Halide::Internal;
using namespace Orrery;

namespace {

const Expr x = Variable::make(Int(32), "x"), y = Variable::make(Int(32), "y"),
           m = Variable::make(Int(32), "m");

/// for (x) for (y) let m = first: let n = second: f(n) = n
Stmt nest(const Expr &first, const Expr &second) {
    const Expr n = Variable::make(Int(32), "n");
    Stmt s = Provide::make("f", {n}, {n}, const_true());
    s = LetStmt::make("m", first, LetStmt::make("n", second, s));
    for (const char *loop : {"y", "x"}) {
        s = For::make(loop, 0, 4, ForType::Serial, Partition::Auto, DeviceAPI::None, s);
    }
    return s;
}

/// What the statement calls n.
Expr value_of_n(const Stmt &s) {
    class Finder : public IRVisitor {
        using IRVisitor::visit;
        void visit(const LetStmt *op) override {
            value = op->name == "n" ? op->value : value;
            IRVisitor::visit(op);
        }

    public:
        Expr value;
    } finder;
    s.accept(&finder);
    return finder.value;
}

int64_t at(const Expr &e, const Expr &first, int i, int j) {
    const std::map<std::string, Expr> point{{"x", i}, {"y", j}};
    return *as_const_int(simplify(substitute(point, substitute("m", first, e))));
}

} // namespace

TEST_CASE("differences of correlated expressions keep their values where they are divided",
          "[frontend]") {
    for (const Expr &first : {x * 4 - min(y * 2, 5), x * 4 - max(y * 2, 5), x * 4 - min(y, 5),
                              x * 4 + min(y * 2, 5), (x * 4 - y) - 3}) {
        for (const Expr &second : {(1 - m / 2) - (x * -2 + y), m / 4 - (x - y), m / 2 - x * 2}) {
            INFO(first << ", " << second);
            const Expr result = value_of_n(
                simplify_correlated_differences(sums_in_numerators(nest(first, second))));
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    CHECK(at(result, first, i, j) == at(second, first, i, j));
                }
            }
        }
    }
}

TEST_CASE("differences outside of numerators stay as they are", "[frontend]") {
    const Stmt s = nest(x * 4 - y, m - x);
    CHECK(equal(sums_in_numerators(s), s));
    CHECK(equal(sums_in_numerators((x - y) / 2 - y), (x + y * -1) / 2 - y));
}
