#include "presets.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace dataflows {

namespace {

/// At most `most` iterations of a loop.
Block up_to(const Layer &layer, Loop loop, int most) {
    return {loop, std::min(most, extent_of(layer, loop))};
}

/// The first level of memory of an operand: an SRAM that takes a bus word of channels per cycle.
Copy sram(int operand, Level level) { return {operand, level, {{Loop::C, 16}}}; }

/// Registers in the processing elements, filled from the level before.
Copy registers(int operand, Loop nest, std::vector<Block> wide) {
    return {operand, {Level::Nest, nest}, std::move(wide), true};
}

Level tile(Loop loop) { return {Level::Tile, loop}; }

/// X | Y: every processing element keeps the sums of one position, of 4 channels in turn. A block
/// of 8 channels of the inputs around the array is kept in registers beside it.
Dataflow output_stationary(const Layer &layer, int rows, int columns) {
    Dataflow d;
    d.rows = {up_to(layer, Loop::X, rows)};
    d.columns = {up_to(layer, Loop::Y, columns)};
    d.tiles = {d.columns[0], d.rows[0], up_to(layer, Loop::K, 4)};
    d.nest = {up_to(layer, Loop::C, 8), {Loop::C, 0}, {Loop::FY, 0}, {Loop::FX, 0}, {Loop::K, 0}};
    d.copies = {sram(Copy::Input, tile(Loop::X)), registers(Copy::Input, Loop::C, {{Loop::C, 8}}),
                sram(Copy::Weights, tile(Loop::K))};
    d.sum_registers = true;
    d.drain_width = 4;
    return d;
}

/// FY | Y: a processing element slides a row of the kernel along a row of the input; the rows of a
/// column are added up.
Dataflow row_stationary(const Layer &layer, Loop replicated) {
    Dataflow d;
    d.rows = {up_to(layer, Loop::FY, 12), up_to(layer, replicated, 4)};
    d.columns = {up_to(layer, Loop::Y, 14)};
    d.tiles = {up_to(layer, Loop::Y, 14), up_to(layer, Loop::K, 16)};
    d.nest = {{Loop::K, 0}, {Loop::C, 0}, {Loop::X, 0}, {Loop::FX, 0}};
    d.copies = {sram(Copy::Input, tile(Loop::Y)), sram(Copy::Weights, tile(Loop::K)),
                registers(Copy::Weights, Loop::C, {{Loop::C, 4}})};
    d.drain_width = 4;
    return d;
}

/// C | K: a processing element keeps one weight while all positions of a tile pass.
Dataflow channels(const Layer &layer, int rows, int columns, int tile_height) {
    Dataflow d;
    d.rows = {up_to(layer, Loop::C, rows)};
    d.columns = {up_to(layer, Loop::K, columns)};
    d.tiles = {up_to(layer, Loop::Y, tile_height), d.columns[0]};
    d.nest = {{Loop::C, 0}, {Loop::FY, 0}, {Loop::FX, 0}, {Loop::Y, 0}, {Loop::X, 0}};
    d.copies = {sram(Copy::Input, tile(Loop::Y)), sram(Copy::Weights, tile(Loop::K)),
                registers(Copy::Weights, Loop::FX, {{Loop::C, rows}})};
    d.drain_width = columns;
    return d;
}

/// Replicates less, the most replicated loop first, until the array fits the machine.
void fit(Dataflow &dataflow) {
    while (dataflow.processing_elements() > most_elements) {
        Block *largest = nullptr;
        for (auto *axis : {&dataflow.rows, &dataflow.columns}) {
            for (size_t n = 1; n < axis->size(); n++) {
                Block &b = (*axis)[n];
                largest = !largest || b.size > largest->size ? &b : largest;
            }
        }
        ORRERY_CHECK(largest && largest->size > 1, "{} needs more than {} processing elements",
                     dataflow.name, most_elements);
        largest->size--;
    }
}

Dataflow named(const char *name, Dataflow dataflow) {
    dataflow.name = name;
    fit(dataflow);
    return dataflow;
}

} // namespace

Dataflow output_stationary_x_y(const Layer &layer) {
    return named("output_stationary_x_y", output_stationary(layer, 14, 14));
}

/// The window of a kernel, for 4 input and 4 output channels: every processing element keeps one
/// weight while the image passes.
Dataflow weight_stationary_fx_fy(const Layer &layer) {
    Dataflow d;
    d.rows = {up_to(layer, Loop::FX, 5), up_to(layer, Loop::K, 4)};
    d.columns = {up_to(layer, Loop::FY, 5), up_to(layer, Loop::C, 4)};
    d.tiles = {up_to(layer, Loop::Y, 7), up_to(layer, Loop::K, 16)};
    d.nest = {{Loop::K, 0}, {Loop::C, 0}, {Loop::Y, 0}, {Loop::X, 0}};
    d.copies = {sram(Copy::Input, tile(Loop::Y)), sram(Copy::Weights, tile(Loop::K)),
                registers(Copy::Weights, Loop::C, {{Loop::C, 4}})};
    d.drain_width = 4;
    return named("weight_stationary_fx_fy", d);
}

