#pragma once
#include <map>
#include <string>
#include <vector>

/// A layer and its schedule as data: what the fuzzer draws, runs, shrinks and writes down.
namespace Orrery::fuzz {

/// The algorithm: one of the kinds of fuzz/layers.h, and a value for each of its parameters.
struct Layer {
    std::string kind;
    std::map<std::string, int> parameters;
};

enum class StepKind {
    Split,          ///< names: loop, outer, inner, tail strategy; numbers: factor
    Fuse,           ///< names: inner, outer, fused
    Reorder,        ///< names: loops, innermost first
    Unroll,         ///< names: loop
    Vectorize,      ///< names: loop
    Rfactor,        ///< names: the new Func, then pairs of a reduction loop and its new variable
    In,             ///< names: the new Func (the copy), the Func that reads it
    ComputeRoot,    ///< no names
    ComputeAt,      ///< names: Func, loop
    StoreAt,        ///< names: Func, loop
    ReorderStorage, ///< names: dimensions, innermost first
    PeArray,        ///< names: rows, "|", columns
    Systolic,       ///< names: the axis (Rows, Columns), or none for both
    Buffer, ///< names: memory (Auto, Sram, RegisterFile, Dram); numbers: slots, none in Dram
    Port    ///< numbers: bus bits, outstanding bursts, beats of a burst
};

/// One call of Halide's schedule, or one directive. Names are those that the layer and earlier
/// steps give to Funcs and loops.
struct Step {
    StepKind kind = StepKind::ComputeRoot;
    std::string func; ///< what the call is made on: a Func, or a tensor for Port
    int stage = 0;    ///< of `func`, where the call is one of a stage
    std::vector<std::string> names;
    std::vector<int> numbers;
};

struct Case {
    Layer layer;
    std::vector<Step> steps;
};

/// The case as text, a line for the layer and one for each step, and back.
///
///     layer matrix_multiply k=5 m=3 n=2
///     split output.0 m mo mi GuardWithIf 4
///     compute_at sum.0 output mo
std::string print(const Case &c);
std::string print(const Layer &layer);
std::string print(const Step &step);
/// UserError if the text is no case.
Case parse_case(const std::string &text);

/// Does the step act on loops or variables of one stage?
bool is_of_stage(StepKind kind);

} // namespace Orrery::fuzz
