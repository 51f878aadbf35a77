#include "tests/equivalence/random_directives.h"

#include "halide-fork/orrery.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

namespace {

std::vector<VarOrRVar> loops_of(const Stage &stage, const std::vector<std::string> &names) {
    std::vector<VarOrRVar> loops;
    for (const std::string &name : names) {
        const auto &dims = stage.get_schedule().dims();
        const bool is_rvar = std::any_of(dims.begin(), dims.end(), [&](const Internal::Dim &d) {
            return d.var == name && d.is_rvar();
        });
        loops.emplace_back(name, is_rvar);
    }
    return loops;
}

} // namespace

void give_directives(const RandomLayer &layer) {
    const auto environment = Internal::build_environment({layer.output.function()});
    Accelerator hardware = accelerate(layer.output);
    for (const auto &[name, buffer] : layer.schedule.buffers) {
        hardware
            .buffer(Func(environment.at(name)),
                    buffer.technology == hwir::MemoryTechnology::RegisterFile ? Memory::RegisterFile
                                                                              : Memory::Auto)
            .slots(buffer.slots);
    }
    for (const auto &[key, array] : layer.schedule.arrays) {
        Stage stage = Func(environment.at(key.func)).update(key.stage - 1);
        hardware.pe_array(stage, loops_of(stage, array.rows), loops_of(stage, array.columns));
        if (array.row_links) {
            hardware.systolic(stage, Axis::Rows);
        }
        if (array.column_links) {
            hardware.systolic(stage, Axis::Columns);
        }
    }
    for (const auto &[name, port] : layer.schedule.ports) {
        Func tensor = layer.output;
        for (const ImageParam &input : layer.inputs) {
            if (input.name() == name) {
                tensor = input;
            }
        }
        hardware.port(tensor)
            .bus_bits(port.bus_bits)
            .outstanding(port.outstanding_bursts)
            .burst_beats(port.max_burst_beats);
    }
}

} // namespace Orrery::test
