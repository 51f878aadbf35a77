#pragma once
#include "apps/dataflows/dataflow.h"
#include "halide-fork/compile.h"
#include "hwgen/optimizer/layer_shape.h"
#include "sim/simulator.h"
#include "tests/equivalence/design_runner.h"

#include <functional>
#include <string>
#include <vector>

/// One layer in one dataflow: compiled, interpreted, simulated, against Halide.
namespace Orrery::test {

/// The dimension of each tensor whose neighbours are neighbours in memory: of channels, column, row
/// and image of the input, channel, column, row and filter of the weights, filter, column, row and
/// image of the output; -1: none.
struct MemoryOrder {
    int input = 0, weights = 0, output = 0;
};

MemoryOrder order_of(const optimizer::Problem &convolution);

/// Inputs of a layer (input, weights, bias) and what Halide computes from them on the CPU.
struct LayerData {
    explicit LayerData(const dataflows::Layer &layer);
    Halide::Buffer<> input, weights, bias, output;

    /// The tensor of a design.
    const Halide::Buffer<> &operator[](const std::string &name) const;
};

/// The data of a layer, kept for the next time.
const LayerData &data_of(const dataflows::Layer &layer);

Design compile_layer(const dataflows::Layer &layer, const dataflows::Dataflow &dataflow);
/// The same with any schedule.
Design compile_layer(const dataflows::Layer &layer,
                     const std::function<void(dataflows::Convolution &)> &schedule,
                     const MemoryOrder &order = {});

/// The layer without a schedule.
Layer make_layer(const dataflows::Layer &layer, const MemoryOrder &order = {});

/// The same for a DesignRunner; without a schedule the plain algorithm.
Layer make_layer(const dataflows::Layer &layer, const dataflows::Dataflow &dataflow,
                 bool scheduled);

/// What is wrong with the hardware IR of a design; empty if nothing. The array must take exactly
/// `points` iteration points.
std::string interpret(const Design &design, const LayerData &data, int64_t points);

/// What is wrong with its Verilog; empty if nothing. `result` is set to what the run gave.
std::string simulate(const sim::DesignDescription &design, const sim::Model &model,
                     const LayerData &data, sim::Result &result);

} // namespace Orrery::test
