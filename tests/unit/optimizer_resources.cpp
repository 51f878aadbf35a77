#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/resources.h"
#include "hwgen/optimizer/search.h"
#include "hwgen/optimizer/spatial.h"
#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace Orrery;
using namespace Orrery::optimizer;
using Catch::Contains;

namespace {

/// Lists of everything that may be one.
const char *const lists = R"({"name": "lists", "area_mm2": 0.5, "levels": [
    {"name": "RF", "bytes": [64, 128], "read_pj": [0.1, 0.2], "write_pj": [0.15, 0.25],
     "area_mm2": [0.001, 0.0015]},
    {"name": "SRAM", "bytes": [4096, 8192, 16384], "pj_per_access": [2, 3.125, 4], "area_mm2": 0.1},
    {"name": "DRAM", "pj_per_access": 200}],
    "array": {"elements": [16, 64], "pj_per_hop": 0, "area_mm2": 0.002}})";

std::string replaced(std::string text, const std::string &from, const std::string &to) {
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("lists in a description are all their combinations", "[optimizer]") {
    Resources resources = parse_resources("lists.json", lists);
    CHECK(resources.name == "lists");
    REQUIRE(resources.hardware.size() == 12);
    std::vector<std::string> texts;
    for (const Hardware &hardware : resources.hardware) {
        texts.push_back(hardware_text(hardware));
        CHECK(hardware.energy_digits == 3); // of 3.125, for all of them
    }
    CHECK(texts[0] == "16, RF 64 B, SRAM 4096 B");
    CHECK(texts[1] == "16, RF 64 B, SRAM 8192 B");
    CHECK(texts[3] == "16, RF 128 B, SRAM 4096 B");
    CHECK(texts[11] == "64, RF 128 B, SRAM 16384 B");
    CHECK(resources.hardware[3].levels[0].read_pj == 0.2);
    CHECK(resources.hardware[3].levels[0].write_pj == 0.25);
    CHECK(resources.hardware[1].levels[1].write_pj == 3.125);
    // 16 * (0.002 + 0.001) + 0.1, and so on.
    CHECK(area_text(*hardware_area(resources.hardware[0])) == "0.148");
    CHECK(area_text(*hardware_area(resources.hardware[11])) == "0.324");
    CHECK(keep_within_area(resources) == 0);
    resources.most_area = 148'000'000; // exactly the smallest
    CHECK(keep_within_area(resources) == 9);
    CHECK(resources.hardware.size() == 3);
    resources.most_area = 147'999'999;
    CHECK_THROWS_WITH(keep_within_area(resources),
                      Contains("the smallest hardware takes 0.148 mm2, more than the 0.147999999"));
    resources.hardware[0].levels[1].area.reset();
    CHECK_THROWS_WITH(keep_within_area(resources), Contains("levels[1].area_mm2 is missing"));
    CHECK_THROWS_AS(keep_within_area(resources), UserError);
}

TEST_CASE("mistakes in lists name the field", "[optimizer]") {
    const auto fails = [](const std::string &from, const std::string &to, const char *message) {
        const std::string text = replaced(lists, from, to);
        CHECK_THROWS_WITH(parse_resources("a.json", text), Contains(message));
        CHECK_THROWS_AS(parse_resources("a.json", text), UserError);
    };
    fails("[64, 128]", "[64, 128, 256]", "levels[0].bytes and read_pj are lists of different");
    fails("[64, 128]", "[]", "levels[0].bytes: an empty list");
    fails("[16, 64]", "[]", "array.elements: an empty list");
    fails("[16, 64]", "[16, 0]", "array.elements: expected an integer from 1");
    fails("[0.1, 0.2]", "[0.1, \"low\"]", "levels[0].read_pj: expected a number");
    fails("\"elements\": [16, 64]", "\"elements\": [16], \"shape\": [4, 4]", "give either this or");
    fails("\"elements\": [16, 64]", "\"shape\": [[4, 4], [2, 2, 2]]", "array.shape: expected");
    fails("\"pj_per_access\": 200", "\"pj_per_access\": 200, \"read_pj\": 1", "either this or");
    fails("\"bytes\": [64, 128]", "\"bytes\": [64, 128], \"memory\": \"sram\"",
          "give technology too");
    CHECK_THROWS_WITH(parse_hardware("a.json", lists), Contains("levels[0].bytes: expected an"));
}

TEST_CASE("energies and areas come from a technology", "[optimizer]") {
    const std::string text = R"({"technology": "cacti-45nm", "levels": [
        {"name": "RF", "bytes": [100, 512], "memory": "sram"},
        {"name": "SRAM", "bytes": 4194304}, {"name": "DRAM", "pj_per_access": 200}],
        "array": {"shape": [[4, 2], [2, 4], [8, 1]], "pj_per_hop": 0, "area_mm2": 0}})";
    const Resources resources = parse_resources("t.json", text);
    REQUIRE(resources.hardware.size() == 6);
    const Hardware &first = resources.hardware[0], &second = resources.hardware[1];
    CHECK(hardware_text(first) == "4 x 2, RF 100 B, SRAM 4194304 B");
    CHECK(first.levels[0].read_pj == 0.3224); // the macro of 128 B
    CHECK(first.levels[0].write_pj == 0.4965);
    CHECK(*first.levels[0].area == 569'000);
    CHECK(second.levels[0].read_pj == 0.6459);
    CHECK(*first.levels[1].area == 2 * 6'173'273'000); // two of the largest macro
    CHECK(*hardware_area(second) == 8 * 1'858'000 + 2 * 6'173'273'000);
    CHECK(resources.hardware[2].array.width(1) == 4);
    const auto fails = [&](const std::string &from, const std::string &to, const char *message) {
        CHECK_THROWS_WITH(parse_resources("t.json", replaced(text, from, to)), Contains(message));
    };
    fails(", \"memory\": \"sram\"", "", "knows no register file; \"memory\": \"sram\"");
    fails(", \"pj_per_access\": 200", "", "does not know DRAM");
    fails("\"memory\": \"sram\"", "\"memory\": \"dram\"", "expected register_file or sram");
    fails("cacti-45nm", "none-1nm", "technology none-1nm");
    // The other technology knows DRAM, hops and registers; words of 8 bits cost half.
    const Hardware small = parse_hardware(
        "s.json", R"({"technology": "interstellar-28nm", "word_bits": 8, "array": {"elements": 4},
        "levels": [{"name": "RF", "bytes": 8}, {"name": "DRAM"}]})");
    CHECK(small.levels[0].read_pj == 0.0075);
    CHECK(small.levels[1].write_pj == 100);
    CHECK(small.array.pj_per_hop == 0.0175);
    std::string unknown;
    CHECK(!hardware_area(small, &unknown));
    CHECK(unknown == "array.area_mm2");
}

TEST_CASE("arrays of any shape have loops that fit their axes", "[optimizer]") {
    const Problem problem = convolution("layer", parse_layer("K=8 C=8"));
    const auto widest = [&](const char *shape) {
        const Hardware hardware = parse_hardware(
            "s.json", fmt::format(R"({{"levels": [{{"name": "RF", "bytes": 8, "pj_per_access": 1}},
            {{"name": "DRAM", "pj_per_access": 100}}],
            "array": {{"shape": {}, "pj_per_hop": 1}}, "utilisation": 1}})",
                                  shape));
        std::vector<std::string> found;
        for (const SpatialChoice &choice : spatial_choices(InterstellarModel(problem, hardware))) {
            found.push_back(fmt::format("{}", fmt::join(choice.factors, " ")));
        }
        std::sort(found.begin(), found.end());
        return fmt::format("{}", fmt::join(found, ", "));
    };
    // Loops FX FY OX OY K C N.
    CHECK(widest("[2, 8]") == "1 1 1 1 2 8 1, 1 1 1 1 8 2 1");
    CHECK(widest("[4, 4]") == "1 1 1 1 4 4 1");
    CHECK(widest("[8]") == "1 1 1 1 1 8 1, 1 1 1 1 8 1 1");
}

TEST_CASE("the cost model interstellar has one energy for reads and writes", "[optimizer]") {
    const Resources resources = parse_resources("lists.json", lists);
    const InterstellarModel model(convolution("layer", parse_layer("K=8 C=8")),
                                  resources.hardware[0]);
    CHECK_THROWS_WITH(search(model, {}, {}), Contains("has one energy for both"));
}
