#include "hwgen/frontend/tensors.h"

#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <optional>

namespace Orrery::frontend {

using namespace Halide::Internal;
using Halide::Parameter;

namespace {

void add_size(std::map<std::string, Expr> &sizes, const std::string &name, const Expr &constraint) {
    if (constraint.defined()) {
        sizes[name] = constraint;
    }
}

std::string size_name(const std::string &tensor, const char *what, size_t dimension) {
    return tensor + "." + what + "." + std::to_string(dimension);
}

std::map<std::string, Expr> known_sizes(const std::vector<TensorConstraints> &tensors) {
    std::map<std::string, Expr> sizes;
    for (const TensorConstraints &t : tensors) {
        for (size_t d = 0; d < t.dimensions.size(); d++) {
            add_size(sizes, size_name(t.name, "min", d), t.dimensions[d].min);
            add_size(sizes, size_name(t.name, "extent", d), t.dimensions[d].extent);
            add_size(sizes, size_name(t.name, "stride", d), t.dimensions[d].stride);
        }
    }
    return sizes;
}

TensorConstraints constraints_of(const Parameter &parameter, hwir::Direction direction) {
    TensorConstraints tensor{parameter.name(), parameter.type(), direction, {}};
    for (int d = 0; d < parameter.dimensions(); d++) {
        tensor.dimensions.push_back({parameter.min_constraint(d), parameter.extent_constraint(d),
                                     parameter.stride_constraint(d)});
    }
    return tensor;
}

/// Shape of one tensor.
class TensorShape {
    const TensorConstraints &tensor;
    const Network &network;
    const std::string name;
    std::map<std::string, Expr> known; // sizes found so far, for constraints that refer to them

public:
    TensorShape(const TensorConstraints &t, const Network &n)
        : tensor(t), network(n), name(user_name(t.name)) {}

    std::vector<hwir::Dimension> run(const Box &box) {
        std::vector<hwir::Dimension> dimensions(tensor.dimensions.size());
        for (size_t d = 0; d < dimensions.size(); d++) {
            set_bounds(dimensions[d], d, box);
            known[size_name(tensor.name, "min", d)] = static_cast<int>(dimensions[d].min);
            known[size_name(tensor.name, "extent", d)] = static_cast<int>(dimensions[d].extent);
        }
        set_strides(dimensions);
        return dimensions;
    }

private:
    std::optional<int64_t> constant(const Expr &constraint, size_t dimension) const {
        if (!constraint.defined()) {
            return std::nullopt;
        }
        const Expr value = simplify(substitute(known, constraint));
        const auto result = as_const_int(value);
        if (!result) {
            user_error("tensor {}: a bound or stride of dimension {} is not a constant ({})", name,
                       dimension, text(value, network.levels));
        }
        return result;
    }

    /// Accessed coordinates; nothing if the tensor is never accessed.
    std::optional<hwir::Interval> accessed(size_t d, const Box &box) const {
        std::optional<hwir::Interval> all;
        bool exact = true;
        const CounterSpace space(network.levels);
        for (const Stage &stage : network.stages) {
            std::vector<const StageAccess *> accesses{&stage.store};
            for (const StageAccess &load : stage.loads) {
                accesses.push_back(&load);
            }
            for (const StageAccess *access : accesses) {
                if (!access->is_tensor || access->memory != tensor.name) {
                    continue;
                }
                std::vector<Expr> conditions = access->predicate;
                conditions.insert(conditions.end(), stage.enables.begin(), stage.enables.end());
                const auto range =
                    space.exact_range(access->coordinates[d], stage.nest, conditions);
                exact = exact && range;
                if (range && range->min <= range->max) {
                    all = all ? hwir::Interval{std::min(all->min, range->min),
                                               std::max(all->max, range->max)}
                              : *range;
                }
            }
        }
        return exact ? all : interval_of(box, d);
    }

    /// What Halide's analysis of the statement says.
    std::optional<hwir::Interval> interval_of(const Box &box, size_t d) const {
        if (box.empty()) {
            return std::nullopt;
        }
        const Interval &bounds = box[static_cast<int>(d)];
        const auto low =
            bounds.has_lower_bound() ? as_const_int(simplify(bounds.min)) : std::nullopt;
        const auto high =
            bounds.has_upper_bound() ? as_const_int(simplify(bounds.max)) : std::nullopt;
        if (!low || !high) {
            user_error(
                "tensor {}: the accessed region of dimension {} has no constant bounds; give "
                "{}.dim({}).set_bounds(min, extent)",
                name, d, name, d);
        }
        return hwir::Interval{*low, *high};
    }

