#pragma once
#include "tests/equivalence/random_layer.h"

#include <Halide.h>

#include <string>
#include <vector>

namespace Orrery::test {

/// A layer with scalar inputs. With `scheduled` it has a schedule and directives; without, it is
/// the plain algorithm, for the reference.
struct ScalarLayer {
    Halide::Func output;
    std::vector<Halide::ImageParam> inputs;
    std::vector<Halide::Parameter> scalars;
};

struct ScalarLayerKind {
    const char *name;
    ScalarLayer (*make)(bool scheduled);
};

/// All kinds of layers with scalars.
const std::vector<ScalarLayerKind> &scalar_layers();

/// The value as a Halide parameter of that type takes it.
void set_scalar(Halide::Parameter &parameter, int64_t value);

} // namespace Orrery::test
