#include "halide-fork/orrery.h"
#include "hwgen/hwir/design.h"

#include <catch2/catch.hpp>

using namespace Halide;

namespace {

Func difference_of(const ImageParam &first, const ImageParam &second, const char *name) {
    Var x("x");
    Func output(name);
    output(x) = first(x) != second(x);
    output.bound(x, 0, 10);
    Orrery::accelerate(output);
    return output;
}

} // namespace

TEST_CASE("compile: an argument that the pipeline does not read is no tensor of the design") {
    ImageParam a(Int(8), 1, "a"), b(Int(8), 1, "b"), unused(Int(8), 1, "unused");
    const Orrery::Design design =
        Orrery::compile(difference_of(a, b, "unequal"), std::vector<Argument>{b, unused, a});
    const auto &tensors = design.hardware().tensors;
    REQUIRE(tensors.size() == 3);
    CHECK(tensors[0].name == "b");
    CHECK(tensors[1].name == "a");
}

TEST_CASE("compile: tensors of bool have a byte per element") {
    ImageParam a(Bool(), 1, "a"), b(Bool(), 1, "b");
    const Orrery::Design design = Orrery::compile(difference_of(a, b, "flags"));
    for (const auto &tensor : design.hardware().tensors) {
        CHECK(tensor.is_boolean);
        CHECK(tensor.type == Orrery::hwir::Type{8, false});
    }
    const std::string &manifest = design.files().at("design.json");
    CHECK(manifest.find("\"bool\"") != std::string::npos);
}
