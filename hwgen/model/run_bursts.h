#pragma once
#include "hwgen/hwir/design.h"
#include "hwgen/model/nest.h"

namespace Orrery::model {

/// The runs of a stream: the points of its nest.
class RunPoints {
public:
    RunPoints(const hwir::ExprPool &pool, const hwir::Stream &stream, const hwir::Tensor &tensor);

    const Nest &nest() const { return loops; }
    /// Is there a run at a point whose loops all have iterations?
    bool has_run(const int64_t *counters) const;
    /// Byte offset from the tensor's first element, and bytes.
    int64_t offset(const int64_t *counters) const;
    int64_t bytes(const int64_t *counters) const { return element_bytes * length(counters); }

private:
    Nest loops;
    std::vector<Program> conditions;
    std::vector<int64_t> coefficients;
    int64_t first = 0;
    Program base, length;
    int64_t element_bytes;
};

/// Beats of the burst that begins with bus word `word` of a run that ends with bus word `last`: a
/// burst stays within 4 KB.
inline int64_t burst_beats(uint64_t word, uint64_t last, int bus_bytes, int max_burst) {
    const uint64_t words_per_page = 4096 / uint64_t(bus_bytes);
    const uint64_t page_end = word / words_per_page * words_per_page + words_per_page - 1;
    return int64_t(std::min({last, page_end, word + uint64_t(max_burst) - 1}) - word + 1);
}

} // namespace Orrery::model
