#include <Halide.h>
#include <auto-schedule/auto_schedule.h>
#include <orrery.h>

#include <fstream>
#include <string>

namespace {

/// With directives.
void scheduled(const std::string &directory) {
    Halide::ImageParam input(Halide::Int(8), 1, "input");
    Halide::Func output("output");
    Halide::Var x("x"), xo("xo"), xi("xi");
    output(x) = Halide::cast<int8_t>(input(x) + 1);
    output.bound(x, 0, 32).split(x, xo, xi, 4);
    Orrery::accelerate(output).pe_array(output, {xi});
    Orrery::CompileOptions options;
    options.name = "from_cpp";
    Orrery::compile(output, {input}, options).write(directory);
}

/// By the auto-scheduler.
void mapped(const std::string &directory, const std::string &hardware) {
    std::ofstream(hardware) << R"({"name": "two levels", "word_bits": 8,
        "levels": [{"name": "SRAM", "bytes": 256, "pj_per_access": 1}, {"name": "DRAM", "pj_per_access": 100}],
        "array": {"elements": 4, "axes": 1, "level": "SRAM", "pj_per_hop": 0}})";
    Halide::ImageParam a(Halide::Int(8), 2, "a"), b(Halide::Int(8), 2, "b");
    Halide::Func product("product"), output("output");
    Halide::Var i("i"), j("j");
    Halide::RDom r(0, 8, "r");
    product(j, i) += Halide::cast<int32_t>(a(r, i)) * Halide::cast<int32_t>(b(r, j));
    output(j, i) = product(j, i);
    output.bound(j, 0, 8).bound(i, 0, 4);
    Orrery::AutoScheduleOptions options;
    options.hardware = hardware;
    Orrery::CompileOptions compile;
    compile.name = "mapped";
    compile.more_files["mapping.json"] = Orrery::auto_schedule(output, options).mapping;
    Orrery::compile(output, {a, b}, compile).write(directory);
}

} // namespace

int main(int, char **argv) {
    scheduled(argv[1]);
    mapped(std::string(argv[1]) + "/mapped", std::string(argv[1]) + "/hardware.json");
    return 0;
}