Dataflow weight_stationary_c_k(const Layer &layer) {
    return named("weight_stationary_c_k", channels(layer, 16, 16, 7));
}

Dataflow row_stationary_c(const Layer &layer) {
    return named("row_stationary_c", row_stationary(layer, Loop::C));
}

Dataflow row_stationary_k(const Layer &layer) {
    return named("row_stationary_k", row_stationary(layer, Loop::K));
}

Dataflow shidiannao(const Layer &layer) {
    return named("shidiannao", output_stationary(layer, 8, 8));
}

/// Engines of a kernel's window, for several output channels of one input channel at a time.
Dataflow neuflow(const Layer &layer) {
    Dataflow d;
    d.rows = {up_to(layer, Loop::FX, 7)};
    d.columns = {up_to(layer, Loop::FY, 7), up_to(layer, Loop::K, 8)};
    d.tiles = {up_to(layer, Loop::Y, 7), up_to(layer, Loop::K, 16)};
    d.nest = {{Loop::C, 0}, {Loop::K, 0}, {Loop::Y, 0}, {Loop::X, 0}};
    d.copies = {sram(Copy::Input, tile(Loop::Y)), sram(Copy::Weights, tile(Loop::K)),
                registers(Copy::Weights, Loop::K, {})};
    d.drain_width = 8;
    return named("neuflow", d);
}

/// FY | Y with C replicated on 12 x 14 processing elements. Each holds rows of the kernel for 4
/// output channels, one window of the input and the sums of one position.
Dataflow eyeriss(const Layer &layer) {
    Dataflow d;
    d.rows = {up_to(layer, Loop::FY, 12), up_to(layer, Loop::C, 4)};
    d.columns = {up_to(layer, Loop::Y, 14)};
    d.tiles = {d.columns[0], up_to(layer, Loop::K, 4), {Loop::X, 1}};
    d.nest = {{Loop::C, 0}, {Loop::FX, 0}, {Loop::K, 0}};
    d.copies = {sram(Copy::Input, tile(Loop::Y)),
                {Copy::Input, tile(Loop::X), {{Loop::C, 16}}, true},
                {Copy::Weights, tile(Loop::K), {{Loop::C, 16}}, true}};
    d.sum_registers = true;
    d.drain_width = 4;
    return named("eyeriss", d);
}

/// Weights stay for a whole image; inputs move across the array, partial sums down its columns.
Dataflow tpu(const Layer &layer) {
    Dataflow d = channels(layer, 16, 16, 14);
    d.systolic = true;
    return named("tpu", d);
}

/// Atomic operations of 16 input and 16 output channels; weights stay for a stripe of two rows.
Dataflow nvdla(const Layer &layer) {
    Dataflow d = channels(layer, 16, 16, 2);
    d.tiles = {d.tiles[1], d.tiles[0]}; // the stripes of one group of channels after the other
    d.copies = {sram(Copy::Input, {Level::Root}), sram(Copy::Weights, tile(Loop::K)),
                registers(Copy::Weights, Loop::FX, {{Loop::C, 16}})};
    d.copies[0].slots = 1;
    d.sum_registers = true;
    return named("nvdla", d);
}

/// 16 input and 16 output channels of one position after the other; weights come from the buffer in
/// every cycle.
Dataflow diannao(const Layer &layer) {
    Dataflow d;
    d.rows = {up_to(layer, Loop::C, 16)};
    d.columns = {up_to(layer, Loop::K, 16)};
    d.tiles = {d.columns[0], {Loop::Y, 1}, {Loop::X, 1}};
    d.nest = {{Loop::FY, 0}, {Loop::FX, 0}, {Loop::C, 0}};
    d.copies = {sram(Copy::Input, {Level::Root}), sram(Copy::Weights, tile(Loop::K))};
    d.copies[0].slots = 1;
    d.sum_registers = true;
    d.drain_width = 16;
    return named("diannao", d);
}

const std::vector<Preset> &presets() {
    static const std::vector<Preset> all = {
        {"output_stationary_x_y", "output stationary, X | Y", output_stationary_x_y},
        {"weight_stationary_fx_fy", "weight stationary, FX | FY with K and C replicated",
         weight_stationary_fx_fy},
        {"weight_stationary_c_k", "weight stationary, C | K", weight_stationary_c_k},
        {"row_stationary_c", "row stationary, FY | Y with C replicated", row_stationary_c},
        {"row_stationary_k", "row stationary, FY | Y with K replicated", row_stationary_k},
        {"shidiannao", "ShiDianNao-like", shidiannao},
        {"neuflow", "NeuFlow-like", neuflow},
        {"eyeriss", "Eyeriss-like", eyeriss},
        {"tpu", "TPU-like", tpu},
        {"nvdla", "NVDLA-like", nvdla},
        {"diannao", "DianNao-like", diannao}};
    return all;
}

const Preset *find_preset(const std::string &name) {
    for (const Preset &p : presets()) {
        if (name == p.name) {
            return &p;
        }
    }
    return nullptr;
}

} // namespace dataflows
