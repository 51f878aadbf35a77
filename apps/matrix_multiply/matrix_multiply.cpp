#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// Matrix product on a C | K array: the inner dimension down the rows, the columns of the result
/// across the columns.
///
///     c(j, i) = saturate((sum over l of a(l, i) b(l, j)) rounded and shifted to the right)
///
/// int8 in and out, int32 sums. Both operands are stored along the inner dimension, as weights of a
/// fully connected layer and its inputs are: b holds a filter per j, a an input vector per i.
class MatrixMultiply : public Generator<MatrixMultiply> {
public:
    GeneratorParam<int> height{"height", 128}; ///< i: input vectors
    GeneratorParam<int> width{"width", 128};   ///< j: outputs of a vector
    GeneratorParam<int> depth{"depth", 128};   ///< l: length of a vector
    GeneratorParam<int> shift{"shift", 8};     ///< of the requantisation, 1 to 31

    GeneratorParam<int> rows{"rows", 16};               ///< of the array
    GeneratorParam<int> columns{"columns", 16};         ///< of the array
    GeneratorParam<int> bus_bits{"bus_bits", 128};      ///< of every port
    GeneratorParam<int> tile_height{"tile_height", 64}; ///< vectors per tile

    Input<Buffer<int8_t, 2>> a{"a"};  ///< l, i
    Input<Buffer<int8_t, 2>> b{"b"};  ///< l, j
    Output<Buffer<int8_t, 2>> c{"c"}; ///< j, i

    void generate() {
        r = RDom(0, depth, "r");
        sum(j, i) = 0;
        sum(j, i) += cast<int32_t>(a(r, i)) * cast<int32_t>(b(r, j));
        c(j, i) = saturating_cast<int8_t>((sum(j, i) + (1 << (shift - 1))) >> (int)shift);
        c.bound(j, 0, width).bound(i, 0, height);
    }

    void schedule() {
        if (using_autoscheduler()) {
            return; // autoscheduler=orrery or mapping=
        }
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Var io("io"), ii("ii"), jo("jo"), ji("ji"), jt("jt");
        RVar lo("lo"), li("li");
        const int bytes_per_beat = bus_bits / 8;

        c.split(j, jo, ji, columns, guard)
            .split(i, io, ii, tile_height, guard)
            .reorder(ji, ii, jo, io)
            .vectorize(ji);
        sum.compute_at(c, jo);
        sum.update()
            .split(r, lo, li, rows, guard)
            .split(j, jt, ji, columns, guard)
            .reorder(li, ji, i, lo, jt);
        Func a_tile = a.in(sum), b_tile = b.in(sum);
        a_tile.compute_at(c, io).vectorize(a_tile.args()[0], bytes_per_beat, guard);
        b_tile.compute_at(c, jo).vectorize(b_tile.args()[0], bytes_per_beat, guard);

        Orrery::Accelerator hw = Orrery::accelerate(c);
        hw.pe_array(sum.update(), {li}, {ji});
        for (const Func &buffer : {a_tile, b_tile, sum}) {
            hw.buffer(buffer).slots(2);
        }
        for (const Func &tensor : {Func(a), Func(b), Func(c)}) {
            hw.port(tensor).bus_bits(bus_bits);
        }
    }

private:
    Var i{"i"}, j{"j"};
    RDom r;
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(MatrixMultiply, matrix_multiply)
