#include <Halide.h>
#include <orrery.h>

using namespace Halide;

/// A matrix product that the auto-scheduler schedules.
class Product : public Generator<Product> {
public:
    Input<Buffer<int8_t, 2>> a{"a"}, b{"b"};
    Output<Buffer<int32_t, 2>> output{"output"};
    Var i{"i"}, j{"j"};

    void generate() {
        a.dim(0).set_bounds(0, 8).dim(1).set_bounds(0, 6);
        b.dim(0).set_bounds(0, 4).dim(1).set_bounds(0, 8);
        RDom r(0, a.dim(0).extent());
        Func product("product");
        product(j, i) += cast<int32_t>(a(r, i)) * cast<int32_t>(b(j, r));
        output(j, i) = product(j, i);
        output.bound(j, 0, 4).bound(i, 0, 6);
    }

    void schedule() { Orrery::accelerate(output); }
};

HALIDE_REGISTER_GENERATOR(Product, product)
