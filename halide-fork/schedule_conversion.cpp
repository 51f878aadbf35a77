#include "halide-fork/schedule_conversion.h"

#include "hwgen/support/error.h"

namespace Orrery {
namespace {

hwir::MemoryTechnology technology(Memory memory) {
    switch (memory) {
    case Memory::Auto:
        return hwir::MemoryTechnology::Auto;
    case Memory::Sram:
        return hwir::MemoryTechnology::Sram;
    case Memory::RegisterFile:
        return hwir::MemoryTechnology::RegisterFile;
    }
    return hwir::MemoryTechnology::Auto;
}

/// Names of loops as the user knows them: Halide puts those of the loops that they were split from
/// before them.
std::vector<std::string> user_names(const std::vector<std::string> &dimensions) {
    std::vector<std::string> names;
    for (const std::string &dimension : dimensions) {
        names.push_back(dimension.substr(dimension.rfind('.') + 1));
    }
    return names;
}

} // namespace

HardwareSchedule to_hardware_schedule(const Directives::Scope &scope,
                                      const Directives::Environment &environment) {
    for (const Halide::Stage &stage : scope.systolic) {
        user_error(
            "systolic: stage {} cannot have links between neighbouring processing elements yet. "
            "Remove the directive: pe_array alone gives broadcast and a reduction tree.",
            stage.name());
    }
    HardwareSchedule schedule;
    schedule.output = scope.output.name();
    for (const Directives::Array &array : scope.arrays) {
        const Directives::StageIdentity stage = Directives::identify(array.stage, environment);
        schedule.arrays[{stage.func, stage.stage}] = {user_names(array.rows),
                                                      user_names(array.columns), false};
    }
    for (const Directives::Buffer &buffer : scope.buffers) {
        schedule.buffers[buffer.func.name()] = {buffer.slots, technology(buffer.memory)};
    }
    for (const Directives::Port &port : scope.ports) {
        schedule.ports[port.tensor] = {port.bus_bits, port.outstanding_bursts, port.burst_beats};
    }
    return schedule;
}

} // namespace Orrery
