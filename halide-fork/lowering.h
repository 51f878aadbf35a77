#pragma once
#include <Halide.h>

#include <map>
#include <string>
#include <vector>

namespace Orrery {

/// A pipeline in the form that the frontend reads: every loop, buffer (Realize) and access still
/// has its name and its dimensions, and storage is not flattened.
///
///     realize acc([0, 9], [yo*3, 3]) {
///      produce acc {
///       for (acc.s0.y, yo*3, 3) ...
///      }
///      consume acc ...
struct LoweredPipeline {
    Halide::Internal::Stmt stmt;
    /// Every Func of the pipeline after wrappers (`in()`) were resolved, copies of the user's.
    std::map<std::string, Halide::Internal::Function> environment;
    std::vector<Halide::Internal::Function> outputs;
};

/// Runs the passes of Halide's front half. Nothing the caller owns is changed.
/// Throws UserError where Halide rejects the algorithm or the schedule.
LoweredPipeline lower_for_hardware(const std::vector<Halide::Func> &outputs,
                                   const Halide::Target &target);

} // namespace Orrery
