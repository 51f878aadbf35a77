#pragma once
#include <Halide.h>

#include <filesystem>
#include <string>
#include <vector>

/// The CPU reference: the same algorithm through stock Halide, without the accelerator's schedule.
namespace Orrery {

/// Lowers a copy of the pipeline for the CPU with every schedule taken back: no splits, no lanes,
/// no wrappers, no bounds, so that it accepts tensors of any extent. Funcs that the user leaves
/// inline stay so; the others are computed at root. Halide's run-time library is part of the module
/// only if the target is not the plain one of this machine. `name` is the function, `output_name`
/// the name of the output in its metadata. The pipeline itself is not changed.
Halide::Module reference_module(const Halide::Internal::Function &output, const std::string &name,
                                const std::string &output_name,
                                const std::vector<Halide::Argument> &arguments,
                                const Halide::Target &target);

/// Compiles the module into a shared object that needs nothing but the C library, with $CXX or c++
/// as linker. Object files are made in the directory `scratch`. UserError if the linker fails.
void link_reference(const Halide::Module &module, const std::filesystem::path &scratch,
                    const std::filesystem::path &library);

} // namespace Orrery
