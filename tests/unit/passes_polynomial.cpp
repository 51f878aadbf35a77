#include "hwgen/passes/element_address.h"

#include <catch2/catch.hpp>

using namespace Orrery::hwir;
using namespace Orrery::passes;

namespace {

struct Sizes {
    ExprPool pool;
    ExprId n = pool.add_scalar({"n", index_type, {1, 16}, {}});
    ExprId m = pool.add_scalar({"m", index_type, {1, 16}, {}});
    ExprId one = pool.constant(1), two = pool.constant(2);
    Polynomial of(ExprId e) const { return Polynomial::of(pool, e); }
};

} // namespace

TEST_CASE("polynomials compare equal however they were written", "[passes]") {
    Sizes s;
    ExprPool &p = s.pool;
    ExprId left = p.mul(p.mul(p.add(s.n, s.one), s.m), s.two);            // (n + 1)*m*2
    ExprId right = p.add(p.mul(p.mul(s.m, s.two), s.n), p.add(s.m, s.m)); // m*2*n + (m + m)
    CHECK(s.of(left) == s.of(right));
    CHECK(s.of(p.mul(s.n, s.m)) == s.of(p.mul(s.m, s.n)));
    CHECK(s.of(s.n) != s.of(s.m));
    CHECK((s.of(left) + s.of(right) * -1).is_zero());
    CHECK((s.of(p.add(s.n, s.two)) + s.of(s.n) * -1).constant() == 2);
    CHECK_FALSE(s.of(s.n).constant());
    CHECK(Polynomial(0).is_zero());
    CHECK(s.of(s.of(left).build(p)) == s.of(left));
    // Quotients and minima are taken as they are.
    ExprId quotient = p.make(Op::Div, index_type, {s.n, s.two});
    CHECK(s.of(p.mul(quotient, s.two)) != s.of(s.n));
}

TEST_CASE("element addresses have factors of scalars", "[passes]") {
    Sizes s;
    ExprPool &p = s.pool;
    ExprId x = p.counter(0), y = p.counter(1);
    ElementAddress address(2);
    address.add(p, p.add(p.mul(x, s.n), p.sub(y, s.m)), s.of(s.two)); // 2*(x*n + y - m)
    CHECK(address.coefficients[0] == s.of(p.mul(s.n, s.two)));
    CHECK(address.coefficients[1].constant() == 2);
    CHECK(address.offset == s.of(s.m) * -2);
    CHECK_FALSE(address.build_atoms(p).defined());
    address.add(p, p.min(x, s.n), s.of(s.m));
    CHECK(address.atoms_use(p, 0));
    CHECK_FALSE(address.atoms_use(p, 1));
    ElementAddress rest = address.at_zero(p, 0); // min(0, n)*m has one value throughout a run
    CHECK(rest.coefficients[0].is_zero());
    CHECK_FALSE(rest.build_atoms(p).defined());
}
