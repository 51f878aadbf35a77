#include "hwgen/optimizer/junction.h"

#include <algorithm>

namespace Orrery::optimizer {

Junction::Junction(const InterstellarModel &model, const SearchTables &tables)
    : tables_(tables), tensors_(int(model.tensors().size())) {
    const int64_t access = model.access_energy(model.hardware().array.level + 1);
    for (const InterstellarModel::TensorTerms &terms : model.tensors()) {
        divisors_.push_back(terms.divisor);
        weights_.push_back(access * terms.elements * terms.reads_per_access);
        first_.push_back(access * terms.elements * terms.first);
        all_first_ += first_.back();
        divided_ |= terms.divisor != 1;
    }
}

int64_t Junction::bound(const SpatialChoice &choice, Lattice::Point tile) const {
    if (!tables_.leads_above(tile)) {
        return no_energy;
    }
    int64_t least = no_energy;
    for (const SearchTables::OrderTables &order : tables_.orders()) {
        // The energy of the tensor that stays is in least_kept, without its hops.
        int64_t energy = order.least_kept[tile] + first_[order.kept] - all_first_;
        for (int x = 0; x < tensors_; x++) {
            const int64_t accesses =
                order.outer[x][tile] * order.least_inner[x][tile] / divisors_[x];
            energy += accesses * (choice.least_hops[x] + (x == order.kept ? 0 : weights_[x]));
        }
        least = std::min(least, energy);
    }
    return least;
}

} // namespace Orrery::optimizer
