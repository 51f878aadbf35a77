#include <Halide.h>
#include <orrery.h>

int main(int, char **argv) {
    Halide::ImageParam input(Halide::Int(8), 1, "input");
    Halide::Func output("output");
    Halide::Var x("x"), xo("xo"), xi("xi");
    output(x) = Halide::cast<int8_t>(input(x) + 1);
    output.bound(x, 0, 32).split(x, xo, xi, 4);
    Orrery::accelerate(output).pe_array(output, {xi});
    Orrery::CompileOptions options;
    options.name = "from_cpp";
    Orrery::compile(output, {input}, options).write(argv[1]);
    return 0;
}
