#pragma once
#include "hwgen/hwir/design.h"

#include <string>

namespace Orrery::hwir {

/// "int8", "uint16", "bool".
std::string type_name(Type type);

/// Infix text of an expression: counters by the names of `loops`, loads as `load0`. A constant that
/// is not of the index type carries its type: `int8(3)`.
std::string print_expr(const ExprPool &pool, ExprId id, const std::vector<Loop> &loops);

/// `(x + 2*r.x + 1) % 4`: one coordinate of an access.
std::string print_index(const ExprPool &pool, const Index &index, const std::vector<Loop> &loops);

/// `n*y + x + 1`: where a run starts.
std::string print_start(const ExprPool &pool, const RunStart &start, const std::vector<Loop> &loops);

/// `input_tile[x + r.x, y, c] if 0 <= x`: an access with its predicate.
std::string print_access(const Design &design, const Process &process, const Access &access);

/// Text of the whole design (the file design.hwir): every field, in the order of declaration, the
/// same bytes for the same design. Works on designs that `verify` rejects as long as the indices
/// between tables are in range.
std::string print(const Design &design);

/// The loop nests of all processes (the file schedule.txt): `for` is a serial loop, `lanes` are
/// parallel; buffers are named at the level where their token is taken.
std::string print_schedule(const Design &design);

} // namespace Orrery::hwir
