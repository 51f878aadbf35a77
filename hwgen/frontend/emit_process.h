#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/frontend/network.h"
#include "hwgen/frontend/translate.h"

#include <map>
#include <string>
#include <vector>

namespace Orrery::frontend {

/// What Halide's names stand for in the design: places of memories in its tables, scalars in its
/// pool.
struct Names {
    std::map<std::string, int> buffers, tensors; ///< tensors: of the user
    std::map<std::string, int> scratch;          ///< Funcs in DRAM, in the table of tensors
    std::vector<std::vector<Expr>> tensor_minima; ///< per tensor and dimension
    ScalarLeaves scalars;
};

/// Writes one stage as a process; its expressions go to the pool of `design`, whose tensors must be
/// there.
hwir::Process emit_process(const Network &network, const Names &names, const Stage &stage,
                           const std::string &name, hwir::Design &design);

/// Numbers of the loops that an array directive names. Loops of one iteration are gone from the
/// nest and from the array. `schedule` is that of the stage.
/// Throws UserError for loops that the stage does not have or that are not unrolled.
hwir::Array emit_array(const Network &network, const Stage &stage, const ArrayDirective &directive,
                       const Halide::Internal::StageSchedule &schedule);

} // namespace Orrery::frontend
