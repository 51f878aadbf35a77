// Sliding windows: the circles that buffers are laid out in.
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/passes/pipeline.h"
#include "tests/unit/frontend_pipelines.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::test;

namespace {

/// 9 x 7 outputs of 3 x 3, whose input slides along y inside of ko.
struct Window : Convolution {
    explicit Window(int slots, int factor = 0) {
        output.split(k, ko, ki, 4, TailStrategy::GuardWithIf).reorder(ki, x, y, ko);
        acc.compute_at(output, x);
        padded.store_at(output, ko).compute_at(output, y);
        schedule.buffers[padded.name()].slots = slots;
        if (factor) {
            padded.fold_storage(y, factor);
        }
    }

    int64_t modulus() {
        const hwir::Design d = design();
        for (const hwir::Buffer &b : d.buffers) {
            if (b.func == "padded") {
                CHECK(b.slides());
                const hwir::Process &writer = d.processes[b.writers[0].process];
                CHECK(b.extents[1] == writer.store.indices[1].modulus);
                return b.extents[1];
            }
        }
        return 0;
    }
};

} // namespace

TEST_CASE("a window of three rows takes three rows, and two more to be ahead at its end too", "[frontend]") {
    CHECK(Window(1).modulus() == 3);
    CHECK(Window(2).modulus() == 5);
    CHECK(Window(1, 6).modulus() == 6);
}

TEST_CASE("Realizes that follow each other are apart in the circle, those of two invocations too",
          "[frontend]") {
    const hwir::Design d = Window(2).design();
    const hwir::Process &writer = process_of(d, "padded", 0);
    // Rows of 9 per Realize. The first one of the next invocation starts where the first one did, so that no shift from
    // one to the next would be enough: the first rows are apart from the last window.
    const hwir::Index &row = writer.store.indices[1];
    CHECK(row.modulus == 5);
    CHECK(writer.loops[0].name == "output.s0.ko");
    CHECK(row.coefficients[0] % 5 == 0);
}

TEST_CASE("each element of the input is read once", "[frontend]") {
    for (int slots : {1, 2}) {
        Window window(slots);
        window.padded.store_root();
        window.output.reorder(window.ki, window.ko, window.x, window.y);
        window.acc.compute_at(window.output, window.ko);
        hwir::Design d = window.design();
        passes::run_passes(d);
        std::vector<interpreter::Tensor> tensors;
        for (const hwir::Tensor &t : d.tensors) {
            tensors.push_back(interpreter::make_tensor(t));
        }
        const interpreter::Result result = interpreter::run(d, tensors, {});
        CHECK(result.error == "");
        for (size_t s = 0; s < d.streams.size(); s++) {
            if (d.tensors[d.streams[s].tensor].name == "input") {
                CHECK(result.streams[s].elements == 9 * 7 * 8);
            }
        }
    }
}

TEST_CASE("reads of overwritten rows are noticed", "[frontend]") {
    Window window(2);
    hwir::Design d = window.design();
    passes::run_passes(d);
    for (hwir::Buffer &b : d.buffers) {
        b.slots = b.func == "padded" ? 2 : b.slots;
    }
    // The circle of one slot: the writer overwrites a row that is still read.
    const auto shrink = [&](hwir::Access &a) {
        if (a.kind == hwir::MemoryKind::Buffer && d.buffers[a.memory].func == "padded") {
            a.indices[1].modulus = 3;
            d.buffers[a.memory].extents[1] = 3;
        }
    };
    for (hwir::Process &p : d.processes) {
        shrink(p.store);
        for (hwir::Access &a : p.loads) {
            shrink(a);
        }
    }
    std::vector<interpreter::Tensor> tensors;
    for (const hwir::Tensor &t : d.tensors) {
        tensors.push_back(interpreter::make_tensor(t));
    }
    CHECK_THAT(interpreter::run(d, tensors, {}).error, Catch::Contains("not written"));
}
