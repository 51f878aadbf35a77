// What the auto-scheduler cannot map: each a user error that names Func, loop and remedy.
#include "auto-schedule/auto_schedule.h"
#include "auto-schedule/mapping.h"
#include "auto-schedule/problem.h"
#include "halide-fork/orrery.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

#include <functional>

using namespace Halide;
using namespace Orrery;

namespace {

/// Funcs of a small pipeline; each case makes its own of them.
struct Parts {
    ImageParam a{Int(8), 3, "a"}, b{Int(8), 3, "b"};
    Func sum{"sum"}, output{"output"};
    Var x{"x"}, y{"y"}, z{"z"};
    RDom r{0, 4, "r"}, s{0, 4, 0, 4, "s"};

    Expr wide(const Expr &e) const { return cast<int32_t>(e); }
    /// A matrix product of two dimensions, or what `product` is.
    void define(const Expr &product) {
        sum(x, y) += product;
        output(x, y) = sum(x, y);
        output.bound(x, 0, 4).bound(y, 0, 4);
    }
};

std::string message(const std::function<void(Parts &)> &define) {
    Parts parts;
    define(parts);
    try {
        AutoScheduleOptions options;
        options.hardware = ORRERY_SOURCE_DIR "/data/hardware/tiny-4x4.json";
        auto_schedule(parts.output, options);
    } catch (const UserError &error) {
        return error.what();
    }
    return "no error";
}

struct Case {
    const char *expected;
    std::function<void(Parts &)> define;
};

const std::vector<Case> cases = {
    {"output: no Func behind it has an update",
     [](Parts &p) { p.output(p.x, p.y) = p.a(p.x, p.y, 0); }},
    {"both have updates, and a mapping is of one",
     [](Parts &p) {
         Func other("other");
         other(p.x, p.y) += p.wide(p.a(p.s.x, p.y, 0)) * p.wide(p.b(p.x, p.s.y, 0));
         p.define(p.wide(p.a(p.s.x, p.y, 0)) * other(p.x, p.s.x));
     }},
    {"sum: its update is no sum, minimum or maximum",
     [](Parts &p) {
         p.sum(p.x, p.y) = 1;
         p.sum(p.x, p.y) *= p.wide(p.a(p.r.x, p.x, p.y));
         p.output(p.x, p.y) = p.sum(p.x, p.y);
     }},
    {"sum: its update reads 0 elements, and not one to 3", [](Parts &p) { p.define(p.r.x); }},
    {"sum: its update reads 4 elements, and not one to 3",
     [](Parts &p) {
         const Expr wide = p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0));
         p.define(wide * p.wide(p.a(p.r.x, p.y, 1)) * p.wide(p.b(p.x, p.r.x, 1)));
     }},
    {"sum: RDom::where leaves products out",
     [](Parts &p) {
         p.s.where(p.s.x != p.s.y);
         p.define(p.wide(p.a(p.s.x, p.y, p.s.y)) * p.wide(p.b(p.x, p.s.x, p.s.y)));
     }},
    {"sum: its update depends on loop r.x beside the elements that it reads",
     [](Parts &p) { p.define(p.wide(p.a(p.r.x, p.y, 0)) * p.r.x * p.wide(p.b(p.x, p.r.x, 0))); }},
    {"sum: dimension 0 of a is read at",
     [](Parts &p) { p.define(p.wide(p.a(p.r.x / 2, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0))); }},
    {"sum: loop y indexes nothing that sum is made of",
     [](Parts &p) { p.define(p.wide(p.a(p.s.x, p.s.y, 0)) * p.wide(p.b(p.x, p.s.x, p.s.y))); }},
    {"sum: loop r.x indexes two dimensions of a",
     [](Parts &p) { p.define(p.wide(p.a(p.r.x, p.y, p.r.x)) * p.wide(p.b(p.x, p.r.x, 0))); }},
    {"sum: it reads two elements of a",
     [](Parts &p) { p.define(p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.a(p.r.x, p.x, 1))); }},
    {"it reads several elements of sum",
     [](Parts &p) {
         p.sum(p.x, p.y) += p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0));
         p.output(p.x, p.y) = max(p.sum(p.x, p.y), p.sum(p.x + 1, p.y));
     }},
    {"it reads sum at",
     [](Parts &p) {
         p.sum(p.x, p.y) += p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0));
         p.output(p.x, p.y) = p.sum(p.x / 2, p.y);
     }},
    {"sum: the extent of loop x is not known. Give the output's dimension bounds or an estimate",
     [](Parts &p) {
         p.sum(p.x, p.y) += p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0));
         p.output(p.x, p.y) = p.sum(p.x, p.y);
         p.output.bound(p.y, 0, 4);
     }},
    {"sum: it has a schedule already",
     [](Parts &p) {
         p.define(p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0)));
         p.sum.compute_root();
     }},
    {"output: it has a schedule already",
     [](Parts &p) {
         p.define(p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0)));
         p.output.reorder(p.y, p.x);
     }},
    {"output: it has directives already", [](Parts &p) {
         p.define(p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0)));
         accelerate(p.output).buffer(p.sum);
     }}};

} // namespace

