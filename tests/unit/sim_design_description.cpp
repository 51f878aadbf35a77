#include "hwgen/support/error.h"
#include "sim/design_description.h"
#include "sim/model_glue.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

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

TEST_CASE("scalars take what is given by name, else their default, within their range", "[sim]") {
    DesignDescription design = parse_design(with("\"tensors\"", R"json("scalars": [
            {"name": "n", "type": "int32", "min": -2, "max": 13, "default": 5, "register": 36},
            {"name": "mask", "type": "uint64", "min": 1, "max": 18446744073709551615, "register": 40}],
            "tensors")json"),
                                            "somewhere");
    REQUIRE(design.scalars.size() == 2);
    CHECK(design.scalars[1].offset == 40);
    CHECK(design.scalars[1].text(design.scalars[1].max) == "18446744073709551615");
    using Values = std::vector<int64_t>;
    CHECK(design.scalar_values({{"mask", -1}}) == Values{5, -1});
    CHECK(design.scalar_values({{"n", -2}, {"mask", 7}}) == Values{-2, 7});
    CHECK_THROWS_WITH(design.scalar_values({{"n", 14}, {"mask", 7}}),
                      Catch::Contains("14 is not possible for scalar n, which goes from -2 to 13"));
    CHECK_THROWS_WITH(design.scalar_values({{"mask", 0}}), Catch::Contains("scalar mask"));
    CHECK_THROWS_WITH(design.scalar_values({}), Catch::Contains("scalar mask has no default") &&
                                                    Catch::Contains("1 to 1844"));
    CHECK_THROWS_WITH(design.scalar_values({{"m", 0}}),
                      Catch::Contains("no scalar m") && Catch::Contains("n, mask"));
}

TEST_CASE("dimensions and requirements follow the scalars", "[sim]") {
    std::string text = with("\"tensors\"", R"json("scalars": [
            {"name": "n", "type": "int32", "min": 1, "max": 13, "default": 5, "register": 36}],
            "requirements": [{"text": "n is odd", "condition": {"op": "equal", "args": [
                {"op": "mod", "args": [{"scalar": "n"}, 2]}, 1]}}],
            "tensors")json");
    const std::string from = "{\"min\": 0, \"extent\": 4, \"stride\": 1}";
    text.replace(text.find(from), from.size(), R"json({"min": 0, "stride": 1,
        "extent": {"op": "add", "args": [{"scalar": "n"}, {"op": "div", "args": [-7, 2]}]},
        "most": {"min": 0, "extent": 9, "stride": 1}})json");
    DesignDescription design = parse_design(text, "somewhere");
    CHECK(design.tensors[0].dimensions[0].extent == 9);
    CHECK(design.at({7}).tensors[0].dimensions[0].extent == 3); // 7 + floor(-7 / 2)
    CHECK(design.at({7}).tensors[0].dimensions[1].extent == 3);
    CHECK(design.scalar_values({{"n", 7}}) == std::vector<int64_t>{7});
    CHECK_THROWS_WITH(design.scalar_values({{"n", 8}}),
                      Catch::Contains("n = 8") && Catch::Contains("n is odd"));
    text.replace(text.find("\"mod\""), 5, "\"mud\"");
    CHECK_THROWS_WITH(parse_design(text, "somewhere"), Catch::Contains("\"mud\""));
}
