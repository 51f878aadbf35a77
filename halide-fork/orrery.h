#pragma once
#include <Halide.h>

#include <memory>
#include <string>
#include <vector>

/// The directives that turn a scheduled Halide pipeline into an accelerator.
///
/// They say what Halide's own schedule cannot: which loops form the array of processing elements,
/// how a buffer is built and how wide the ports to memory are. Everything else (tiles, loop order,
/// buffers and their levels, widths of transfers) is said by Halide's `split`, `reorder`, `in`,
/// `compute_at`, `rfactor`, `unroll` and `vectorize`. The directives do not change what the
/// pipeline computes, and a pipeline that has them still compiles for the CPU.
///
/// Each function throws UserError when what it is given cannot be right; what only the whole
/// pipeline shows is reported by `compile`.
namespace Orrery {

namespace Directives {
struct Scope;
}

/// An axis of an array of processing elements.
enum class Axis { Rows, Columns };

/// What a buffer is made of.
enum class Memory {
    Auto,         ///< RegisterFile for banks of few bits, else Sram
    Sram,         ///< ram_1r1w, for memory macros
    RegisterFile, ///< register_file: flip-flops
    Dram          ///< no buffer: the elements go to a tensor of their own in DRAM and come back
};

/// Settings of one buffer; returned by Accelerator::buffer.
class BufferSettings {
public:
    /// Number of copies of the buffer's contents: with 2, one is filled while the other is read. 1
    /// (the default) or 2.
    BufferSettings &slots(int count);

private:
    friend class Accelerator;
    BufferSettings(std::shared_ptr<Directives::Scope> owner, size_t position)
        : scope(std::move(owner)), index(position) {}
    std::shared_ptr<Directives::Scope> scope;
    size_t index;
};

/// Settings of the AXI4 port of one tensor; returned by Accelerator::port.
class PortSettings {
public:
    /// Width of the data bus: 32, 64, 128 (the default), 256 or 512 bits.
    PortSettings &bus_bits(int bits);
    /// Number of bursts that may be requested before the first one is answered: 1 to 64, 16 by
    /// default.
    PortSettings &outstanding(int bursts);
    /// Greatest length of a burst: a power of two from 1 to 256 beats, 256 by default.
    PortSettings &burst_beats(int beats);

private:
    friend class Accelerator;
    PortSettings(std::shared_ptr<Directives::Scope> owner, size_t position)
        : scope(std::move(owner)), index(position) {}
    std::shared_ptr<Directives::Scope> scope;
    size_t index;
};

/// The part of a pipeline that becomes hardware: everything between the inputs and one output.
/// Copies refer to the same one.
class Accelerator {
public:
    /// Spreads loops of a stage over the processing elements: `rows` down the array, `columns`
    /// across it. Several loops on one axis replicate: {y, ki} gives each y its own group of ki
    /// columns. The loops are unrolled if they are not yet.
    ///
    ///     hw.pe_array(acc.update(), {rci}, {ki});      // input channels down, output channels
    ///     across hw.pe_array(acc.update(), {r.y}, {y, ki});   // kernel rows down, output rows
    ///     across, ki replicated
    Accelerator &pe_array(Halide::Stage stage, const std::vector<Halide::VarOrRVar> &rows,
                          const std::vector<Halide::VarOrRVar> &columns = {});

    /// Links between neighbouring processing elements of the stage's array in place of broadcast
    /// and reduction tree, along one axis or both: operands and partial sums move one processing
    /// element per cycle. Same results, same rate of one point per cycle.
    ///
    ///     hw.pe_array(acc.update(), {rci}, {ki}).systolic(acc.update());
    Accelerator &systolic(Halide::Stage stage);
    Accelerator &systolic(Halide::Stage stage, Axis axis);

    /// Settings of the buffer that holds a Func, which must have a compute_at or compute_root of
    /// its own.
    BufferSettings buffer(const Halide::Func &func, Memory memory = Memory::Auto);

    /// Settings of the port of an input (ImageParam, Input<Buffer<>>), of the output (Func,
    /// Output<Buffer<>>) or of a Func that `buffer` has put into DRAM.
    PortSettings port(const Halide::Func &tensor);

    /// A recurrence in time: the input `previous` is no tensor, but Func `state` one step before,
    /// in a buffer on the chip. The last dimension of both is the time; state must be computed at
    /// the loop over it. In the first step the input is 0.
    ///
    ///     state(u, t) = cell(select(t == 0, initial(u), before(u, t)), input(u, t));
    ///     state.compute_at(output, t);
    ///     hw.feedback(before, state);
    Accelerator &feedback(const Halide::Func &previous, const Halide::Func &state);

private:
    friend Accelerator accelerate(const Halide::Func &output);
    friend Accelerator accelerator_of(const Halide::Func &output);
    explicit Accelerator(std::shared_ptr<Directives::Scope> owner) : scope(std::move(owner)) {}
    std::shared_ptr<Directives::Scope> scope;
};

/// Makes hardware of all that `output` (Func or Output<Buffer<>>) needs, down to the inputs. A
/// pipeline has one accelerator.
Accelerator accelerate(const Halide::Func &output);

/// The accelerator of an output for which `accelerate` was called before. UserError if it was not.
Accelerator accelerator_of(const Halide::Func &output);

} // namespace Orrery

#include "halide-fork/compile.h"
