#pragma once
#include "hwgen/hwir/design.h"
#include "hwgen/model/prediction.h"
#include "hwgen/technology/technology.h"

namespace Orrery::model {

/// Energy and area of one thing; what the technology does not know is missing.
struct EnergyItem {
    std::string name;    ///< "buffer sum", "port input", "multiplications", "links"
    uint64_t events = 0; ///< accesses of elements, bytes, multiplications, hops
    std::optional<double> pj, area_mm2;
    int64_t macros = 0, macro_bytes = 0; ///< of a buffer: macros that it takes, and what each holds
};

/// What the predicted accesses cost. The area is that of the memories.
std::vector<EnergyItem> energy(const hwir::Design &design, const Prediction &prediction,
                               const technology::Technology &technology);

} // namespace Orrery::model
