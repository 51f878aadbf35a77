#include "hwgen/support/error.h"
#include "sim/design_description.h"
#include "sim/model_glue.h"

#include <catch2/catch.hpp>

using namespace Orrery::sim;

namespace {

const std::string smallest = R"json({
  "format": 1, "name": "d", "files": ["rtl/d.v"],
  "tensors": [{"name": "t", "direction": "output", "type": "int16",
    "dimensions": [{"min": 0, "extent": 4, "stride": 1}, {"min": -1, "extent": 3, "stride": 8}],
    "port": {"prefix": "m_axi_t_", "bus_bits": 64}, "base_register": 32}],
  "control": {"prefix": "s_axi_", "address_bits": 12},
  "registers": [{"name": "control", "offset": 0}, {"name": "acc_busy", "offset": 64, "words": 2}],
  "processes": [{"name": "acc", "lanes": [{"name": "a", "extent": 3}, {"name": "b", "extent": 5}],
    "counters": {"busy": {"register": "acc_busy"}}}],
  "buffers": [{"name": "b", "type": "int8", "extents": [8, 4], "banks": [4, 2], "words": 4,
    "counters": {"reads": [{"register": "acc_busy"}, {"register": "acc_busy"}], "writes": []}}]
})json";

std::string with(const std::string &from, const std::string &to) {
    std::string text = smallest;
    text.replace(text.find(from), from.size(), to);
    return text;
}

} // namespace

TEST_CASE("a design.json is read with defaults for what it leaves out", "[sim]") {
    DesignDescription design = parse_design(smallest, "somewhere");
    CHECK(design.top == "d");
    CHECK(design.clock == "clk_i");
    CHECK(design.interrupt == "irq_o");
    CHECK(design.reference_library.empty());
    REQUIRE(design.tensors.size() == 1);
    CHECK(design.tensors[0].is_output);
    CHECK(design.tensors[0].element_count() == 12);
    CHECK(design.tensors[0].span_bytes() == 2 * (3 + 16 + 1));
    CHECK(design.tensors[0].port.max_burst_beats == 256);
    REQUIRE(design.processes.size() == 1);
    CHECK(design.processes[0].lane_points() == 15);
    CHECK(design.processes[0].busy->offset == 64);
    CHECK_FALSE(design.processes[0].operations.has_value());
    REQUIRE(design.buffers.size() == 1);
    CHECK(design.buffers[0].banks == 8);
    CHECK(design.buffers[0].reads.size() == 2);
    CHECK(design.buffers[0].writes.empty());
}

TEST_CASE("mistakes in a design.json are user errors that name the file and the field", "[sim]") {
    auto message = [](const std::string &text) -> std::string {
        try {
            parse_design(text, "somewhere");
        } catch (const Orrery::UserError &error) {
            return error.what();
        }
        return "";
    };
    CHECK_THAT(message("{"), Catch::StartsWith("somewhere/design.json: "));
    CHECK_THAT(message(with("\"name\": \"d\", ", "")), Catch::Contains("'name' not found"));
    CHECK_THAT(message(with("\"format\": 1", "\"format\": 9")), Catch::Contains("reads format 1"));
    CHECK_THAT(message(with("int16", "float16")), Catch::Contains("unknown element type"));
    CHECK_THAT(message(with("\"bus_bits\": 64", "\"bus_bits\": 48")), Catch::Contains("bus_bits"));
    CHECK_THAT(message(with("\"extent\": 4", "\"extent\": 0")), Catch::Contains("extents"));
    CHECK_THAT(message(with("\"register\": \"acc_busy\"", "\"register\": \"busy\"")),
               Catch::Contains("\"busy\" is not in the table"));
    CHECK_THROWS_WITH(read_design("no/such/directory"), Catch::Contains("cannot be read"));
}

TEST_CASE("double underscores are encoded as Verilator does", "[sim]") {
    CHECK(verilator_member("m_axi_a_araddr_o") == "m_axi_a_araddr_o");
    CHECK(verilator_member("m_axi_a__araddr_o") == "m_axi_a___05Faraddr_o");
    CHECK(verilator_member("m_axi_a___b") == "m_axi_a___05F_b");
}
