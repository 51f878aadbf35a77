#include "hwgen/interpreter/access_plan.h"

#include "hwgen/passes/lane_map.h"

#include <fmt/format.h>

#include <algorithm>

namespace Orrery::interpreter {
using namespace hwir;

AccessPlan::AccessPlan(const Design &design, const Process &process, const Access &access,
                       std::vector<ExprId> &bases) {
    int64_t dense = 1;
    for (size_t d = 0; d < access.indices.size(); d++) {
        if (access.kind == MemoryKind::Buffer) {
            int64_t extent = design.buffers[access.memory].extents[d];
            add_dimension(design, process, access.indices[d], extent, dense, bases);
            dense *= extent;
        } else {
            const hwir::Dimension &dimension = design.tensors[access.memory].dimensions[d];
            add_dimension(design, process, access.indices[d], dimension.extent.most,
                          dimension.stride.most, bases);
        }
    }
    int64_t lanes = lane_count(process);
    address.assign(lanes, 0);
    lane_address.assign(lanes, 0);
    for (const Dimension &d : dims) {
        for (int64_t lane = 0; lane < lanes; lane++) {
            lane_address[lane] += d.stride * d.lane_part[lane];
        }
    }
    find_classes();
}

void AccessPlan::add_dimension(const Design &design, const Process &process, const Index &index,
                               int64_t extent, int64_t stride, std::vector<ExprId> &bases) {
    Dimension d;
    for (size_t l = 0; l < process.loops.size(); l++) {
        if (process.loops[l].kind == LoopKind::Serial && index.coefficients[l] != 0) {
            d.terms.push_back({int(l), index.coefficients[l]});
        }
    }
    d.offset = index.offset;
    d.modulus = index.modulus;
    d.extent = extent;
    d.stride = stride;
    if (index.base.defined()) {
        d.base = int(bases.size());
        bases.push_back(index.base);
    }
    for (int64_t lane = 0; lane < lane_count(process); lane++) {
        d.lane_part.push_back(
            passes::lane_value(design.exprs, index, process, passes::lane_counters(process, lane)));
    }
    d.least = *std::min_element(d.lane_part.begin(), d.lane_part.end());
    d.largest = *std::max_element(d.lane_part.begin(), d.lane_part.end());
    folded = folded || d.modulus != 0;
    dims.push_back(std::move(d));
}

void AccessPlan::find_classes() {
    std::map<std::vector<int64_t>, int> known;
    for (int64_t lane = 0; lane < lanes(); lane++) {
        std::vector<int64_t> parts;
        for (const Dimension &d : dims) {
            parts.push_back(d.lane_part[lane]);
        }
        element_class.push_back(known.insert({parts, int(known.size())}).first->second);
    }
    class_count = int64_t(known.size());
    class_seen.assign(class_count, 0);
}

int64_t AccessPlan::coordinate(int dimension, int64_t lane) const {
    const Dimension &d = dims[dimension];
    int64_t c = d.serial + d.lane_part[lane];
    return d.modulus ? passes::floor_mod(c, d.modulus) : c;
}

int64_t AccessPlan::turn(int64_t lane) const {
    constexpr int64_t most_turns = int64_t(1) << 20;
    int64_t turns = 0;
    for (const Dimension &d : dims) {
        if (d.modulus) {
            turns = turns * most_turns + passes::floor_div(d.serial + d.lane_part[lane], d.modulus);
        }
    }
    return turns;
}

void AccessPlan::locate(const std::vector<int64_t> &counters, const LaneProgram &base_values,
                        const Mask &mask) {
    int64_t start = 0;
    bool inside = true;
    for (Dimension &d : dims) {
        d.serial = d.offset;
        for (auto [loop, coefficient] : d.terms) {
            d.serial += coefficient * counters[loop];
        }
        if (d.base >= 0) {
            d.serial += base_values.result(d.base)[0];
        }
        start += d.serial * d.stride;
        inside = inside && d.serial + d.least >= 0 && d.serial + d.largest < d.extent;
    }
    if (!inside) {
        check_range(mask);
    }
    if (folded) {
        return locate_each(mask);
    }
    for (size_t lane = 0; lane < address.size(); lane++) {
        address[lane] = start + lane_address[lane];
    }
}

void AccessPlan::locate_each(const Mask &mask) {
    for (int64_t lane = 0; lane < lanes(); lane++) {
        if (mask.lane[lane]) {
            address[lane] = 0;
            for (int d = 0; d < dimensions(); d++) {
                address[lane] += dims[d].stride * coordinate(d, lane);
            }
        }
    }
}

void AccessPlan::check_range(const Mask &mask) const {
    for (int64_t lane = 0; lane < lanes(); lane++) {
        for (int d = 0; mask.lane[lane] && d < dimensions(); d++) {
            int64_t c = coordinate(d, lane);
            if (c < 0 || c >= dims[d].extent) {
                throw Failure(
                    fmt::format("lane {} is out of range: coordinate {} of dimension {}, extent {}",
                                lane, c, d, dims[d].extent));
            }
        }
    }
}

int64_t AccessPlan::distinct(const Mask &mask) {
    if (mask.all() || mask.count == 0) {
        return mask.count == 0 ? 0 : class_count;
    }
    if (class_count == lanes()) {
        return mask.count;
    }
    std::fill(class_seen.begin(), class_seen.end(), 0);
    int64_t count = 0;
    for (size_t lane = 0; lane < element_class.size(); lane++) {
        uint8_t &seen = class_seen[element_class[lane]];
        count += mask.lane[lane] && !seen;
        seen |= mask.lane[lane];
    }
    return count;
}

} // namespace Orrery::interpreter
