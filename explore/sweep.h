#pragma once
#include "hwgen/optimizer/factors.h"
#include "hwgen/optimizer/hardware.h"
#include "hwgen/optimizer/layer_shape.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace Orrery::explore {

/// A layer of a sweep.
struct SweepLayer {
    std::string name;
    optimizer::LayerShape shape;
};

/// Points of a design space: every layer on every hardware with every set of fixed parts.
/// docs/explore.md describes the file.
struct Sweep {
    std::vector<SweepLayer> layers;
    std::vector<optimizer::Hardware> hardware;
    std::vector<std::vector<std::string>> fixes;
    std::string cost_model = "orrery", objective = "energy";
    optimizer::Factors factors = optimizer::Factors::Ceil; ///< of the cost model orrery
    std::string text; ///< the file's contents, whatever their layout: two sweeps are the same if
                      ///< their texts are

    size_t points() const { return layers.size() * hardware.size() * fixes.size(); }
    const SweepLayer &layer(size_t point) const {
        return layers[point / (hardware.size() * fixes.size())];
    }
    const optimizer::Hardware &hardware_of(size_t point) const {
        return hardware[point / fixes.size() % hardware.size()];
    }
    const std::vector<std::string> &fixes_of(size_t point) const {
        return fixes[point % fixes.size()];
    }
};

/// Errors name `file` and the field.
Sweep parse_sweep(const std::string &file, const std::string &text);

Sweep read_sweep(const std::string &file);

} // namespace Orrery::explore
