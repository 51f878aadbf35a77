#pragma once
#include "hwgen/hwir/expr.h"

#include <string>
#include <vector>

/// The hardware IR: processes, buffers, accesses and external tensors.
///
/// A design is a network of processes over banked buffers. Every process walks its own loop nest, one point of the serial
/// loops per cycle, all points of the lane loops at once. Tokens of the buffers are the only synchronisation between them.
namespace Orrery::hwir {

enum class LoopKind {
    Serial, ///< walked by the sequencer, one iteration per point
    Lane    ///< unrolled in space: all iterations in the same cycle
};

/// A loop counts from 0. A guard around a region is a serial loop of 0 or 1 iterations.
struct Loop {
    std::string name;       ///< as the user knows it ("acc.s1.rci"), unique in its process
    LoopKind kind = LoopKind::Serial;
    ExprId extent;          ///< of the counters of loops further out; for a lane the constant max_extent
    int64_t max_extent = 1; ///< constant maximum of the extent
};

/// One coordinate of an access: sum(coefficient x counter) + offset + base + lane_table, modulo `modulus` if that is not 0.
/// Coordinates of a buffer count from its Realize's minimum, those of a tensor from the tensor's minimum.
struct Index {
    std::vector<int64_t> coefficients; ///< one per loop of the process, serial and lane
    int64_t offset = 0;
    ExprId base;                       ///< part that is not affine, of serial counters only; may be undefined
    ExprId lane_table;                 ///< part that is not affine, of lane counters only; may be undefined
    int64_t modulus = 0;
};

enum class MemoryKind { Buffer, Tensor };

struct Access {
    MemoryKind kind = MemoryKind::Buffer;
    int memory = -1;               ///< index into Design::buffers or Design::tensors
    std::vector<Index> indices;    ///< innermost dimension first, as in Halide
    /// A load reads only where all of these hold and gives 0 elsewhere. Conditions of counters only.
    std::vector<ExprId> predicate;
};

/// How several values that meet in one element are combined.
enum class ReduceOp {
    Sum,
    Max,
    Min,
    Other ///< read-modify-write by any function of the old value: no lane may be reduced
};

/// A read-modify-write update. On the first visit of an element (all `first_visit` counters 0) the old value is `init`
/// instead of what the buffer holds.
struct Accumulation {
    int self_load = -1;           ///< the load of the stored element; it is not a port of the datapath
    ReduceOp op = ReduceOp::Other;
    ExprId increment;             ///< op != Other: new = op(old, increment); the reduction lanes are combined by op first
    ExprId init;                  ///< undefined: the old value is always read
    std::vector<int> first_visit; ///< serial loops of the reduction
};

/// The lane loops that form the rows and the columns of a processing-element array. Without links
/// all lanes work on the same point in the same cycle. Along an axis with links, values move one
/// processing element per cycle: a lane works on a point `hops` cycles after the first lane. Links
/// are a matter of time only; the values are the same.
struct Array {
    std::vector<int> rows, columns;
    bool row_links = false, column_links = false; ///< of an axis that has loops
};

/// One Halide stage with the whole loop nest around its store.
struct Process {
    std::string name; ///< "<func>_s<stage>", an identifier
    std::string func;
    int stage = 0;
    std::vector<Loop> loops;       ///< serial loops outermost first, then lane loops outermost first
    std::vector<ExprId> enables;   ///< a lane computes and stores only where all of these hold
    std::vector<Access> loads;
    Access store;
    ExprId value;                  ///< value stored; with an accumulation of op Other, a function of the self load
    std::optional<Accumulation> accumulation;
    std::optional<Array> array;
    /// A process that loads and stores the same scratch tensor: one pass over the serial loops deeper than this stores each
    /// element at most once, and loads what earlier passes stored. The loads of a pass wait until the stores of the one
    /// before have been answered. -1: no such process.
    int pass_depth = -1;

