// Convolutions whose input passes through line buffers, row by row, alone and one behind the other.
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

enum class Window { Whole, Tiles, Rows };

/// 3 x 3 convolution of an image, requantised to int8.
struct Layer {
    Func padded{"padded"}, sum{"sum"}, result{"result"};
    RDom r;
    Var k{"k"}, x{"x"}, y{"y"}, ko{"ko"}, ki{"ki"};
    RVar rco{"rco"}, rci{"rci"};

    /// With zeros around an image of width x height, or only where the whole kernel fits (width 0).
    Layer(Func input, Func weights, int channels, int width = 0, int height = 0)
        : r(0, channels, 0, 3, 0, 3, "r") {
        const int border = width > 0 ? 1 : 0;
        if (border) {
            padded = BoundaryConditions::constant_exterior(
                input, cast<int8_t>(0), {{0, channels}, {0, width}, {0, height}});
        } else {
            padded(k, x, y) = input(k, x, y);
        }
        sum(k, x, y) = 0;
        sum(k, x, y) += cast<int32_t>(padded(r.x, x + r.y - border, y + r.z - border)) *
                        cast<int32_t>(weights(r.x, k, r.y, r.z));
        result(k, x, y) = cast<int8_t>(clamp(sum(k, x, y) >> 7, -128, 127));
    }

    /// A row of `stage` after the other, `lanes` channels at a time on an array of lanes x lanes.
    void schedule(Func stage, Orrery::Accelerator &hw, int lanes) {
        stage.split(k, ko, ki, lanes).reorder(ki, x, ko, y).vectorize(ki);
        sum.compute_at(stage, ko);
        sum.update()
            .split(r.x, rco, rci, lanes)
            .reorder(rci, k, x, r.y, r.z, rco)
            .unroll(rci)
            .unroll(k);
        hw.pe_array(sum.update(), {rci}, {k});
        hw.buffer(sum).slots(2);
    }
};

class LineBuffer : public Generator<LineBuffer> {
public:
    GeneratorParam<int> channels{"channels", 16}, filters{"filters", 16}, width{"width", 32},
        height{"height", 32}, lanes{"lanes", 8}, slots{"slots", 2}, tile_height{"tile_height", 8};
    GeneratorParam<Window> window{
        "window",
        Window::Rows,
        {{"whole", Window::Whole}, {"tiles", Window::Tiles}, {"rows", Window::Rows}}};
    Input<Buffer<int8_t, 3>> input{"input"};
    Input<Buffer<int8_t, 4>> weights{"weights"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        layer = std::make_unique<Layer>(Func(input), Func(weights), channels, width, height);
        output(layer->k, layer->x, layer->y) = layer->result(layer->k, layer->x, layer->y);
    }

    void schedule() {
        Layer &l = *layer;
        output.bound(l.k, 0, filters).bound(l.x, 0, width).bound(l.y, 0, height);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        l.schedule(output, hw, lanes);
        Func(weights).in(l.sum).compute_root().vectorize(weights.in(l.sum).args()[0], channels);
        Var yo("yo"), yi("yi");
        if (window == Window::Whole) {
            l.padded.compute_root();
        } else if (window == Window::Tiles) {
            output.split(l.y, yo, yi, tile_height, TailStrategy::GuardWithIf);
            l.padded.compute_at(output, yo);
        } else {
            l.padded.store_root().compute_at(output, l.y);
        }
        l.padded.vectorize(l.padded.args()[0], channels);
        hw.buffer(l.padded).slots(window == Window::Whole ? 1 : int(slots));
    }

private:
    std::unique_ptr<Layer> layer;
};

/// Two convolutions without padding, each on an array of its own: rows of the first one go to the
/// second one through a line buffer. `width` and `height` are those of the input.
class ConvConv : public Generator<ConvConv> {
public:
    GeneratorParam<int> channels{"channels", 16}, width{"width", 32}, height{"height", 32},
        lanes{"lanes", 8}, slots{"slots", 2};
    Input<Buffer<int8_t, 3>> input{"input"};
    Input<Buffer<int8_t, 4>> weights1{"weights1"}, weights2{"weights2"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        first = std::make_unique<Layer>(Func(input), Func(weights1), channels);
        second = std::make_unique<Layer>(first->result, Func(weights2), channels);
        output(second->k, second->x, second->y) = second->result(second->k, second->x, second->y);
    }

    void schedule() {
        Layer &a = *first, &b = *second;
        output.bound(b.k, 0, channels).bound(b.x, 0, width - 4).bound(b.y, 0, height - 4);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        b.schedule(output, hw, lanes);
        a.schedule(a.result, hw, lanes);
        Func(weights1).in(a.sum).compute_root().vectorize(weights1.in(a.sum).args()[0], channels);
        Func(weights2).in(b.sum).compute_root().vectorize(weights2.in(b.sum).args()[0], channels);
        a.result.store_root().compute_at(output, b.y);
        a.padded.store_root().compute_at(output, b.y);
        a.padded.vectorize(a.padded.args()[0], channels);
        hw.buffer(a.result).slots(slots);
        hw.buffer(a.padded).slots(slots);
    }

private:
    std::unique_ptr<Layer> first, second;
};

/// A convolution and the maximum of 2 x 2 of its results.
class ConvPool : public Generator<ConvPool> {
public:
    GeneratorParam<int> channels{"channels", 16}, filters{"filters", 16}, width{"width", 32},
        height{"height", 32}, lanes{"lanes", 8}, slots{"slots", 2};
    Input<Buffer<int8_t, 3>> input{"input"};
    Input<Buffer<int8_t, 4>> weights{"weights"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        layer = std::make_unique<Layer>(Func(input), Func(weights), channels, width, height);
        pool(k, x, y) = cast<int8_t>(-128);
        pool(k, x, y) = max(pool(k, x, y), layer->result(k, 2 * x + r.x, 2 * y + r.y));
        output(k, x, y) = pool(k, x, y);
    }

    void schedule() {
        Layer &l = *layer;
        output.bound(k, 0, filters).bound(x, 0, width / 2).bound(y, 0, height / 2);
        output.reorder(k, x, y).vectorize(k, lanes);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        Var ko("ko"), ki("ki");
        pool.compute_at(output, x).update().split(k, ko, ki, lanes).reorder(ki, r.x, r.y, ko);
        pool.update().vectorize(ki);
        hw.buffer(pool).slots(2);
        l.schedule(l.result, hw, lanes);
        Func(weights).in(l.sum).compute_root().vectorize(weights.in(l.sum).args()[0], channels);
        l.result.store_root().compute_at(output, y);
        l.padded.store_root().compute_at(output, y);
        l.padded.vectorize(l.padded.args()[0], channels);
        hw.buffer(l.result).slots(slots);
        hw.buffer(l.padded).slots(slots);
    }

private:
    std::unique_ptr<Layer> layer;
    Func pool{"pool"};
    Var k{"k"}, x{"x"}, y{"y"};
    RDom r{0, 2, 0, 2, "r"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(LineBuffer, line_buffer)
HALIDE_REGISTER_GENERATOR(ConvConv, conv_conv)
HALIDE_REGISTER_GENERATOR(ConvPool, conv_pool)
