#pragma once
#include "hwgen/hwir/design.h"

#include <Halide.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

/// The frontend's own view of a lowered pipeline: stages, their loop nests and the memories between
/// them, with expressions still in Halide's form. The steps of build_design fill it in; the last
/// one writes it out as hardware IR.
///
/// A loop variable is min + counter. Counters are variables named by `counter_variable`, the values
/// of loads are variables named by `load_variable` (expressions.h).
namespace Orrery::frontend {

using Halide::Expr;
using Halide::Internal::Stmt;

enum class LevelKind {
    Serial, ///< a loop
    Lane,   ///< an unrolled or vectorized loop
    Guard   ///< an `if`: a loop of 0 or 1 iterations
};

/// Index into Network::levels. A level further out has a smaller index than those inside it.
using LevelId = int;

/// One level of a loop nest, shared by all stages inside it.
struct Level {
    LevelKind kind = LevelKind::Serial;
    std::string loop; ///< Halide's name of the loop, unique ("acc.s1.r$z.rci"); empty for a guard
    std::string label = "guard"; ///< of LoopLabels: how the user knows it
    Halide::Internal::ForType for_type = Halide::Internal::ForType::Serial;
    Expr min, extent; ///< of counters further out
    Expr condition;   ///< of a guard: one conjunct
    int64_t max_extent = 1;
};

/// A load or a store.
struct StageAccess {
    std::string memory;     ///< name of the Func or of the input
    bool is_tensor = false; ///< an input or the output, in DRAM
    Halide::Type type;
    std::vector<Expr> coordinates; ///< absolute, of counters
    std::vector<Expr> predicate;   ///< a load reads only where all hold
    bool previous = false; ///< of the generation before; set by connect_recurrences
};

/// A serial level of a stage, as its sequencer walks it.
struct SequencerLevel {
    LevelId level = -1;
    Expr extent; ///< of counters of serial levels only
};

/// One stage of a Func.
struct Stage {
    std::string func;
    int index = 0;             ///< 0: pure definition, n: update(n - 1)
    std::vector<LevelId> nest; ///< outermost first, as in the statement
    StageAccess store;
    std::vector<StageAccess> loads;
    Expr value;                  ///< of counters and load variables
    std::vector<Expr> predicate; ///< of the store, from the statement

    // Set by order_lanes.
    std::vector<SequencerLevel> serial;
    std::vector<LevelId> lanes;
    std::vector<Expr> enables;

    // Set by find_accumulations and fold_initial_values.
    int self_load = -1;
    hwir::ReduceOp op = hwir::ReduceOp::Other;
    Expr increment, init;
    std::vector<LevelId> first_visit;
    int init_loads_from = -1; ///< loads from here on belong to `init`
    bool folded_away = false;
};

/// How one dimension of a buffer is laid out in a circle: coordinate + sum(shift x counter), modulo
/// `modulus`. The counters are those of loops around the Realize.
struct Circle {
    int64_t modulus = 0; ///< 0: not folded
    std::map<LevelId, int64_t> shifts;
};

/// A Realize.
struct Storage {
    std::string func;
    Halide::Type type;
    std::vector<Expr> min;
    std::vector<int64_t> max_extents;
    std::vector<LevelId> prefix; ///< levels around the Realize
    /// Levels around produce and consume: one pass over those further in is one generation. More
    /// than `prefix` where the Func is stored further out than it is computed: its elements then
    /// live on from one generation to the next (a sliding window).
    std::vector<LevelId> generation;
    std::vector<LevelId>
        lane_dims;               ///< set by share_lanes: lanes outside on which the contents depend
    std::vector<Circle> circles; ///< set by fold_storages for sliding ones: one per dimension

    bool slides() const { return generation.size() > prefix.size(); }
};

/// A condition on scalars alone, and what is wrong where it does not hold.
struct ScalarCondition {
    Expr condition;
    std::string text;
};

struct Network {
    std::vector<ScalarCondition> requirements; ///< for hosts: see hwir::Requirement
    std::string output; ///< name of the accelerated Func
    std::vector<Level> levels;
    std::vector<Storage> storages;
    std::vector<Stage> stages;

    const Storage *find_storage(const std::string &func) const {
        for (const Storage &s : storages) {
            if (s.func == func) {
                return &s;
            }
        }
        return nullptr;
    }
    Storage *find_storage(const std::string &func) {
        return const_cast<Storage *>(std::as_const(*this).find_storage(func));
    }
};

} // namespace Orrery::frontend
