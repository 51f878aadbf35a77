#include "hwgen/model/run_bursts.h"

#include <algorithm>

namespace Orrery::model {

RunPoints::RunPoints(const hwir::ExprPool &pool, const hwir::Stream &stream,
                     const hwir::Tensor &tensor)
    : loops(pool, stream.descriptor.loops), base(pool, stream.descriptor.start.base),
      length(pool, stream.descriptor.length), element_bytes(tensor.type.bits / 8) {
    for (hwir::ExprId c : stream.descriptor.conditions) {
        conditions.emplace_back(pool, c);
    }
    for (hwir::ExprId c : stream.descriptor.start.coefficients) {
        coefficients.push_back(hwir::evaluate(pool, c, {}));
    }
    if (stream.descriptor.start.offset.defined()) {
        first = hwir::evaluate(pool, stream.descriptor.start.offset, {});
    }
}

bool RunPoints::has_run(const int64_t *counters) const {
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const Program &p) { return p(counters) != 0; }) &&
           length(counters) > 0;
}

int64_t RunPoints::offset(const int64_t *counters) const {
    int64_t elements = first + base(counters);
    for (size_t i = 0; i < coefficients.size(); i++) {
        elements += coefficients[i] * counters[i];
    }
    return element_bytes * elements;
}

} // namespace Orrery::model
