#pragma once
#include "hwgen/hwir/design.h"

#include <map>
#include <string>

namespace Orrery::hwir {

/// Names of expressions in a text.
using ExprNames = std::map<ExprId, std::string>;

/// "int8", "uint16", "bool".
std::string type_name(Type type);

/// Infix text of an expression: counters by the names of `loops`, loads as `load0`. A constant that
/// is not of the index type carries its type: `int8(3)`. What `names` has is printed as its name.
std::string print_expr(const ExprPool &pool, ExprId id, const std::vector<Loop> &loops,
                       const ExprNames &names = {});

/// The same, but of the expression itself if it has a name.
std::string print_definition(const ExprPool &pool, ExprId id, const std::vector<Loop> &loops,
                             const ExprNames &names);

/// Names for the larger expressions that the graphs of `roots` use more than once, operands first.
/// With them a text is as long as its graph; without, it doubles with each step that uses the last
/// one twice.
ExprNames name_shared(const ExprPool &pool, const std::vector<ExprId> &roots);

/// `(x + 2*r.x + 1) % 4`: one coordinate of an access.
std::string print_index(const ExprPool &pool, const Index &index, const std::vector<Loop> &loops);

/// `n*y + x + 1`: where a run starts.
std::string print_start(const ExprPool &pool, const RunStart &start,
                        const std::vector<Loop> &loops);

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