    int serial_count() const {
        int n = 0;
        for (const Loop &l : loops) {
            n += l.kind == LoopKind::Serial;
        }
        return n;
    }
};

/// A process takes its token of a buffer when it enters the body of its first `depth` serial loops and gives it back when it
/// leaves it: one pass over the loops deeper than that is one generation. In a buffer that slides, elements outlive it: they are
/// there during one pass over the loops deeper than `lifetime()`, which are `slide` more.
///
/// A reader with `needed` starts early: it enters a generation that the last writer still fills. Until the writer has finished
/// it, a point of the reader waits until the progress of the writer is greater than each of `needed`, and the last point of the
/// generation waits for its end.
///
/// A reader with `previous` is one generation behind: in the writer's generation n it reads what the writer stored in n - 1. That
/// is a recurrence: the writer may depend on it, and may be the reader. The first generation that it reads is the last one of the
/// run before, whose elements are not to be used.
struct TokenUse {
    int process = -1;
    int depth = 0;
    std::vector<Index> needed; ///< readers: of serial counters of the process; empty: the whole generation is waited for
    int slide = 0;
    bool previous = false;

    int lifetime() const { return depth - slide; }
};

/// What the banks of a buffer are made of; the pass choose_memories replaces Auto.
enum class MemoryTechnology { Auto, Sram, RegisterFile };

/// A memory port of a buffer: the accesses of one process that are served in the same cycle by one copy of the memory.
struct ReadPort {
    int process = -1;
    std::vector<int> loads; ///< indices into Process::loads
};

/// A buffer whose tokens have `slide` > 0 slides: a generation adds elements to those that are there, and the memory is
/// one circle (indices with a modulus) instead of one part per slot. Its writer may still be `slots` generations ahead of the
/// readers: it does not overwrite what they read meanwhile.
struct Buffer {
    std::string name; ///< identifier
    std::string func;
    Type type;
    std::vector<int64_t> extents; ///< constant maximum per dimension, in elements
    MemoryTechnology technology = MemoryTechnology::Auto;
    int slots = 1; ///< generations between the first write and the last read, at most
    std::vector<TokenUse> writers; ///< stages of the Func in order: phases of one generation
    std::vector<TokenUse> readers; ///< all read the finished generation, at the same time

    /// Set by the pass early_start where a reader starts early: of serial counters of the last writer inside its generation.
    /// It grows from point to point; the progress is its value at the writer's next point, so that all points with a smaller
    /// value are finished. 0 before the first point.
    std::optional<Index> progress;

    // Set by the pass assign_banks.
    std::vector<int64_t> banks;        ///< per dimension; element i is in bank i mod banks, word i / banks
    std::vector<bool> packed;          ///< per dimension: the banks always share their word address: one wide word
    std::vector<ReadPort> read_ports;  ///< one copy of the memory each (loads of an accumulation's own element excepted)

    bool slides() const { return !writers.empty() && writers[0].slide > 0; }
    int memory_slots() const { return slides() ? 1 : slots; } ///< parts of the memory

