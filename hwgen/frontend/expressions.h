#pragma once
#include "hwgen/frontend/network.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// Small questions about Halide expressions and names.
namespace Orrery::frontend {

/// The variable that stands for the counter of a level, and the level it stands for.
Expr counter_variable(LevelId level);
std::optional<LevelId> level_of(const std::string &variable);

/// The variable that stands for the value of a load of the stage, and the load it stands for.
Expr load_variable(Halide::Type type, int load);
std::optional<int> load_of(const std::string &variable);

/// Calls `found` on every variable of the expression, if it is defined.
void for_each_variable(const Expr &e,
                       std::function<void(const Halide::Internal::Variable &)> found);

/// Type of a tensor's elements in memory: a bool takes a byte, 0 or 1.
Halide::Type memory_type(Halide::Type type);

/// Simplified, without `likely` and promises.
Expr clean(const Expr &e);

/// Levels whose counters occur, in ascending order.
std::set<LevelId> counters_in(const Expr &e);
bool uses_counter(const Expr &e, LevelId level);

/// Does the expression read memory, as a call or as the value of a load?
bool reads_memory(const Expr &e);

/// The sum of an offset and of terms, each times its factor, in the order in which the expression
/// has them. The terms are no sums, differences or multiples by constants themselves.
struct LinearSum {
    std::vector<std::pair<Expr, int64_t>> terms;
    int64_t offset = 0;
};
LinearSum linear_sum(const Expr &e);

/// a - b, if that is a constant: sums are taken apart, which Halide's simplifier does not always
/// do.
std::optional<int64_t> constant_difference(const Expr &a, const Expr &b);

/// How often does the variable occur?
int occurrences(const Expr &e, const std::string &variable);

/// Halide's text of an expression, for messages; counters are shown by the names of their loops.
std::string text(const Expr &e, const std::vector<Level> &levels);

/// A name of Halide's as its author knows it: without the numbers that make it unique.
///
///     acc$2       ->  acc
///     r$1$x       ->  r.x
std::string user_name(const std::string &name);

/// "acc.update(0)", "acc's pure definition": a stage in a message.
std::string stage_label(const std::string &func, int stage);
inline std::string stage_label(const Stage &stage) { return stage_label(stage.func, stage.index); }

/// What follows the last dot.
std::string last_component(const std::string &name);

/// A loop that starts earlier for the sake of a sliding window is renamed by Halide ("y.$n").
std::string without_slide(const std::string &loop);

/// Func and stage of a Halide loop name ("acc$1.s1.x": acc$1, 1).
std::optional<std::pair<std::string, int>> stage_of_loop(const std::string &loop);

/// Is this the loop that the user calls `dimension`? (Halide's rule: equal, or equal after a dot.)
bool is_dimension(const std::string &loop, const std::string &dimension);

} // namespace Orrery::frontend
