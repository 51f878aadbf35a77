#include "auto-schedule/dataflow.h"

namespace Orrery::scheduling {

std::string name_of(const Loop &loop) {
    static const char *const names[] = {"FX", "FY", "FZ", "X", "Y", "Z", "K", "C", "B", "G"};
    return names[loop.letter] + (loop.number == 1 ? "" : std::to_string(loop.number));
}

bool is_reduction(const Loop &loop) {
    return loop.letter == Loop::FX || loop.letter == Loop::FY || loop.letter == Loop::FZ ||
           loop.letter == Loop::C;
}

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
