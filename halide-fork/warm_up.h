#pragma once
#include <Halide.h>

namespace Orrery {

/// sliding_window lets a loop begin earlier, so that a window fills before it is used, and guards
/// its users. What else is computed in the loop would be computed in these iterations too, beyond
/// the bounds of its inputs and for nobody. This guards it as its users are.
///
///     for y.$n in -2 .. {                             for y.$n in -2 .. {
///       produce rows { .. }                             produce rows { .. }
///       realize copy {                                  realize copy {
///         produce copy { .. y.$n .. }          ->         produce copy { if (0 <= y.$n) .. }
///         consume copy, rows {                            consume copy, rows {
///           if (0 <= y.$n) { .. copy(y.$n) .. }             if (0 <= y.$n) { .. copy(y.$n) .. }
Halide::Internal::Stmt guard_warm_up(const Halide::Internal::Stmt &s);

} // namespace Orrery
