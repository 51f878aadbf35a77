#include "hwgen/support/error.h"
#include "sim/npy.h"
#include "tests/unit/sim_fixture.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace Orrery::sim;

namespace {

TensorDescription tensor(halide_type_t type, std::vector<TensorDimension> dimensions) {
    TensorDescription t;
    t.name = "t";
    t.type = type;
    t.dimensions = std::move(dimensions);
    return t;
}

std::string contents(const std::filesystem::path &file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A version 1 file of int16 with that order and shape and the values 0, 1, 2 ...
void write_int16(const std::filesystem::path &file, const char *order, const char *shape,
                 int count) {
    std::string header =
        std::string("{'descr': '<i2', 'fortran_order': ") + order + ", 'shape': " + shape + ", }\n";
    std::ofstream out(file, std::ios::binary);
    out.write("\x93NUMPY\x01\x00", 8);
    out.put(static_cast<char>(header.size())).put(0);
    out << header;
    for (int i = 0; i < count; i++) {
        out.put(static_cast<char>(i)).put(0);
    }
}

} // namespace

TEST_CASE("a tensor with gaps and minima comes back from a file", "[sim]") {
    auto directory = Orrery::test::fresh_directory("npy");
    for (const char *type : {"int8", "uint8", "int16", "uint16", "int32"}) {
        TensorDescription t = tensor(parse_type(type), {{-2, 5, 1}, {7, 3, 8}, {0, 2, 24}});
        Buffer buffer = allocate_tensor(t);
        fill_random(t, buffer, 5);
        save_npy(directory / "a.npy", t, buffer);
        std::vector<Difference> differences;
        CHECK(compare_tensors(t, load_npy(directory / "a.npy", t), buffer, 1, differences) == 0);
        CHECK(contents(directory / "a.npy").size() == 128 + 30 * t.element_bytes());
    }
    std::filesystem::remove_all(directory);
}

TEST_CASE("the last axis of an array is dimension 0", "[sim]") {
    auto directory = Orrery::test::fresh_directory("npy_axes");
    TensorDescription t = tensor(parse_type("int16"), {{0, 3, 1}, {0, 2, 3}});
    auto at = [&](int x, int y) {
        int coordinates[] = {x, y};
        Buffer buffer = load_npy(directory / "a.npy", t);
        return *reinterpret_cast<int16_t *>(buffer.raw_buffer()->address_of(coordinates));
    };
    write_int16(directory / "a.npy", "False", "(2, 3)", 6);
    CHECK(at(1, 0) == 1);
    CHECK(at(0, 1) == 3);
    write_int16(directory / "a.npy", "True", "(2, 3)", 6);
    CHECK(at(1, 0) == 2);
    CHECK(at(0, 1) == 1);
    std::filesystem::remove_all(directory);
}

TEST_CASE("a file that does not fit the tensor is a user error", "[sim]") {
    auto directory = Orrery::test::fresh_directory("npy_errors");
    auto file = directory / "a.npy";
    TensorDescription t = tensor(parse_type("int16"), {{0, 3, 1}, {0, 2, 3}});
    CHECK_THROWS_WITH(load_npy(file, t), Catch::EndsWith("cannot be read"));
    std::ofstream(file) << "text";
    CHECK_THROWS_WITH(load_npy(file, t), Catch::EndsWith("this is not a .npy file"));
    write_int16(file, "False", "(3, 2)", 6);
    CHECK_THROWS_WITH(load_npy(file, t), Catch::Contains("needs (2, 3)"));
    write_int16(file, "False", "(2, 3)", 5);
    CHECK_THROWS_WITH(load_npy(file, t), Catch::EndsWith("before the last element"));
    t.type = parse_type("uint16");
    write_int16(file, "False", "(2, 3)", 6);
    CHECK_THROWS_WITH(load_npy(file, t), Catch::Contains("of type '<u2' (uint16)"));
    std::filesystem::remove_all(directory);
}
