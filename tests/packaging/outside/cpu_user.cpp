#include "scale.h"

#include <HalideBuffer.h>

int main() {
    Halide::Runtime::Buffer<int8_t, 1> input(16);
    Halide::Runtime::Buffer<int16_t, 1> output(16);
    input.fill([](int x) { return (int8_t)(x - 100); });
    if (scale(input, output) != 0) {
        return 1;
    }
    bool right = true;
    output.for_each_element([&](int x) { right = right && output(x) == 3 * (x - 100); });
    return right ? 0 : 1;
}
