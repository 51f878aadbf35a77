#pragma once
#include <Halide.h>

#include <map>
#include <string>

namespace Orrery::fuzz {

/// "int8_t"
std::string cpp_type(const Halide::Type &type);

/// C++ text that builds the expression again. `funcs` gives the variable for each Func, by Halide's
/// name. InternalError for what no layer is made of.
std::string cpp_expression(const Halide::Expr &e, const std::map<std::string, std::string> &funcs);

/// The loop or variable as C++ names it: "r$x" is r.x.
std::string cpp_name(const std::string &loop);

} // namespace Orrery::fuzz