    int64_t bank_count() const {
        int64_t n = 1;
        for (int64_t b : banks) {
            n *= b;
        }
        return n;
    }
    /// Words of one bank and slot.
    int64_t depth() const {
        int64_t n = 1;
        for (size_t d = 0; d < banks.size(); d++) {
            n *= (extents[d] + banks[d] - 1) / banks[d];
        }
        return n;
    }
};

enum class Direction {
    Input,
    Output,
    Scratch ///< written and read by the design only; whoever runs it provides the memory
};

/// A number that may depend on scalars.
struct Size {
    int64_t most = 0; ///< the greatest that it can be; the number itself if it is constant
    ExprId expr;      ///< of scalars alone; undefined if the number is constant
    Size(int64_t constant = 0) : most(constant) {}
    Size(int64_t greatest, ExprId e) : most(greatest), expr(e) {}
    bool is_constant() const { return !expr.defined(); }
};

/// One dimension of a tensor in DRAM, in elements.
struct Dimension {
    Size min, extent, stride;
};

/// A tensor in DRAM behind its own AXI4 port.
struct Tensor {
    std::string name; ///< identifier
    Type type;
    bool is_boolean = false; ///< the elements (bytes) are 0 or 1: `bool` to whoever uses the design
    Direction direction = Direction::Input;
    std::vector<Dimension> dimensions;
    int bus_bits = 128;
    int outstanding_bursts = 16;
    int max_burst_beats = 256;
    /// Scratch: the stage that stores it and those that load it take turns as on a Buffer of one slot. Here the streams of the
    /// processes hold the tokens: one that stores gives its token back when all of its writes have been answered, one
    /// that loads when all of its data have come.
    std::vector<TokenUse> writers, readers;
};

/// Element offset of a run from the tensor's first element: sum(coefficient x counter) + offset + base.
struct RunStart {
    std::vector<ExprId> coefficients; ///< of scalars alone, one per loop of the descriptor
    ExprId offset;                    ///< of scalars alone
    ExprId base;                      ///< the rest; may be undefined
};

/// The contiguous runs of an external access, in the order in which its process consumes or produces the elements.
/// One point of `loops` is one run of `length` elements from element `start` (no run where `length` <= 0 or a condition fails).
/// Counters in the expressions are those of `loops`.
struct Descriptor {
    std::vector<Loop> loops; ///< all serial
    std::vector<ExprId> conditions;
    RunStart start;
    ExprId length;
    int64_t max_length = 1;
};

/// Stream of elements between a tensor and one access of one process. At every point the process moves the elements of its
/// enabled lanes: lanes are ordered by `lanes`, and the enabled ones are neighbours in that order.
struct Stream {
    std::string name; ///< identifier
    int tensor = -1;
    int process = -1;
    int load = -1;          ///< -1: the store
    std::vector<int> lanes; ///< lane loops of the process on which the address depends, outermost (slowest in memory) first
    bool shifted = false;   ///< the first enabled lane may be other than lane 0
    Descriptor descriptor;
};

/// What the scalars must fulfil beside their ranges, such as a tensor that is as large as what is read of it. The host
/// must not start a run otherwise.
struct Requirement {
    ExprId condition; ///< of scalars alone
    std::string text; ///< what is wrong where it does not hold
};

struct Design {
    std::string name;
    ExprPool exprs;
    std::vector<Process> processes;
    std::vector<Buffer> buffers;
    std::vector<Tensor> tensors;
    std::vector<Requirement> requirements;
    std::vector<Stream> streams; ///< set by the pass make_streams: one per external access
};

/// The serial loops around one generation of a scratch tensor in a process that stores or loads it.
int generation_depth(const Tensor &tensor, int process);

/// Number of points of the lane loops, and of those of `lanes` only.
int64_t lane_count(const Process &process);
int64_t lane_count(const Process &process, const std::vector<int> &lanes);

/// Lane loops on which the stored element does not depend: the values of these lanes are combined.
std::vector<int> reduction_lanes(const ExprPool &pool, const Process &process);

/// Products of two loaded values that the process computes at each point: those of one lane times the number of lanes.
int64_t multiplier_count(const ExprPool &pool, const Process &process);

/// Lane loops of the axes of the array that have links, outermost first. Every such loop is a
/// direction of its own: a lane has a neighbour along each.
std::vector<int> linked_lanes(const Process &process);

/// Links between the first lane and the one with these counters (of all loops): the cycles by which
/// it is later.
int hops(const Process &process, const std::vector<int64_t> &counters);

/// Lane loops of the process, outermost first.
std::vector<int> lane_loops(const Process &process);

/// Maximum extent of every loop (the argument of `bounds`).
std::vector<int64_t> counter_extents(const std::vector<Loop> &loops);

/// Sound bounds of sum(coefficient x counter) + offset + base over all points of the process.
Interval bounds(const ExprPool &pool, const Process &process, const Index &index);

/// The number as an expression.
ExprId expression(ExprPool &pool, const Size &size);

/// Does its writer update elements while readers are at other ones? It then reads from a copy of its own.
bool updates_beside_readers(const Design &design, const Buffer &buffer);

/// Copies of the memory: one per read port, and that of such a writer.
int memory_copies(const Design &design, const Buffer &buffer);

/// Does the coordinate, or any coordinate of the access, depend on the loop?
bool depends_on(const ExprPool &pool, const Index &index, int loop);
bool depends_on(const ExprPool &pool, const Access &access, int loop);

} // namespace Orrery::hwir
