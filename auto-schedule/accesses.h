#pragma once
#include <Halide.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What expressions of an algorithm read, and where.
namespace Orrery::scheduling {

using Environment = std::map<std::string, Halide::Internal::Function>;

/// The input that a Func stands for (Halide wraps each ImageParam and Input<Buffer<>> in a Func
/// whose only definition is one access to the image); not defined for other Funcs.
Halide::Parameter wrapped_input(const Halide::Internal::Function &func);

/// What the generator or its user says of a scalar input (estimate, else default), or of a minimum
/// or an extent of a tensor (bounds); not defined: nothing.
Halide::Expr given_value(const Halide::Internal::Variable &variable);

/// The dimension of a tensor whose stride is 1, which is that of more than one element if several
/// have it: one that says so, else the first one if it says nothing; -1: there is none. Bounds of
/// `output`, the Func that is stored there, say how many elements there are, too.
int dense_dimension(const Halide::Parameter &tensor, const Halide::Internal::Function &output = {});

/// "r$x" of an RDom is called r.x in C++, "sum$2" sum; an input's Func like the input.
std::string name_in_text(const std::string &name);
std::string name_in_text(const Halide::Internal::Function &func);

/// An access to a Func or an image.
struct Access {
    Halide::Internal::Function reader; ///< whose definition holds it
    Halide::Internal::Function func;   ///< without contents: an image
    Halide::Parameter image;           ///< an input, if it is one
    std::vector<Halide::Expr> args;
    Halide::Expr condition; ///< of the selects around it: it is of account only where this holds
};

/// The different accesses that an expression of `reader` itself makes, in order; not those to
/// `reader`, nor to images with fixed contents.
std::vector<Access> accesses_of(const Halide::Internal::Function &reader,
                                const Halide::Expr &expression, const Environment &environment);

/// What evaluating the expression reads in the end, when pure Funcs are computed where they are
/// used: inputs (as the Funcs that wrap them) and the Funcs for which `stops` says so, with their
/// coordinates in terms of the variables of the expression.
std::vector<Access>
accesses_behind(const Halide::Internal::Function &reader, const Halide::Expr &expression,
                const Environment &environment,
                const std::function<bool(const Halide::Internal::Function &)> &stops);

/// Coefficient of the variable in a coordinate, where the access is of account: clamps to what is
/// inside of a padding are left out. Sizes of tensors that nothing says are some great ones.
std::optional<int64_t> coefficient_inside(const Access &access, size_t dimension,
                                          const std::string &variable);

/// Does the expression refer to the variable?
bool refers_to(const Halide::Expr &expression, const std::string &variable);

/// coefficient of the variable in an affine expression; nullopt if the expression is not affine in
/// it.
std::optional<int64_t> coefficient_of(const Halide::Expr &expression, const std::string &variable);

} // namespace Orrery::scheduling
