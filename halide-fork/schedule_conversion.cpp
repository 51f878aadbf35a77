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
    case Memory::Dram:
        break;
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

/// The array of a stage with links.
Directives::Array &linked_array(std::vector<Directives::Array> &arrays,
                                const Directives::Systolic &systolic) {
    for (Directives::Array &array : arrays) {
        if (!Directives::same_stage(array.stage, systolic.stage)) {
            continue;
        }
        for (bool rows : {true, false}) {
            const bool wanted = systolic.axis == (rows ? Axis::Rows : Axis::Columns);
            if (wanted && (rows ? array.rows : array.columns).empty()) {
                user_error("systolic: the array of stage {0} has no {1}. Name the loops of the "
                           "{1} in pe_array, or leave out the axis: systolic({0}) links every "
                           "axis that the array has.",
                           systolic.stage.name(), rows ? "rows" : "columns");
            }
        }
        return array;
    }
    user_error("systolic: stage {0} has no array of processing elements. Give pe_array({0}, ...) "
               "too: its rows and columns are what is linked.",
               systolic.stage.name());
}

} // namespace

HardwareSchedule to_hardware_schedule(const Directives::Scope &scope,
                                      const Directives::Environment &environment) {
    HardwareSchedule schedule;
    schedule.output = scope.output.name();
    std::vector<Directives::Array> arrays = scope.arrays;
    for (const Directives::Systolic &systolic : scope.systolic) {
        Directives::Array &array = linked_array(arrays, systolic);
        array.row_links = array.row_links || systolic.axis != Axis::Columns;
        array.column_links = array.column_links || systolic.axis != Axis::Rows;
    }
    for (const Directives::Array &array : arrays) {
        const Directives::StageIdentity stage = Directives::identify(array.stage, environment);
        schedule.arrays[{stage.func, stage.stage}] = {
            user_names(array.rows), user_names(array.columns), array.row_links, array.column_links};
    }
    for (const Directives::Buffer &buffer : scope.buffers) {
        schedule.buffers[buffer.func.name()] = {buffer.slots, technology(buffer.memory),
                                                buffer.memory == Memory::Dram};
    }
    for (const Directives::Port &port : scope.ports) {
        schedule.ports[port.tensor] = {port.bus_bits, port.outstanding_bursts, port.burst_beats};
    }
    for (const Directives::Feedback &feedback : scope.feedback) {
        schedule.feedback[feedback.input.name()] = feedback.func.name();
    }
    return schedule;
}

} // namespace Orrery
