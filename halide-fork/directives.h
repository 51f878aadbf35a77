#pragma once
#include "halide-fork/orrery.h"

#include <map>
#include <optional>

/// What the directives of orrery.h recorded, for `compile`.
namespace Orrery::Directives {

struct Array {
    Halide::Stage stage;
    std::vector<std::string> rows,
        columns; ///< names of the loops in the stage's list of dimensions
    bool row_links = false, column_links = false;
};

struct Systolic {
    Halide::Stage stage;
    std::optional<Axis> axis; ///< none: every axis that the array has
};

struct Buffer {
    Halide::Internal::Function func;
    Memory memory = Memory::Auto;
    int slots = 1;
};

struct Port {
    std::string tensor;
    Halide::Parameter input;           ///< defined for an input
    Halide::Internal::Function output; ///< has contents for the output; neither: a Func in DRAM
    int bus_bits = 128;
    int outstanding_bursts = 16;
    int burst_beats = 256;
};

struct Feedback {
    Halide::Parameter input;
    Halide::Internal::Function func;
};

/// Everything said about one accelerator. Funcs and stages are identified by Halide's own objects,
/// not by their names.
struct Scope {
    Halide::Internal::Function output;
    std::vector<Array> arrays;
    std::vector<Systolic> systolic;
    std::vector<Buffer> buffers;
    std::vector<Port> ports;
    std::vector<Feedback> feedback;
};

using Environment = std::map<std::string, Halide::Internal::Function>;

/// The stage's Func and number (0: the pure definition) among the Funcs of a pipeline; a number of
/// -1 if it is not there.
struct StageIdentity {
    std::string func;
    int stage = -1;
};
StageIdentity identify(const Halide::Stage &stage, const Environment &environment);

bool same_stage(const Halide::Stage &a, const Halide::Stage &b);

/// The loops of a stage, innermost first, without the dummy that marks the outermost level.
std::vector<std::string> loop_names(const Halide::Stage &stage);

/// Makes an accelerator known to `scope_of`. UserError if its pipeline already has one.
void add_scope(std::shared_ptr<Scope> scope);

/// What was said about the accelerator of this output; null if `accelerate` was not called for it.
std::shared_ptr<Scope> find_scope(const Halide::Internal::Function &output);

/// The accelerator of a pipeline whose Funcs are `environment` and whose output is `output`.
/// UserError if there is none, if it is of another Func, or if a directive refers to a Func, stage,
/// loop or input that the pipeline does not have.
const Scope &scope_of(const Halide::Internal::Function &output, const Environment &environment);

} // namespace Orrery::Directives
