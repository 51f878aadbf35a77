#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/frontend/network.h"
#include "hwgen/frontend/tensors.h"

/// Funcs whose elements go through DRAM (Memory::Dram) instead of a buffer: spilled feature maps
/// and partial sums.
namespace Orrery::frontend {

/// Writes the updates of Funcs in DRAM as plain stages that load and store the same tensor, and
/// checks what such a Func can be.
///
///     sum(k) = (rco == 0 ? bias(k) : sum(k)) + tile(k)    ->    load0 = sum(k) if rco != 0,  load2
///     = bias(k) if rco == 0
///                                                               sum(k) = select(rco == 0, load2,
///                                                               load0) + load1
///
/// Throws UserError for a Func with several stages (initial values that are not folded) and for
/// lanes that meet in one element.
void prepare_scratch(Network &network, const HardwareSchedule &schedule);

/// The tensor of a Func in DRAM, named by the Func, dense, with the port that the user asked for.
ShapedTensor scratch_tensor(const Network &network, const Storage &storage);

/// Number of serial loops around one pass of a process that loads and stores the same tensor
/// (Process::pass_depth): as few as there can be so that the loops inside store no element twice.
/// `generation`: the loops around a generation of the tensor.
int pass_depth(const hwir::ExprPool &pool, const hwir::Process &process, int generation);

} // namespace Orrery::frontend
