#pragma once
#include "tests/equivalence/random_layer.h"

/// The parts that random layers of all kinds are made of.
namespace Orrery::test {

/// Chooses shape, then schedule of one layer. What belongs to the algorithm must be drawn before
/// anything of the schedule, so that the unscheduled layer of a seed is the same one.
struct LayerBuilder {
    Dice dice;
    RandomLayer layer;

    explicit LayerBuilder(unsigned seed) : dice(seed) {}

    // Of the algorithm.

    /// An input of the shape, with a random order of its dimensions in memory and sometimes with
    /// gaps between the rows.
    Halide::ImageParam input(const std::string &name, Halide::Type type,
                             const std::vector<int> &shape);
    /// Makes `func` the output: bounds and layout.
    void set_output(Halide::Func func, const std::vector<Halide::Var> &variables,
                    const std::vector<int> &shape);
    /// Keeps of the inputs made so far those that the output reads.
    void drop_unused_inputs();
    Halide::Type data_type();
    /// What follows an accumulator of type int32; `scale` is a small integer.
    Halide::Expr requantised(const Halide::Expr &sum, const Halide::Expr &scale);

    // Of the schedule.

    /// A tail that is legal where `n` is split by `factor` in a pure stage.
    Halide::TailStrategy tail(int n, int factor);
    /// Reorders the loops at random and returns their order, innermost first.
    std::vector<Halide::VarOrRVar> order(Halide::Stage stage, std::vector<Halide::VarOrRVar> loops);
    /// Makes up to `most` of the loops lanes.
    std::vector<Halide::VarOrRVar> unroll(Halide::Stage stage,
                                          const std::vector<Halide::VarOrRVar> &loops, int most);
    /// One or two copies of `source` for `user`, at random levels: `inner` are loops of the user's
    /// update, innermost first, `level` the loop of the output at which the accumulator is
    /// computed.
    void place(Halide::Func source, const Halide::Func &user,
               const std::vector<Halide::VarOrRVar> &inner, const Halide::Var &level);
    /// Computes `func` at one of the loops of `user`.
    void compute_at(Halide::Func func, const Halide::Func &user, const Halide::VarOrRVar &loop);
    /// Slots, memory, and fills of several elements per cycle.
    void set_buffer(Halide::Func func, bool widen_fill);
    /// The lanes of update stage 1 as an array of processing elements, sometimes; often with links
    /// along one axis or both.
    void maybe_array(const Halide::Func &func, const std::vector<Halide::VarOrRVar> &lanes);
    /// Random bus widths and bursts of all ports.
    void set_ports();

private:
    std::vector<int> random_strides(const std::vector<int> &shape);
    void put(Halide::Func func, const Halide::Func &user,
             const std::vector<Halide::VarOrRVar> &inner, const Halide::Var &level);
    void widen(Halide::Func func);
};

/// " x y": the names of loops.
std::string text_of(const std::vector<Halide::VarOrRVar> &loops);

} // namespace Orrery::test
