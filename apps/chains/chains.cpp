#include "chains.h"

namespace chains {
using namespace Halide;

namespace {
constexpr TailStrategy guard = TailStrategy::GuardWithIf;
}

Chain::Chain(const Shape &shape) : shape_(shape) {}

Func Chain::convolve(const std::string &name, const Func &from, const Func &weights,
                     const RDom &r) {
    Func sum(name);
    sum(k, x, y) = 0;
    if (r.dimensions() == 1) {
        sum(k, x, y) += cast<int32_t>(from(r.x, x, y)) * cast<int32_t>(weights(r.x, k));
    } else {
        sum(k, x, y) += cast<int32_t>(from(r.x, x + r.y - 1, y + r.z - 1)) *
                        cast<int32_t>(weights(r.x, k, r.y, r.z));
    }
    return sum;
}

Func Chain::pad(const std::string &name, const Func &from, int width, int height) {
    Func padded(name);
    padded(k, x, y) = BoundaryConditions::constant_exterior(
        from, cast<int8_t>(0), {{Expr(), Expr()}, {0, width}, {0, height}})(k, x, y);
    return padded;
}

Expr Chain::requantised(const Expr &sum, int shift) {
    return saturating_cast<int8_t>(rounding_shift_right(sum, shift));
}

void Chain::tile_output() {
    output.bound(k, 0, shape_.filters).bound(x, 0, shape_.width).bound(y, 0, shape_.height);
    const auto tail = [](int size, int tile) {
        return size % tile == 0 ? TailStrategy::RoundUp : guard;
    };
    output.split(x, xt, xi, shape_.tile_width, tail(shape_.width, shape_.tile_width))
        .split(y, yt, yi, shape_.tile_height, tail(shape_.height, shape_.tile_height));
    output.reorder(k, xi, yi, yt, xt).vectorize(k, shape_.lanes, guard);
    hw = Orrery::accelerate(output);
}

void Chain::place(Func func, bool slides) {
    func.compute_at(output, yt);
    if (slides && shape_.slide) {
        func.store_at(output, xt);
    }
    hw->buffer(func).slots(shape_.slots);
}

void Chain::channels_array(Func sum, const RDom &r, int rows) {
    RVar co("co"), ci("ci");
    Var ko("ko");
    Stage update = sum.update();
    update.split(r[0], co, ci, rows > 0 ? rows : shape_.lanes, guard)
        .split(k, ko, ki, shape_.lanes, guard);
    if (r.dimensions() == 1) {
        update.reorder(ci, ki, x, y, co, ko);
    } else {
        update.reorder(ci, ki, x, y, r[1], r[2], co, ko);
    }
    hw->pe_array(update, {ci}, {ki});
    place(sum, false);
}

void Chain::keep(Func tensor, const Func &user) {
    Func copy = tensor.in(user);
    copy.compute_root().vectorize(copy.args()[0], shape_.lanes, guard);
}

void Chain::set_ports(const std::vector<Func> &tensors) {
    for (const Func &tensor : tensors) {
        hw->port(tensor).bus_bits(shape_.bus_bits);
    }
}

Residual::Residual(const Shape &shape, const Func &in, const Func &w, const Func &other)
    : Chain(shape), r(0, shape.channels, 0, 3, 0, 3, "r"), input(in), weights(w), shortcut(other),
      padded(pad("padded", input, shape.width, shape.height)),
      sum(convolve("sum", padded, weights, r)) {
    const Func &added = shortcut.defined() ? shortcut : padded;
    output(k, x, y) = saturating_cast<int8_t>(cast<int16_t>(requantised(sum(k, x, y), 7)) +
                                              cast<int16_t>(added(k, x, y)));
}

void Residual::schedule() {
    tile_output();
    channels_array(sum, r);
    place(padded, true);
    padded.vectorize(k, shape_.lanes, guard);
    if (shortcut.defined()) {
        Func tile = shortcut.in(output);
        place(tile, false);
        tile.vectorize(tile.args()[0], shape_.lanes, guard);
        set_ports({shortcut});
    }
    keep(weights, sum);
    set_ports({input, weights, output});
}

ResidualBlock::ResidualBlock(const Shape &shape, const Func &in, const Func &w1, const Func &w2)
    : Chain(shape), r(0, shape.channels, 0, 3, 0, 3, "r"), input(in), weights1(w1), weights2(w2),
      padded1(pad("padded1", input, shape.width, shape.height)),
      sum1(convolve("sum1", padded1, weights1, r)) {
    between(k, x, y) = max(requantised(sum1(k, x, y), 7), 0);
    padded2 = pad("padded2", between, shape.width, shape.height);
    sum2 = convolve("sum2", padded2, weights2, r);
    output(k, x, y) = saturating_cast<int8_t>(cast<int16_t>(requantised(sum2(k, x, y), 7)) +
                                              cast<int16_t>(padded1(k, x, y)));
}

void ResidualBlock::schedule() {
    tile_output();
    channels_array(sum2, r);
    place(padded2, true);
    padded2.vectorize(k, shape_.lanes, guard);
    channels_array(sum1, r);
    place(padded1, true);
    padded1.vectorize(k, shape_.lanes, guard);
    keep(weights1, sum1);
    keep(weights2, sum2);
    set_ports({input, weights1, weights2, output});
}

Bottleneck::Bottleneck(const Shape &shape, const Func &in, const Func &w1, const Func &w2,
                       const Func &w3)
    : Chain(shape), all(0, shape.channels, "all"), window(0, shape.middle, 0, 3, 0, 3, "window"),
      few(0, shape.middle, "few"), input(in), weights1(w1), weights2(w2), weights3(w3),
      brought(pad("brought", input, shape.width, shape.height)),
      sum1(convolve("sum1", brought, weights1, all)) {
    reduced(k, x, y) = max(requantised(sum1(k, x, y), 7), 0);
    padded = pad("padded", reduced, shape.width, shape.height);
    sum2 = convolve("sum2", padded, weights2, window);
    between(k, x, y) = max(requantised(sum2(k, x, y), 7), 0);
    sum3 = convolve("sum3", between, weights3, few);
    // The addition works on a tile that the first convolution left two tiles before. A buffer has
    // two slots, so the input passes through two more of them on its way.
    Func added = brought;
    for (int n = 1; n <= 2; n++) {
        Func tile("waiting" + std::to_string(n));
        tile(k, x, y) = added(k, x, y);
        waiting.push_back(tile);
        added = tile;
    }
    output(k, x, y) = saturating_cast<int8_t>(cast<int16_t>(requantised(sum3(k, x, y), 7)) +
                                              cast<int16_t>(added(k, x, y)));
}

void Bottleneck::schedule() {
    tile_output();
    for (Func tile : waiting) {
        place(tile, false);
        tile.vectorize(k, shape_.lanes, guard);
    }
    channels_array(sum3, few, shape_.pointwise_rows);
    place(between, false);
    between.vectorize(k, shape_.lanes, guard);
    channels_array(sum2, window);
    place(padded, true);
    padded.vectorize(k, shape_.lanes, guard);
    channels_array(sum1, all, shape_.pointwise_rows);
    place(brought, true);
    brought.vectorize(k, shape_.lanes, guard);
    keep(weights1, sum1);
    keep(weights2, sum2);
    keep(weights3, sum3);
    set_ports({input, weights1, weights2, weights3, output});
}

DepthwisePointwise::DepthwisePointwise(const Shape &shape, const Func &in, const Func &dw,
                                       const Func &pw)
    : Chain(shape), window(0, 3, 0, 3, "window"), r(0, shape.channels, "r"), input(in),
      depthwise(dw), pointwise(pw), padded(pad("padded", input, shape.width, shape.height)) {
    depth_sum(k, x, y) = 0;
    depth_sum(k, x, y) += cast<int32_t>(padded(k, x + window.x - 1, y + window.y - 1)) *
                          cast<int32_t>(depthwise(k, window.x, window.y));
    depth(k, x, y) = max(requantised(depth_sum(k, x, y), 6), 0);
    sum = convolve("sum", depth, pointwise, r);
    output(k, x, y) = requantised(sum(k, x, y), 7);
}

void DepthwisePointwise::schedule() {
    tile_output();
    channels_array(sum, r);
    place(depth, false);
    depth.vectorize(k, shape_.lanes, guard);
    // Kernel rows | channels.
    Var ko("ko");
    Stage update = depth_sum.update();
    update.split(k, ko, ki, shape_.lanes, guard).reorder(window.y, ki, x, y, window.x, ko);
    hw->pe_array(update, {window.y}, {ki});
    place(depth_sum, false);
    place(padded, true);
    padded.vectorize(k, shape_.lanes, guard);
    keep(depthwise, depth_sum);
    keep(pointwise, sum);
    set_ports({input, depthwise, pointwise, output});
}

ConvPool::ConvPool(const Shape &shape, const Func &in, const Func &w)
    : Chain(shape), r(0, shape.channels, 0, 3, 0, 3, "r"), window(0, 2, 0, 2, "window"), input(in),
      weights(w), padded(pad("padded", input, 2 * shape.width, 2 * shape.height)),
      sum(convolve("sum", padded, weights, r)) {
    result(k, x, y) = requantised(sum(k, x, y), 7);
    pool(k, x, y) = cast<int8_t>(-128);
    pool(k, x, y) = max(pool(k, x, y), result(k, 2 * x + window.x, 2 * y + window.y));
    output(k, x, y) = pool(k, x, y);
}

void ConvPool::schedule() {
    tile_output();
    place(pool, false);
    pool.update().reorder(k, window.x, window.y, x, y).vectorize(k, shape_.lanes, guard);
    place(result, false);
    result.vectorize(k, shape_.lanes, guard);
    channels_array(sum, r);
    place(padded, true);
    padded.vectorize(k, shape_.lanes, guard);
    keep(weights, sum);
    set_ports({input, weights, output});
}

} // namespace chains
