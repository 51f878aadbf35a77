#pragma once
#include "dataflow.h"

#include <string>
#include <vector>

/// Known dataflows. `U | V` is U down the rows and V across the columns of the array; loops behind
/// the first one of an axis are replicated. Each function fits its dataflow to a layer: no axis is
/// longer than a loop, no tile larger than the layer, and loops are replicated less where the array
/// would have more than `most_elements`.
namespace dataflows {

constexpr int most_elements = 256; ///< processing elements of the machine

Dataflow output_stationary_x_y(const Layer &layer);
Dataflow weight_stationary_fx_fy(const Layer &layer);
Dataflow weight_stationary_c_k(const Layer &layer);
Dataflow row_stationary_c(const Layer &layer); ///< FY | Y with C replicated
Dataflow row_stationary_k(const Layer &layer); ///< FY | Y with K replicated
/// Published designs, as far as they are a dataflow and levels of memory.
Dataflow shidiannao(const Layer &layer);
Dataflow neuflow(const Layer &layer);
Dataflow eyeriss(const Layer &layer);
Dataflow tpu(const Layer &layer);
Dataflow nvdla(const Layer &layer);
Dataflow diannao(const Layer &layer);

struct Preset {
    const char *name, *title;
    Dataflow (*make)(const Layer &layer);
};

/// All of them, by the name of their function.
const std::vector<Preset> &presets();

/// The preset of that name; nullptr if there is none.
const Preset *find_preset(const std::string &name);

} // namespace dataflows
