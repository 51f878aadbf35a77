#pragma once
#include "fuzz/layers.h"

namespace Orrery::fuzz {

/// Extents, innermost dimension first.
using Shape = std::vector<Halide::Expr>;

/// Collects what a layer consists of.
class LayerBuilder {
public:
    explicit LayerBuilder(const Layer &layer) : layer_(layer) {}

    /// The value of a parameter.
    int operator[](const char *parameter) const;

    /// The same of a size, which may be a scalar input of the design: parameter "symbolic".
    Halide::Expr size(const char *parameter);

    /// An input whose layout in memory depends on the parameters "order" and "gaps".
    Halide::ImageParam input(const std::string &name, Halide::Type type, const Shape &shape);
    /// A Func that is known by its name.
    Halide::Func func(const std::string &name);
    /// `input` with constants around it: parameter "padding" 0 is none, else the constant is one
    /// less.
    Halide::Func padded(const std::string &name, const Halide::ImageParam &input,
                        const Shape &shape);
    /// The last Func: bounds and layout.
    Pipeline finish(Halide::Func output, const std::vector<Halide::Var> &variables,
                    const Shape &shape);

    Halide::Type data_type() const;
    /// Of what data is multiplied by: sums stay within 31 bits.
    Halide::Type weight_type() const;
    /// What follows an accumulator of type int32, by the parameters "post" and "scalar"; `scale` is
    /// small.
    Halide::Expr requantised(const Halide::Expr &sum, const Halide::Expr &scale);

private:
    Shape strides(const Shape &shape);
    template <typename T>
    Halide::Expr scalar(const Halide::Param<T> &param);

    const Layer &layer_;
    Pipeline pipeline_;
    int tensors_ = 0;
};

} // namespace Orrery::fuzz
