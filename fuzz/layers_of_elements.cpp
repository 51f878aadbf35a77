// Layers without multiplications of two tensors.
#include "fuzz/layer_builder.h"

namespace Orrery::fuzz {
using namespace Halide;

namespace {

Expr wide(const Expr &e) { return cast<int32_t>(e); }

/// One of several functions of the neighbourhood of an element.
Expr combined(int operation, const ImageParam &first, const ImageParam &second, const Var &x,
              const Var &y, const Var &c) {
    switch (operation) {
    case 0:
        return wide(first(x, y, c)) + wide(second(x, y, c)) * 3;
    case 1:
        return wide(first(x, y, c)) + 2 * wide(first(x + 1, y, c)) + wide(first(x + 2, y, c));
    case 2:
        return select(first(x, y, c) > second(x, y, c), wide(first(x, y, c)),
                      wide(second(x, y + 1, c)) >> 1);
    case 3:
        return wide(absd(first(x, y, c), second(x, y, c))) * (x + 1) - y;
    default:
        return wide(first(x, y, c)) / (wide(second(x, y, c)) % 7 + c + 1);
    }
}

} // namespace

Pipeline pooling(const Layer &layer) {
    LayerBuilder b(layer);
    const int window = b["window"], stride = b["stride"], operation = b["operation"];
    const int pad = b["padding"] > 0 ? window / 2 : 0;
    const Shape result{b.size("width"), b.size("height"), b.size("channels")};
    const Shape shape{(result[0] - 1) * stride + window, (result[1] - 1) * stride + window,
                      result[2]};
    const Type type = b.data_type(), sums = operation == 2 ? Int(32) : type;
    ImageParam input = b.input("input", type, shape);
    Var x("x"), y("y"), c("c");
    RDom r(0, window, 0, window, "r");
    Func source = b.padded("source", input, shape), pool = b.func("pool"),
         output = b.func("output");
    pool(x, y, c) = operation == 0 ? sums.min() : operation == 1 ? sums.max() : cast(sums, 0);
    const Expr old = pool(x, y, c),
               next = cast(sums, source(x * stride + r.x - pad, y * stride + r.y - pad, c));
    pool(x, y, c) = operation == 0 ? max(old, next) : operation == 1 ? min(old, next) : old + next;
    output(x, y, c) = operation == 2 ? saturating_cast(type, (pool(x, y, c) * 7 + 16) >> 5)
                                     : cast(type, pool(x, y, c));
    return b.finish(output, {x, y, c}, result);
}

Pipeline pointwise(const Layer &layer) {
    LayerBuilder b(layer);
    // Long rows cross the 4 KB pages that bursts must not cross.
    const Expr size = b.size("width"), width = b["long"] ? 100 + 140 * size : size;
    const Shape shape{width, b.size("height"), b.size("channels")},
        larger{width + 2, shape[1] + 1, shape[2]};
    ImageParam first = b.input("first", b.data_type(), larger),
               second = b.input("second", b.data_type(), larger);
    Var x("x"), y("y"), c("c");
    Func middle = b.func("middle"), output = b.func("output");
    middle(x, y, c) = combined(b["operation"], first, second, x, y, c);
    output(x, y, c) = b.requantised(
        b["mirrored"] ? Expr(middle(width - 1 - x, y, c)) : Expr(middle(x, y, c)), Expr(3));
    return b.finish(output, {x, y, c}, shape);
}

/// A reduction that is not a box.
Pipeline triangle(const Layer &layer) {
    LayerBuilder b(layer);
    const Shape shape{b["n"], b.size("m"), b.size("count"), b.size("batches")};
    ImageParam input = b.input("input", b.data_type(), shape);
    Var i("i"), batch("batch");
    RDom r(0, shape[0], 0, shape[1], "r");
    if (b["condition"] == 0) {
        r.where(r.x <= r.y);
    } else if (b["condition"] == 1) {
        r.where(r.x + r.y < b["n"]);
    } else {
        r.where((r.x + r.y) % 2 == 0);
    }
    Func sum = b.func("sum"), output = b.func("output");
    const Expr element = wide(input(r.x, r.y, i, batch));
    sum(i, batch) = 7;
    sum(i, batch) += select(i % 3 == 1, element * (r.x + 1), element - r.y);
    output(i, batch) = b.requantised(sum(i, batch), Expr(5));
    return b.finish(output, {i, batch}, {shape[2], shape[3]});
}

/// Weighted sums along the rows, then along the columns, once or twice: what line buffers are for.
Pipeline stencil(const Layer &layer) {
    LayerBuilder b(layer);
    const int horizontal = b["horizontal"], vertical = b["vertical"], levels = b["levels"];
    const Shape result{b.size("width"), b.size("height")};
    const Expr width = result[0] + levels * (horizontal - 1),
               height = result[1] + levels * (vertical - 1);
    ImageParam input = b.input("input", b.data_type(), {width, height});
    Var x("x"), y("y");
    Func source = b.func("source");
    source(x, y) = wide(input(x, y));
    for (int level = 0; level < levels; level++) {
        const std::string suffix = level == 0 ? "" : std::to_string(level + 1);
        Func across = b.func("across" + suffix), down = b.func("down" + suffix);
        Expr row = source(x, y);
        for (int i = 1; i < horizontal; i++) {
            row += source(x + i, y) * (i + 1);
        }
        across(x, y) = row >> 2;
        Expr column = across(x, y);
        for (int i = 1; i < vertical; i++) {
            column += across(x, y + i) * (3 - i);
        }
        down(x, y) = column;
        source = down;
    }
    Func output = b.func("output");
    output(x, y) = b.requantised(source(x, y), Expr(3));
    return b.finish(output, {x, y}, result);
}

} // namespace Orrery::fuzz
