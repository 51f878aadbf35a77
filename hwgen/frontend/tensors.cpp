#include "hwgen/frontend/tensors.h"

#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/proof.h"
#include "hwgen/frontend/scalars.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <array>
#include <functional>
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
    Network &network;
    const CounterSpace space;
    const std::string name;
    std::map<std::string, Expr> known; // sizes found so far, for constraints that refer to them
    std::vector<TensorConstraints::Dimension> shape;

public:
    TensorShape(const TensorConstraints &t, Network &n)
        : tensor(t), network(n), space(n.levels), name(user_name(t.name)),
          shape(t.dimensions.size()) {}

    std::vector<TensorConstraints::Dimension> run(const Box &box) {
        for (size_t d = 0; d < shape.size(); d++) {
            set_bounds(d, box);
            known[size_name(tensor.name, "min", d)] = shape[d].min;
            known[size_name(tensor.name, "extent", d)] = shape[d].extent;
        }
        set_strides();
        check_size();
        check_apart();
        return std::move(shape);
    }

private:
    /// What the constraint says, of scalars alone; undefined if there is none.
    Expr given(const Expr &constraint, size_t dimension) const {
        if (!constraint.defined()) {
            return Expr();
        }
        const Expr value = simplify(substitute(known, constraint));
        size_t scalars = 0, variables = 0;
        for_each_variable(value, [&](const Variable &v) {
            variables++;
            scalars += v.param.defined() && !v.param.is_buffer();
        });
        if (variables != scalars || reads_memory(value)) {
            user_error(
                "tensor {}: a bound or stride of dimension {} is neither a constant nor made "
                "of scalar inputs ({})",
                name, dimension, text(value, network.levels));
        }
        return value;
    }

    /// Calls `look` with every access of the tensor and the conditions under which it happens.
    void for_each_access(const std::function<void(const Stage &, const StageAccess &,
                                                  const std::vector<Expr> &)> &look) const {
        for (const Stage &stage : network.stages) {
            std::vector<const StageAccess *> accesses{&stage.store};
            for (const StageAccess &load : stage.loads) {
                accesses.push_back(&load);
            }
            for (const StageAccess *access : accesses) {
                if (access->is_tensor && access->memory == tensor.name) {
                    std::vector<Expr> conditions = access->predicate;
                    conditions.insert(conditions.end(), stage.enables.begin(), stage.enables.end());
                    look(stage, *access, conditions);
                }
            }
        }
    }

    /// Accessed coordinates, for all values of the scalars; nothing if the tensor is never
    /// accessed.
    std::optional<hwir::Interval> accessed(size_t d, const Box &box) const {
        std::optional<hwir::Interval> all;
        bool exact = true;
        for_each_access([&](const Stage &stage, const StageAccess &access,
                            const std::vector<Expr> &conditions) {
            const auto range = space.exact_range(access.coordinates[d], stage.nest, conditions);
            exact = exact && range;
            if (range && range->min <= range->max) {
                all = all ? hwir::Interval{std::min(all->min, range->min),
                                           std::max(all->max, range->max)}
                          : *range;
            }
        });
        return exact ? all : interval_of(box, d);
    }

    /// What Halide's analysis of the statement says.
    std::optional<hwir::Interval> interval_of(const Box &box, size_t d) const {
        if (box.empty()) {
            return std::nullopt;
        }
        const Interval &bounds = box[static_cast<int>(d)];
        const auto low = bounds.has_lower_bound() ? space.range(bounds.min, {}) : std::nullopt;
        const auto high = bounds.has_upper_bound() ? space.range(bounds.max, {}) : std::nullopt;
        if (!low || !high) {
            user_error(
                "tensor {}: the accessed region of dimension {} has no constant bounds; give "
                "{}.dim({}).set_bounds(min, extent)",
                name, d, name, d);
        }
        return hwir::Interval{low->min, high->max};
    }

    bool depends_on_scalars(size_t d) const {
        bool found = false;
        for_each_access([&](const Stage &stage, const StageAccess &access,
                            const std::vector<Expr> &conditions) {
            std::vector<Expr> all = conditions;
            all.push_back(access.coordinates[d]);
            for (LevelId level : stage.nest) {
                const Expr &guard = network.levels[level].condition;
                found = found || (guard.defined() && space.depends_on_scalars(guard));
            }
            found = found || std::any_of(all.begin(), all.end(), [&](const Expr &e) {
                        return space.depends_on_scalars(e);
                    });
        });
        return found;
    }

    void set_bounds(size_t d, const Box &box) {
        TensorConstraints::Dimension &dimension = shape[d];
        dimension.min = given(tensor.dimensions[d].min, d);
        dimension.extent = given(tensor.dimensions[d].extent, d);
        const bool constant = (!dimension.min.defined() || is_const(dimension.min)) &&
                              (!dimension.extent.defined() || is_const(dimension.extent));
        if (!constant || (depends_on_scalars(d) && dimension.extent.defined())) {
            dimension.min = dimension.min.defined() ? dimension.min : Expr(0);
            if (!dimension.extent.defined()) {
                user_error("tensor {}: dimension {} has a minimum but no extent; give "
                           "{}.dim({}).set_bounds(min, extent)",
                           name, d, name, d);
            }
            require_elements(d);
            require_region(d);
            return;
        }
        set_constant_bounds(d, accessed(d, box));
    }

    void set_constant_bounds(size_t d, const std::optional<hwir::Interval> &used) {
        TensorConstraints::Dimension &dimension = shape[d];
        const auto constant = [](const Expr &e) {
            return e.defined() ? as_const_int(e) : std::nullopt;
        };
        const auto given_min = constant(dimension.min), given_extent = constant(dimension.extent);
        const hwir::Interval region =
            used.value_or(hwir::Interval{given_min.value_or(0), given_min.value_or(0)});
        int64_t min = region.min;
        if (given_min) {
            min = *given_min;
        } else if (given_extent && region.min >= 0 && region.max < *given_extent) {
            min = 0;
        }
        const int64_t extent = given_extent.value_or(region.max - min + 1);
        if (region.min < min || region.max >= min + extent) {
            user_error(
                "tensor {}: dimension {} is bounded to {} to {}, but the schedule accesses {} to "
                "{}; enlarge the bounds or use TailStrategy::GuardWithIf",
                name, d, min, min + extent - 1, region.min, region.max);
        }
        dimension.min = static_cast<int>(min);
        dimension.extent = static_cast<int>(extent);
    }

    /// Notes what a host has to see to; an error if that is impossible.
    void require(const Expr &condition, const std::string &what, const std::string &remedy) {
        if (always_holds(space, condition)) {
            return;
        }
        if (never_holds(space, condition)) {
            user_error("tensor {}: {}; {}", name, what, remedy);
        }
        network.requirements.push_back({condition, fmt::format("tensor {}: {}", name, what)});
    }

    int64_t greatest(const Expr &e, size_t d, const char *what) const {
        if (const Parameter scalar = find_unbounded(e); scalar.defined()) {
            user_error("tensor {}: the {} of dimension {} has no constant bound: {}", name, what, d,
                       unbounded_scalar_text(scalar));
        }
        const auto range = space.range(e, {});
        if (!range) {
            user_error("tensor {}: the {} of dimension {}, {}, has no constant bound", name, what,
                       d, text(e, network.levels));
        }
        return range->max;
    }

    void require_elements(size_t d) {
        greatest(shape[d].extent, d, "extent");
        require(simplify(shape[d].extent >= 1), fmt::format("dimension {} has no element", d),
                "enlarge its bounds");
    }

    void require_region(size_t d) {
        const Expr min = shape[d].min;
        const Expr last = simplify(min + shape[d].extent - 1);
        for_each_access([&](const Stage &stage, const StageAccess &access,
                            const std::vector<Expr> &conditions) {
            const Proof proof(space, network.levels, stage.nest, conditions);
            const Expr &coordinate = access.coordinates[d];
            const std::string what =
                fmt::format("dimension {} is bounded to {} to {}, but {} accesses {}", d,
                            text(min, network.levels), text(last, network.levels),
                            stage_label(stage), text(coordinate, network.levels));
            const char *remedy = "enlarge the bounds or use TailStrategy::GuardWithIf";
            require(proof.never_negative(coordinate - min), what, remedy);
            require(proof.never_negative(last - coordinate), what, remedy);
        });
    }

    /// Dimensions without a constraint are dense, outside of all that have a stride already.
    void set_strides() {
        Expr dense = 1;
        std::vector<size_t> open;
        for (size_t d = 0; d < shape.size(); d++) {
            shape[d].stride = given(tensor.dimensions[d].stride, d);
            if (!shape[d].stride.defined()) {
                open.push_back(d);
                continue;
            }
            require(simplify(shape[d].stride >= 1),
                    fmt::format("stride {} of dimension {} is not supported",
                                text(shape[d].stride, network.levels), d),
                    "strides are positive");
            dense = greater(dense, simplify(shape[d].stride * shape[d].extent));
        }
        // A constrained outer dimension may leave gaps, but an inner one cannot start beyond it.
        for (size_t d : open) {
            const bool continues = d > 0 && shape[d - 1].stride.defined() && is_innermost_run(d);
            shape[d].stride =
                continues ? simplify(shape[d - 1].stride * shape[d - 1].extent) : dense;
            dense = greater(dense, simplify(shape[d].stride * shape[d].extent));
        }
    }

    Expr greater(const Expr &a, const Expr &b) const {
        return always_holds(space, simplify(b >= a))   ? b
               : always_holds(space, simplify(a >= b)) ? a
                                                       : simplify(max(a, b));
    }

    /// Are the strides of all dimensions below d known and dense in order, so that d continues
    /// them?
    bool is_innermost_run(size_t d) const {
        Expr expected = 1;
        for (size_t i = 0; i < d; i++) {
            if (!shape[i].stride.defined() ||
                !always_holds(space, simplify(shape[i].stride >= expected))) {
                return false;
            }
            expected = simplify(shape[i].stride * shape[i].extent);
        }
        return true;
    }

    /// Elements of an output that share an address would be stored in an order that nobody defines.
    /// Strides and sizes that depend on scalars are the host's to choose.
    void check_apart() const {
        std::vector<std::array<int64_t, 3>> runs; // stride, extent, dimension
        for (size_t d = 0; d < shape.size(); d++) {
            const auto stride = as_const_int(shape[d].stride),
                       extent = as_const_int(shape[d].extent);
            if (!stride || !extent || tensor.direction != hwir::Direction::Output) {
                return;
            }
            if (*extent > 1) {
                runs.push_back({*stride, *extent, int64_t(d)});
            }
        }
        std::sort(runs.begin(), runs.end());
        int64_t last = 0;
        for (const auto &[stride, extent, d] : runs) {
            if (stride <= last) {
                user_error("tensor {}: with stride {} of dimension {} its elements may share an "
                           "address; give at least {}",
                           name, stride, d, last + 1);
            }
            last += stride * (extent - 1);
        }
    }

    /// Offsets of elements are numbers of 32 bits.
    void check_size() const {
        int64_t last = 0;
        for (size_t d = 0; d < shape.size(); d++) {
            last += (greatest(shape[d].extent, d, "extent") - 1) *
                    greatest(shape[d].stride, d, "stride");
            if (last > INT32_MAX / tensor.type.bytes()) {
                user_error("tensor {}: it may be larger than 2 GB; lower the bounds of its sizes",
                           name);
            }
        }
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

ShapedTensor make_tensor(const TensorConstraints &constraints, const Stmt &s, Network &network) {
    const std::string &name = constraints.name;
    const bool input = constraints.direction == hwir::Direction::Input;
    ShapedTensor result;
    result.tensor.name = name;
    result.tensor.type = translate_type(memory_type(constraints.type), "tensor " + user_name(name));
    result.tensor.is_boolean = constraints.type.is_bool();
    result.tensor.direction = constraints.direction;
    result.shape = TensorShape(constraints, network)
                       .run(input ? box_required(s, name) : box_provided(s, name));
    return result;
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
