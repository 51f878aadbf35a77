#pragma once
#include <Halide.h>

#include <string>
#include <vector>

/// The CPU reference: the same algorithm through stock Halide, without the accelerator's schedule.
namespace Orrery {

/// Lowers a copy of the pipeline for the CPU with every schedule taken back: no splits, no lanes, no wrappers, no bounds, so that it
/// accepts tensors of any extent. Funcs that the user leaves inline stay so; the others are computed at root.
/// `name` is the function, `output_name` the name of the output in its metadata. The pipeline itself is not changed.
Halide::Module reference_module(const Halide::Internal::Function &output, const std::string &name,
                                const std::string &output_name,
                                const std::vector<Halide::Argument> &arguments,
                                const Halide::Target &target);

/// Compiles the module into a shared object that needs nothing but the C library, with $CXX or c++ as linker. The object
/// file and the linker's messages are left at `object_path` and `log_path`. UserError if the linker fails.
void link_reference(const Halide::Module &module, const std::string &object_path,
                    const std::string &library_path, const std::string &log_path);

} // namespace Orrery
