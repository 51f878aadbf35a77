#include "auto-schedule/dataflow.h"

namespace Orrery::scheduling {

std::string name_of(Loop loop) {
    static const char *const names[] = {"FX", "FY", "X", "Y", "K", "C", "B", "G"};
    return names[int(loop)];
}

bool is_reduction(Loop loop) { return loop == Loop::FX || loop == Loop::FY || loop == Loop::C; }

int Dataflow::processing_elements() const {
    int elements = 1;
    for (const auto *axis : {&rows, &columns}) {
        for (const Block &b : *axis) {
            elements *= b.size;
        }
    }
    return elements;
}

} // namespace Orrery::scheduling
