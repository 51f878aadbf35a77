#pragma once
#include "hwgen/frontend/network.h"
#include "hwgen/frontend/translate.h"

#include <string>

namespace Orrery::frontend {

/// A coordinate taken apart.
struct AffineForm {
    std::map<LevelId, int64_t> coefficients;
    int64_t offset = 0;
    Expr base;       ///< the rest, of serial counters and scalars; may be undefined
    Expr lane_table; ///< the rest, of lane counters; may be undefined
    int64_t modulus = 0;
};

/// Splits a coordinate into sum(coefficient x counter) + offset + base + lane_table.
///
///     ko*4 + k + min(yo*3, 4) - 1   ->  {ko: 4, k: 1}, offset -1, base min(yo*3, 4)
///     (x + k) % 4                   ->  {x: 1, k: 1}, modulus 4   (k a lane)
///
/// `where` names the access in the error on terms that mix lanes with serial loops or scalars.
AffineForm affine_form(const Expr &coordinate, const std::vector<Level> &levels,
                       const std::string &where);

/// The same for the hardware IR; `loops` numbers the levels.
hwir::Index translate_index(const AffineForm &form, const std::map<LevelId, int> &loops,
                            const Translator &translator);

} // namespace Orrery::frontend
