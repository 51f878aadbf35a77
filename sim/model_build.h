#pragma once
#include "sim/design_description.h"
#include "sim/pins.h"
#include "sim/verilator.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// From Verilog to a loaded model: Verilator, the C++ compiler, dlopen.
namespace Orrery::sim {

struct BuildOptions {
    std::string verilator;                             ///< program; empty: see find_verilator
    bool trace = false;                                ///< the model can write waveforms (slower)
    bool quick = false; ///< compiles as fast as possible; the simulation is several times slower
    int jobs = 2;                                      ///< compilers at a time
    std::function<void(const std::string &)> progress; ///< told what is being done, if set
};

/// A verilated design in a loaded library. Copies share the library.
struct Model {
    std::shared_ptr<void> library;
    const ModelFunctions *functions = nullptr;
    bool built = false; ///< false: the library was there already
};

/// The model of one design, from DESIGN/simulation or built there. What is found there is used when
/// the Verilog, the Verilator, the compiler and the options are the same, whatever the dates of the
/// files.
Model build_model(const DesignDescription &design, const BuildOptions &options = {});

/// The models of several designs in one library below `cache_directory`; Verilator's run time is
/// compiled once for all.
std::vector<Model> build_models(const std::vector<const DesignDescription *> &designs,
                                const std::filesystem::path &cache_directory,
                                const BuildOptions &options = {});

} // namespace Orrery::sim
