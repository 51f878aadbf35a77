#pragma once
#include "hwgen/interpreter/lane_program.h"

#include <stdexcept>
#include <string>

namespace Orrery::interpreter {

/// The network did something that hardware must not do; ends the run with its text as the result's
/// error.
class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Which lanes take part.
struct Mask {
    std::vector<uint8_t> lane;
    int64_t count = 0;
    explicit Mask(int64_t lanes) : lane(lanes, 1), count(lanes) {}
    bool all() const { return count == int64_t(lane.size()); }
};

/// Addresses of one access: the lane part of each coordinate is tabulated, the serial part computed
/// per point.
class AccessPlan {
public:
    /// Appends the bases of the indices to `bases`; their values come from a program of all bases
    /// of the process.
    AccessPlan(const hwir::Design &design, const hwir::Process &process, const hwir::Access &access,
               std::vector<hwir::ExprId> &bases);

    /// Computes the addresses of the enabled lanes at a point. Throws Failure (without the place)
    /// if one is out of range.
    void locate(const std::vector<int64_t> &counters, const LaneProgram &base_values,
                const Mask &mask);

    const std::vector<int64_t> &addresses() const { return address; }
    int64_t coordinate(int dimension, int64_t lane) const;
    /// How often the coordinates went round their circles: tells apart elements that share an
    /// address.
    int64_t turn(int64_t lane) const;
    int64_t serial_part(int dimension) const { return dims[dimension].serial; }
    int64_t lane_part(int dimension, int64_t lane) const { return dims[dimension].lane_part[lane]; }
    int64_t least_lane_part(int dimension) const { return dims[dimension].least; }
    int64_t largest_lane_part(int dimension) const { return dims[dimension].largest; }
    int dimensions() const { return int(dims.size()); }
    int64_t lanes() const { return int64_t(address.size()); }

    /// Number of distinct elements that the enabled lanes reach, and that all lanes reach.
    int64_t distinct(const Mask &mask);
    int64_t most_distinct() const { return class_count; }

private:
    struct Dimension {
        std::vector<std::pair<int, int64_t>> terms; ///< serial loop, coefficient
        int64_t offset = 0, modulus = 0, extent = 0, stride = 0;
        int base = -1; ///< result of the program of bases
        std::vector<int64_t> lane_part;
        int64_t least = 0, largest = 0; ///< of the lane parts
        int64_t serial = 0;             ///< serial part at the current point
    };
    std::vector<Dimension> dims;
    std::vector<int64_t> lane_address; ///< sum of the lane parts in elements
    std::vector<int64_t> address;
    std::vector<int> element_class; ///< lanes of one class reach the same element
    int64_t class_count = 0;
    std::vector<uint8_t> class_seen;
    bool folded = false;

    void add_dimension(const hwir::Design &design, const hwir::Process &process,
                       const hwir::Index &index, int64_t extent, int64_t stride,
                       std::vector<hwir::ExprId> &bases);
    void find_classes();
    void check_range(const Mask &mask) const;
    void locate_each(const Mask &mask);
};

} // namespace Orrery::interpreter
