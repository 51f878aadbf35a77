#include "hwgen/interpreter/memory.h"

#include "hwgen/support/error.h"

namespace Orrery::interpreter {

namespace {

int64_t element_count(const hwir::Tensor &tensor) {
    int64_t last = 0;
    for (const hwir::Dimension &d : tensor.dimensions) {
        last += (d.extent.most - 1) * d.stride.most;
    }
    return last + 1;
}

std::vector<int64_t> shape_of(const hwir::Tensor &tensor) {
    std::vector<int64_t> shape;
    for (const hwir::Dimension &d : tensor.dimensions) {
        shape.push_back(d.extent.most);
    }
    return shape;
}

} // namespace

Tensor make_tensor(const hwir::Tensor &tensor) {
    return {std::vector<int64_t>(element_count(tensor), 0), shape_of(tensor)};
}

Memory::Memory(const hwir::Design &design, std::vector<Tensor> &t) : tensors(t) {
    ORRERY_CHECK(tensors.size() == design.tensors.size(), "{} tensors for {}", tensors.size(),
                 design.tensors.size());
    for (size_t i = 0; i < tensors.size(); i++) {
        const hwir::Tensor &expected = design.tensors[i];
        ORRERY_CHECK(tensors[i].shape == shape_of(expected) &&
                         int64_t(tensors[i].data.size()) >= element_count(expected),
                     "tensor {} has another shape", expected.name);
    }
    auto add_ring = [&](const auto &owner, int slots) {
        rings.push_back({owner.name,
                         slots,
                         owner.writers,
                         owner.readers,
                         std::vector<int64_t>(owner.writers.size(), 0),
                         {},
                         0});
        for (const hwir::TokenUse &use : owner.readers) {
            rings.back().readers_done.push_back(first_generation(use));
        }
    };
    for (const hwir::Buffer &b : design.buffers) {
        BufferState state;
        for (int64_t e : b.extents) {
            state.size *= e;
        }
        state.data.assign(state.size * b.memory_slots(), 0);
        state.marks.assign(state.size * b.memory_slots(), {});
        buffers.push_back(std::move(state));
        add_ring(b, b.slots);
    }
    for (const hwir::Tensor &tensor : design.tensors) {
        const size_t elements =
            tensor.direction == hwir::Direction::Scratch ? size_t(element_count(tensor)) : 0;
        scratch.push_back({std::vector<int64_t>(elements, -1), std::vector<int64_t>(elements, -1)});
        add_ring(tensor, 1);
    }
    for (size_t s = 0; s < design.streams.size(); s++) {
        streams.push_back(std::make_unique<StreamCheck>(design, int(s)));
    }
}

} // namespace Orrery::interpreter