    void set_bounds(hwir::Dimension &dimension, size_t d, const Box &box) const {
        const auto min = constant(tensor.dimensions[d].min, d);
        const auto extent = constant(tensor.dimensions[d].extent, d);
        const auto used = accessed(d, box);
        const hwir::Interval region =
            used.value_or(hwir::Interval{min.value_or(0), min.value_or(0)});
        if (min) {
            dimension.min = *min;
        } else if (extent && region.min >= 0 && region.max < *extent) {
            dimension.min = 0;
        } else {
            dimension.min = region.min;
        }
        dimension.extent = extent.value_or(region.max - dimension.min + 1);
        if (region.min < dimension.min || region.max >= dimension.min + dimension.extent) {
            user_error(
                "tensor {}: dimension {} is bounded to {} to {}, but the schedule accesses {} to "
                "{}; enlarge the bounds or use TailStrategy::GuardWithIf",
                name, d, dimension.min, dimension.min + dimension.extent - 1, region.min,
                region.max);
        }
    }

    /// Dimensions without a constraint are dense, outside of all that have a stride already.
    void set_strides(std::vector<hwir::Dimension> &dimensions) const {
        int64_t dense = 1;
        std::vector<size_t> open;
        for (size_t d = 0; d < dimensions.size(); d++) {
            if (auto stride = constant(tensor.dimensions[d].stride, d)) {
                if (*stride < 1) {
                    user_error("tensor {}: stride {} of dimension {} is not supported; strides are "
                               "positive",
                               name, *stride, d);
                }
                dimensions[d].stride = *stride;
                dense = std::max(dense, *stride * dimensions[d].extent);
            } else {
                open.push_back(d);
            }
        }
        // A constrained outer dimension may leave gaps, but an inner one cannot start beyond it.
        for (size_t d : open) {
            const int64_t inner =
                d > 0 && dimensions[d - 1].stride > 0 && is_innermost_run(dimensions, d)
                    ? dimensions[d - 1].stride * dimensions[d - 1].extent
                    : dense;
            dimensions[d].stride = inner;
            dense = std::max(dense, inner * dimensions[d].extent);
        }
    }

    /// Are the strides of all dimensions below d known and dense in order, so that d continues
    /// them?
    static bool is_innermost_run(const std::vector<hwir::Dimension> &dimensions, size_t d) {
        int64_t expected = 1;
        for (size_t i = 0; i < d; i++) {
            if (dimensions[i].stride < expected) {
                return false;
            }
            expected = dimensions[i].stride * dimensions[i].extent;
        }
        return true;
    }
};

} // namespace

TensorConstraints input_constraints(const Parameter &input) {
    return constraints_of(input, hwir::Direction::Input);
}

TensorConstraints output_constraints(const Function &output) {
    TensorConstraints tensor = constraints_of(output.output_buffers()[0], hwir::Direction::Output);
    tensor.name = output.name();
    for (const Bound &bound : output.schedule().bounds()) {
        const auto &args = output.args();
        const auto dimension = std::find(args.begin(), args.end(), bound.var) - args.begin();
        TensorConstraints::Dimension &d = tensor.dimensions.at(dimension);
        d.min = d.min.defined() ? d.min : bound.min;
        d.extent = d.extent.defined() ? d.extent : bound.extent;
    }
    return tensor;
}

Stmt substitute_sizes(const Stmt &s, const std::vector<TensorConstraints> &tensors) {
    return simplify(substitute(known_sizes(tensors), s));
}

hwir::Tensor make_tensor(const TensorConstraints &constraints, const Stmt &s,
                         const Network &network) {
    const std::string &name = constraints.name;
    const bool input = constraints.direction == hwir::Direction::Input;
    hwir::Tensor tensor;
    tensor.name = name;
    tensor.type = translate_type(memory_type(constraints.type), "tensor " + user_name(name));
    tensor.is_boolean = constraints.type.is_bool();
    tensor.direction = constraints.direction;
    tensor.dimensions = TensorShape(constraints, network)
                            .run(input ? box_required(s, name) : box_provided(s, name));
    return tensor;
}

void apply_port(const PortDirective &port, hwir::Tensor &tensor) {
    const std::string name = user_name(tensor.name);
    const bool power_of_two = (port.bus_bits & (port.bus_bits - 1)) == 0;
    if (port.bus_bits < 32 || port.bus_bits > 512 || !power_of_two) {
        user_error("port {}: a bus of {} bits is not supported; use 32, 64, 128, 256 or 512", name,
                   port.bus_bits);
    }
    if (port.outstanding_bursts < 1) {
        user_error("port {}: {} outstanding bursts; at least 1 is needed", name,
                   port.outstanding_bursts);
    }
    if (port.max_burst_beats < 1 || port.max_burst_beats > 256) {
        user_error("port {}: bursts of {} beats; AXI4 allows 1 to 256", name, port.max_burst_beats);
    }
    tensor.bus_bits = port.bus_bits;
    tensor.outstanding_bursts = port.outstanding_bursts;
    tensor.max_burst_beats = port.max_burst_beats;
}

} // namespace Orrery::frontend