TEST_CASE("pipelines without a mapping are user errors") {
    for (const Case &c : cases) {
        CHECK_THAT(message(c.define), Catch::Contains(c.expected));
    }
}

TEST_CASE("the extents of a layer are bounds, else estimates, scalar inputs with theirs") {
    Parts p;
    Param<int> rows("rows");
    rows.set_estimate(7);
    p.sum(p.x, p.y) += p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0));
    p.output(p.x, p.y) = p.sum(p.x, p.y);
    p.output.set_estimate(p.x, 0, 9).bound(p.y, 0, rows - 1);
    const optimizer::Problem problem = scheduling::problem_of(scheduling::find_product(p.output));
    CHECK(text_of(optimizer::layer_of(problem).value()) ==
          "N=6 K=9 C=4 OY=1 OX=1 FY=1 FX=1 stride=1 groups=1 weights=K");
}

TEST_CASE("a mapping of another layer is a user error that says which layer it should be") {
    Parts p;
    p.define(p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0)));
    optimizer::MappedLayer mapped;
    mapped.problem = optimizer::convolution("other", optimizer::parse_layer("K=8"));
    CHECK_THROWS_AS(scheduling::apply_mapping(p.output, mapped), UserError);
    CHECK_THROWS_WITH(scheduling::apply_mapping(p.output, mapped),
                      Catch::Contains("orrery optimize --layer \"N=4 K=4 C=4 OY=1"));
}

TEST_CASE("parameters of the auto-scheduler that do not exist or are not possible") {
    const auto error = [](const std::map<std::string, std::string> &parameters) {
        try {
            Parts p;
            p.define(p.wide(p.a(p.r.x, p.y, 0)) * p.wide(p.b(p.x, p.r.x, 0)));
            auto_schedule(p.output, auto_schedule_options(parameters));
        } catch (const UserError &e) {
            return std::string(e.what());
        }
        return std::string("no error");
    };
    const std::string tiny = ORRERY_SOURCE_DIR "/data/hardware/tiny-4x4.json";
    CHECK_THAT(error({}), Catch::Contains("autoscheduler.hardware: name the file"));
    CHECK_THAT(error({{"parallelism", "8"}}), Catch::Contains("there is no such parameter"));
    CHECK_THAT(error({{"hardware", tiny}, {"threads", "two"}}),
               Catch::Contains("autoscheduler.threads=two: expected a number"));
    CHECK_THAT(error({{"hardware", tiny}, {"objective", "area"}}),
               Catch::Contains("expected energy, cycles or edp"));
    CHECK_THAT(error({{"hardware", tiny}, {"fix", "spatial OX=2"}}),
               Catch::Contains("OX has 1 iterations"));
    CHECK(error({{"hardware", tiny}, {"fix", "spatial C=2 K=4;SRAM N=1"}, {"threads", "1"}}) ==
          "no error");
}
