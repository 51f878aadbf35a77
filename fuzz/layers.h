#pragma once
#include "fuzz/case.h"

#include <Halide.h>

#include <string>
#include <vector>

/// The algorithms that the fuzzer schedules.
namespace Orrery::fuzz {

/// A Func by the name that steps use. Halide's own names differ when a process builds several
/// pipelines.
struct NamedFunc {
    std::string name;
    Halide::Func func;
    /// C++ text of an expression that makes the Func, where it is not made of definitions of its
    /// own.
    std::string made_by;
};

/// By name.
using ScalarValues = std::map<std::string, int64_t>;

/// An algorithm without its schedule. Sizes may depend on scalars.
struct Pipeline {
    std::vector<NamedFunc> funcs;           ///< in order of definition, the output last
    std::vector<Halide::ImageParam> inputs; ///< with bounds and strides; those that are read
    std::vector<Halide::Parameter> scalars; ///< with ranges
    std::map<std::string, int> estimates;   ///< extent of a pure variable, by its name: a guess

    const Halide::Func &output() const { return funcs.back().func; }
    const NamedFunc *find(const std::string &name) const;
    ScalarValues greatest() const; ///< values of all scalars
    bool has_sizes() const;        ///< does a size depend on a scalar?
};

/// Is it a size? Else it is an operand.
bool is_size(const Halide::Parameter &scalar);

/// A size for these values of the scalars.
int64_t value_of(const Halide::Expr &e, const ScalarValues &scalars);

/// A number of a layer; smaller is simpler.
struct LayerParameter {
    const char *name;
    int least, most;
};

struct LayerKind {
    const char *name;
    std::vector<LayerParameter> parameters;
    std::vector<const char *> sizes; ///< parameters that can be scalar inputs of the design
    Pipeline (*build)(const Layer &layer);
};

const std::vector<LayerKind> &layer_kinds();

/// UserError if there is no such kind.
const LayerKind &kind_of(const Layer &layer);

/// UserError if the kind or a parameter does not exist, or a value is out of its range.
Pipeline build_pipeline(const Layer &layer);

// One for each kind.
Pipeline convolution(const Layer &layer);
Pipeline depthwise(const Layer &layer);
Pipeline matrix_multiply(const Layer &layer);
Pipeline pooling(const Layer &layer);
Pipeline pointwise(const Layer &layer);
Pipeline triangle(const Layer &layer);
Pipeline separable(const Layer &layer);
Pipeline convolution_pooling(const Layer &layer);
Pipeline stencil(const Layer &layer);

} // namespace Orrery::fuzz
