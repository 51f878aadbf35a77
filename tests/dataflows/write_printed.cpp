// Writes the printed schedule of every preset as a C++ function, for preset_run.cpp: what a user
// sees must compile, and do the same as the preset.
#include "apps/dataflows/presets.h"
#include "apps/dataflows/schedule.h"
#include "tests/dataflows/preset_layer.h"

#include <fstream>

namespace {

const char *const prologue = R"(// Made by write_printed.
#include "tests/dataflows/printed_presets.h"

using namespace Halide;

namespace {
)";

const char *const names = R"((dataflows::Convolution &algorithm) {
    [[maybe_unused]] Func &input = algorithm.input, &weights = algorithm.weights;
    [[maybe_unused]] Func &bias = algorithm.bias, &padded = algorithm.padded;
    [[maybe_unused]] Func &sum = algorithm.sum, &output = algorithm.output;
    [[maybe_unused]] Var k = algorithm.k, x = algorithm.x, y = algorithm.y, b = algorithm.b;
    [[maybe_unused]] RDom r = algorithm.r;
)";

} // namespace

int main(int, char **argv) {
    std::ofstream out(argv[1]);
    out << prologue;
    std::string table;
    const dataflows::Layer layer = Orrery::test::preset_layer();
    for (const dataflows::Preset &preset : dataflows::presets()) {
        Halide::ImageParam input(Halide::Int(8), 4, "input"), weights(Halide::Int(8), 4, "weights"),
            bias(Halide::Int(32), 1, "bias");
        dataflows::Convolution convolution(layer, input, weights, bias);
        const std::string text = dataflows::schedule(convolution, preset.make(layer));
        out << "void " << preset.name << names << text << "}\n\n";
        table += std::string("    {\"") + preset.name + "\", " + preset.name + "},\n";
    }
    out << "} // namespace\n\nconst std::map<std::string, Orrery::test::PrintedSchedule> "
           "Orrery::test::printed_presets{\n"
        << table << "};\n";
    return out.good() ? 0 : 1;
}
