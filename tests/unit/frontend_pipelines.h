#pragma once
#include "hwgen/frontend/frontend.h"

#include <Halide.h>

#include <string>
#include <vector>

/// Small pipelines for the tests of the frontend.
namespace Orrery::test {

using namespace Halide;

/// The design of a pipeline whose accelerated Func is `output`.
inline hwir::Design design_of(const Func &output, const std::vector<ImageParam> &inputs,
                              HardwareSchedule schedule = {},
                              const std::vector<Parameter> &scalars = {}) {
    schedule.output = output.name();
    std::vector<Parameter> parameters;
    for (const ImageParam &input : inputs) {
        parameters.push_back(input.parameter());
    }
    parameters.insert(parameters.end(), scalars.begin(), scalars.end());
    return build_design(lower_for_hardware({output}, get_host_target()), schedule, "test",
                        parameters);
}

/// 3x3 same convolution of 9 x 7 pixels, 8 -> 10 channels, zero padding, not scheduled.
struct Convolution {
    ImageParam input{Int(8), 3, "input"}, weights{Int(8), 4, "weights"};
    Var x{"x"}, y{"y"}, k{"k"}, yo{"yo"}, yi{"yi"}, ko{"ko"}, ki{"ki"}, kt{"kt"};
    RVar ro{"ro"}, ri{"ri"};
    RDom r{0, 3, 0, 3, 0, 8, "r"};
    Func padded{"padded"}, acc{"acc"}, output{"output"};
    HardwareSchedule schedule;

    Convolution() {
        padded(x, y, k) =
            BoundaryConditions::constant_exterior(input, 0, {{0, 9}, {0, 7}, {0, 8}})(x, y, k);
        acc(x, y, k) = 0;
        acc(x, y, k) += cast<int32_t>(padded(x + r.x - 1, y + r.y - 1, r.z)) *
                        cast<int32_t>(weights(r.x, r.y, r.z, k));
        output(x, y, k) = cast<int8_t>(clamp(acc(x, y, k) >> 6, -128, 127));
        output.bound(x, 0, 9).bound(y, 0, 7).bound(k, 0, 10);
    }

    /// C | K on 4 x 4, tiles of 3 rows and 4 output channels, buffers for all.
    void schedule_ck() {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        output.split(k, ko, ki, 4, guard).split(y, yo, yi, 3, guard).reorder(x, yi, ki, yo, ko);
        acc.compute_at(output, yo);
        acc.update()
            .split(r.z, ro, ri, 4)
            .split(k, kt, k, 4, guard)
            .reorder(ri, k, x, y, r.x, r.y, ro, kt)
            .unroll(ri)
            .unroll(k);
        padded.in(acc).compute_at(output, yo);
        weights.in(acc).compute_at(acc, ro);
        schedule.arrays[{acc.name(), 1}] = {{"ri"}, {"k"}, false};
        schedule.buffers[padded.in(acc).name()].slots = 2;
        schedule.ports[weights.name()].bus_bits = 64;
    }

    hwir::Design design() { return design_of(output, {input, weights}, schedule); }
};

/// The process of a stage.
inline const hwir::Process &process_of(const hwir::Design &design, const std::string &func,
                                       int stage) {
    for (const hwir::Process &p : design.processes) {
        if (p.func == func && p.stage == stage) {
            return p;
        }
    }
    throw std::runtime_error("no process of " + func);
}

inline const hwir::Buffer &buffer_of(const hwir::Design &design, const std::string &func) {
    for (const hwir::Buffer &b : design.buffers) {
        if (b.func == func) {
            return b;
        }
    }
    throw std::runtime_error("no buffer of " + func);
}

} // namespace Orrery::test
