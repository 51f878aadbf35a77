#pragma once
#include "hwgen/optimizer/energy_unit.h"
#include "hwgen/optimizer/hardware.h"
#include "hwgen/optimizer/mapping.h"
#include "hwgen/optimizer/problem.h"

#include <string>
#include <vector>

namespace Orrery::optimizer {

/// The cost model of the Interstellar paper's optimizer (ASPLOS 2020), with its defects: the energy
/// of accesses to memories and of hops between processing elements. It knows neither time nor the
/// energy of arithmetic, fetches no halo twice, and wants factors that divide.
///
/// Accesses per element of tensor x at level l, whose irrelevant loops are N:
/// * level 0: the product of the extents of N (nothing is kept beside the multiplier);
/// * else the product over N of the iterations at level l and further out, and in the array if the
///   level is not above it. Loops at level l inside of all relevant ones count once: x stays where
///   it is.
/// A loop that moves a window (FX, FY of the input) is irrelevant to that tensor; its accesses are
/// divided by the strides of the windows, rounded down.
class InterstellarModel {
public:
    struct TensorTerms {
        LoopSet irrelevant = 0;
        int64_t divisor = 1; ///< product of strides
        int64_t elements = 0;
        int64_t reads_per_access =
            1; ///< energy is (reads * accesses - first) * elements: 2a - 1 of the output
        int64_t first = 0;
    };

    /// An order of the loops of one level, innermost first, and the loops that count once for each
    /// tensor, whichever loops have more than one iteration.
    struct Order {
        std::vector<int> loops;
        std::vector<LoopSet> stationary; ///< of each tensor
    };

    struct Evaluation {
        std::vector<std::vector<int64_t>> accesses; ///< [level][tensor], per element
        std::vector<std::vector<int64_t>> energy;   ///< [level][tensor], in units
        std::vector<int64_t> hops;                  ///< [tensor], in units
        int64_t total = 0;                          ///< in units

        int64_t level_energy(int level) const;
        int64_t hop_energy() const;
    };

    InterstellarModel(Problem problem, Hardware hardware);

    const Problem &problem() const { return problem_; }
    const Hardware &hardware() const { return hardware_; }
    const EnergyUnit &unit() const { return unit_; }
    const std::vector<TensorTerms> &tensors() const { return tensors_; }
    int64_t access_energy(int level) const { return access_energy_[level]; }
    int64_t access_energy(int level, int tensor, int64_t accesses) const;
    /// Energy of moving a tensor once into the array and on to all elements that need it.
    int64_t hop_energy(const std::vector<Axis> &axes, int tensor) const;
    /// Accesses per element at level 0.
    int64_t innermost_accesses(int tensor) const;
    /// Orders among which one is optimal at every level, whatever the blocking. Three for a
    /// convolution: weights, inputs or outputs stay.
    const std::vector<Order> &orders() const { return orders_; }

    Evaluation evaluate(const Mapping &mapping) const;
    /// Only the total; as fast as possible.
    int64_t energy(const Mapping &mapping) const;

    /// Words of all tensors in a tile.
    int64_t words(const int64_t *tile) const;
    /// Filled to least_fill, and not more than full.
    bool fills(int level, int64_t words) const;
    /// The rule that the mapping breaks, or nothing. The spatial loops are taken as given: whether
    /// an axis is used well enough is the business of spatial_choices.
    std::string broken_rule(const Mapping &mapping) const;

private:
    Problem problem_;
    Hardware hardware_;
    EnergyUnit unit_;
    std::vector<TensorTerms> tensors_;
    std::vector<int64_t> access_energy_; ///< of each level, in units
    int64_t hop_energy_ = 0;
    std::vector<Order> orders_;

    void check_range() const;
    void accesses_at(const Mapping &mapping, int level, int64_t *accesses) const;
    int64_t near_and_far(const std::vector<Axis> &axes, LoopSet irrelevant) const;
};

} // namespace Orrery::optimizer
