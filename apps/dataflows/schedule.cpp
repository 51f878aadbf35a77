#include "schedule.h"

#include "auto-schedule/schedule.h"

namespace dataflows {

std::string schedule(const Convolution &convolution, const Dataflow &dataflow) {
    return Orrery::scheduling::schedule(Orrery::scheduling::find_product(convolution.output),
                                        dataflow);
}

} // namespace dataflows
