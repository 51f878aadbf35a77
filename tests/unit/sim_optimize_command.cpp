#include "sim/command.h"
#include "tests/unit/sim_fixture.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>

using namespace Orrery::sim;
using namespace Orrery::test;
namespace fs = std::filesystem;

namespace {

const std::string hardware = ORRERY_SOURCE_DIR "/data/hardware/eyeriss-like-512B-128KB.json";

/// The rest of the command line for the published model.
const std::vector<std::string> interstellar = {"--cost-model", "interstellar"};

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string> &more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

CommandResult optimize(std::vector<std::string> words, const fs::path &directory) {
    words.insert(words.begin(), {ORRERY_BINARY_DIR "/bin/orrery", "optimize"});
    return run_command({words, directory, {}});
}

/// What is said of the result: energies are optimal, cycles only if they are exact.
void check_proof(const std::string &output, const std::string &objective) {
    INFO(output);
    const bool energy = objective == "energy";
    CHECK((output.find("optimal: the search was exhausted") != std::string::npos) == energy);
    CHECK((output.find("optimal with exact cycles") != std::string::npos ||
           output.find("above any mapping") != std::string::npos) == !energy);
    CHECK(output.find("taken: candidate ") != std::string::npos);
}

/// The same in mapping.json.
void check_exact(const nlohmann::json &mapping, const std::string &objective) {
    CHECK(mapping["objective"] == objective);
    CHECK(mapping["exact_cycles"] >= mapping["cycles"]);
    CHECK((mapping["optimal"] == true || objective != "energy"));
    CHECK(mapping.contains("gap_percent") == (mapping["optimal"] == false));
}

} // namespace

TEST_CASE("orrery optimize prints the mapping and writes it", "[sim]") {
    const fs::path directory = fresh_directory("optimize_command");
    const std::string layer = "N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3 stride=1";
    CommandResult result =
        optimize(with({"--layer", layer, "--hardware", hardware, "--fix", "spatial C=16 K=16"},
                      interstellar),
                 directory);
    INFO(result.output);
    REQUIRE(result.status == 0);
    CHECK_THAT(result.output, Catch::Contains("energy 13177744588.8 pJ, 256 of 256"));
    CHECK_THAT(result.output, Catch::Contains("optimal: the search was exhausted"));
    CHECK_THAT(result.output, Catch::Contains("parallel C in 0..16"));
    const auto mapping = nlohmann::json::parse(std::ifstream(directory / "mapping.json"));
    CHECK(mapping["optimal"] == true);
    CHECK(mapping["layer"]["K"] == 384);
    CHECK(mapping["array"][1][0]["loop"] == "K");
    double sum = 0;
    for (const auto &level : mapping["levels"]) {
        sum += level["energy_pj"].get<double>();
    }
    for (const auto &hops : mapping["hops_pj"]) {
        sum += hops.get<double>();
    }
    CHECK(sum == Approx(mapping["energy_pj"].get<double>()).epsilon(1e-12));

    // The same bytes, whatever the number of threads, and from the table of workloads.
    std::vector<std::string> texts;
    for (const char *threads : {"1", "3"}) {
        result = optimize(with({"--workload", "alexnet/conv3", "--batch", "16", "--hardware",
                                hardware, "--threads", threads, "--json", "m.json"},
                               interstellar),
                          directory);
        REQUIRE(result.status == 0);
        std::ifstream stream(directory / "m.json");
        texts.emplace_back(std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>());
    }
    CHECK(texts[0] == texts[1]);
    CHECK_THAT(texts[0], Catch::Contains("13171995279.36"));
    fs::remove_all(directory);
}

TEST_CASE("orrery optimize for the hardware itself", "[sim]") {
    const fs::path directory = fresh_directory("optimize_hardware");
    std::map<std::string, nlohmann::json> found;
    for (const char *objective : {"energy", "cycles", "edp"}) {
        std::vector<std::string> texts;
        for (const char *threads : {"1", "3"}) {
            const CommandResult result =
                optimize({"--workload", "alexnet/conv3", "--hardware", hardware, "--objective",
                          objective, "--threads", threads},
                         directory);
            INFO(result.output);
            REQUIRE(result.status == 0);
            CHECK_THAT(result.output, Catch::Contains("cost model orrery"));
            check_proof(result.output, objective);
            std::ifstream stream(directory / "mapping.json");
            texts.emplace_back(std::istreambuf_iterator<char>(stream),
                               std::istreambuf_iterator<char>());
        }
        CHECK(texts[0] == texts[1]);
        found[objective] = nlohmann::json::parse(texts[0]);
        check_exact(found[objective], objective);
        double sum = 0;
        for (const auto &level : found[objective]["levels"]) {
            sum += level["energy_pj"].get<double>();
        }
        CHECK(sum == Approx(found[objective]["energy_pj"].get<double>()).epsilon(1e-12));
    }
    const auto energy = [&](const char *o) { return found[o]["energy_pj"].get<double>(); };
    const auto cycles = [&](const char *o) { return found[o]["cycles"].get<double>(); };
    CHECK(cycles("cycles") == 584064); // all 256 processing elements in every cycle
    CHECK(energy("energy") <= std::min(energy("cycles"), energy("edp")));
    CHECK(energy("edp") * cycles("edp") <=
          std::min(energy("energy") * cycles("energy"), energy("cycles") * cycles("cycles")));
    fs::remove_all(directory);
}

TEST_CASE("orrery optimize chooses among candidates", "[sim]") {
    const fs::path directory = fresh_directory("optimize_candidates");
    const std::string tiny = ORRERY_SOURCE_DIR "/data/hardware/tiny-4x4.json";
    const std::vector<std::string> words = {"--layer",     "K=24 C=16 OY=13 OX=13 FY=3 FX=3",
                                            "--hardware",  tiny,
                                            "--objective", "cycles",
                                            "--candidates"};
    std::map<int, nlohmann::json> found;
    for (const int candidates : {0, 1, 20, 120}) {
        const CommandResult result = optimize(with(words, {std::to_string(candidates)}), directory);
        INFO(result.output);
        REQUIRE(result.status == 0);
        found[candidates] = nlohmann::json::parse(std::ifstream(directory / "mapping.json"));
        CHECK(found[candidates]["cycles"] == found[0]["cycles"]); // all are as good in these
        if (candidates == 0) {
            CHECK_THAT(result.output, Catch::Contains("exact cycles are not known"));
        } else {
            check_proof(result.output, "cycles");
            check_exact(found[candidates], "cycles");
        }
    }
    CHECK(!found[0].contains("exact_cycles"));
    CHECK(found[0]["optimal"] == false);
    CHECK(found[20]["exact_cycles"] <= found[1]["exact_cycles"]);
    CHECK(found[120]["exact_cycles"] < found[1]["exact_cycles"]);
    // Groups have hardware, too.
    std::vector<std::string> grouped = with(words, {"2"});
    grouped[1] = "K=12 C=12 OY=6 OX=6 FY=3 FX=3 groups=6";
    REQUIRE(optimize(grouped, directory).status == 0);
    check_exact(nlohmann::json::parse(std::ifstream(directory / "mapping.json")), "cycles");
    // A layer without hardware is an error, if there is to be hardware.
    std::vector<std::string> large = with(words, {"2"});
    large[1] = "N=4096 K=1024 C=1024 OY=32 OX=32";
    const CommandResult result = optimize(large, directory);
    CHECK(result.status == 1);
    CHECK_THAT(result.output, Catch::Contains("the input has 4.29e+09 elements"));
    large.back() = "0";
    CHECK(optimize(large, directory).status == 0);
    fs::remove_all(directory);
}

TEST_CASE("orrery optimize chooses the hardware", "[sim]") {
    const fs::path directory = fresh_directory("optimize_resources");
    const std::string lists = ORRERY_SOURCE_DIR "/data/hardware/search-45nm.json";
    const std::vector<std::string> words = {"--layer", "K=16 C=16 OY=8 OX=8 FY=3 FX=3",
                                            "--hardware", lists};
    const auto mapping = [&](const char *file) {
        return nlohmann::json::parse(std::ifstream(directory / file));
    };
    const CommandResult free = optimize(words, directory);
    INFO(free.output);
    REQUIRE(free.status == 0);
    CHECK_THAT(free.output, Catch::Contains("hardware: ") && Catch::Contains("60 hardware: ") &&
                                Catch::Contains("optimal: the search was exhausted"));
    const auto best = mapping("mapping.json");
    const double area = best["area_mm2"];
    check_exact(best, "energy");
    // The hardware that was chosen, alone, has the same mapping.
    REQUIRE(
        optimize(with(words, {"--candidates", "1", "--json", "first.json"}), directory).status ==
        0);
    std::ofstream(directory / "chosen.json") << mapping("first.json")["hardware_description"];
    std::vector<std::string> alone = words;
    alone.back() = (directory / "chosen.json").string();
    REQUIRE(
        optimize(with(alone, {"--candidates", "1", "--json", "alone.json"}), directory).status ==
        0);
    CHECK(mapping("alone.json") == mapping("first.json"));
    CHECK(mapping("alone.json")["energy_pj"] == best["energy_pj"]);
    CHECK(mapping("alone.json")["exact_cycles"] >= best["exact_cycles"]);
    // Less area costs more energy.
    const CommandResult less = optimize(
        with(words, {"--area", fmt::format("{}", area * 0.9), "--threads", "3"}), directory);
    INFO(less.output);
    REQUIRE(less.status == 0);
    CHECK_THAT(less.output, Catch::Contains("larger than "));
    CHECK(mapping("mapping.json")["area_mm2"] < area);
    CHECK(mapping("mapping.json")["energy_pj"] > best["energy_pj"]);
    const auto check_error = [&](const std::vector<std::string> &more, const char *text) {
        const CommandResult result = optimize(with(words, more), directory);
        INFO(result.output);
        CHECK(result.status == 1);
        CHECK_THAT(result.output, Catch::Contains(text));
    };
    check_error({"--area", "0.01"}, "the smallest hardware takes 0.16");
    check_error({"--area", "0"}, "--area 0: expected an area");
    check_error({"--fix", "spatial C=8+K=8 OX=8"}, "none of 60 hardware has a mapping; --fix "
                                                   "spatial: 512 iterations do not fit");
    check_error(interstellar, "lists describe 60 hardware");
    CHECK(optimize({"--layer", "K=16 C=16", "--hardware", hardware, "--area", "1"}, directory)
              .output.find("array.area_mm2 is missing") != std::string::npos);
    fs::remove_all(directory);
}

TEST_CASE("orrery optimize finds the front", "[sim]") {
    const fs::path directory = fresh_directory("optimize_front");
    const std::string lists = ORRERY_SOURCE_DIR "/data/hardware/search-45nm.json";
    const std::vector<std::string> words = {
        "--layer", "K=16 C=16 OY=8 OX=8 FY=3 FX=3", "--hardware", lists, "--objective", "pareto"};
    std::vector<std::string> texts;
    for (const char *threads : {"1", "3"}) {
        fs::create_directories(directory / "pareto");
        std::ofstream(directory / "pareto" / "mapping-1.json") << "old";
        const CommandResult result = optimize(with(words, {"--threads", threads}), directory);
        INFO(result.output);
        REQUIRE(result.status == 0);
        CHECK_THAT(result.output, Catch::Contains("all that there are"));
        std::string text;
        const auto front = nlohmann::json::parse(std::ifstream(directory / "pareto/front.json"));
        CHECK(front["complete"] == true);
        REQUIRE(front["points"].size() > 5);
        for (const auto &point : front["points"]) {
            const auto mapping = nlohmann::json::parse(
                std::ifstream(directory / "pareto" / point["mapping"].get<std::string>()));
            for (const char *cost : {"energy_pj", "cycles", "exact_cycles", "area_mm2"}) {
                CHECK(mapping[cost] == point[cost]);
            }
            CHECK(point["exact_cycles"] >= point["cycles"]);
            CHECK(!mapping.contains("optimal"));
            text += mapping.dump();
        }
        texts.push_back(text + front.dump());
        const size_t points = front["points"].size();
        CHECK(size_t(std::distance(fs::directory_iterator(directory / "pareto"), {})) ==
              points + 2);
        // Point 1 of the objectives alone is in the front.
        for (const char *objective : {"energy", "cycles"}) {
            REQUIRE(optimize({"--layer", words[1], "--hardware", lists, "--objective", objective,
                              "--candidates", "0"},
                             directory)
                        .status == 0);
            const auto best = nlohmann::json::parse(std::ifstream(directory / "mapping.json"));
            CHECK(std::any_of(front["points"].begin(), front["points"].end(), [&](const auto &p) {
                return p["energy_pj"] == best["energy_pj"] && p["cycles"] == best["cycles"] &&
                       p["area_mm2"] == best["area_mm2"];
            }));
        }
    }
    CHECK(texts[0] == texts[1]);
    // A shorter front leaves no mapping of the longer one behind.
    REQUIRE(optimize(with(words, {"--area", "0.17"}), directory).status == 0);
    const auto front = nlohmann::json::parse(std::ifstream(directory / "pareto/front.json"));
    CHECK(size_t(std::distance(fs::directory_iterator(directory / "pareto"), {})) ==
          front["points"].size() + 2);
    const CommandResult late = optimize(with(words, {"--seconds", "1e-9"}), directory);
    CHECK(late.status == 1);
    CHECK_THAT(late.output, Catch::Contains("time was over before a point was found"));
    CHECK(optimize(with(words, {"--json", "x.json"}), directory).output.find("use --directory") !=
          std::string::npos);
    fs::remove_all(directory);
}

TEST_CASE("mistakes in orrery optimize exit with 1 and name the remedy", "[sim]") {
    const fs::path directory = fresh_directory("optimize_errors");
    const auto check_error = [&](std::vector<std::string> words, const char *text) {
        words.insert(words.end(), {"--hardware", hardware});
        const CommandResult result = optimize(words, directory);
        CHECK(result.status == 1);
        CHECK_THAT(result.output, Catch::Contains(text));
        CHECK(!fs::exists(directory / "mapping.json"));
    };
    check_error({}, "with one of --layer, --workload and --problem");
    check_error({"--layer", "K=2", "--workload", "alexnet/conv3"}, "with one of --layer");
    check_error({"--layer", "K=2 L=3"}, "unknown name L");
    check_error({"--layer", "K=2", "--batch", "4"}, "say N=4");
    check_error({"--workload", "alexnet/conv9"}, "layers of this network are conv1 conv2");
    check_error({"--workload", "alexnot/conv1"}, "networks are alexnet");
    check_error({"--layer", "K=2", "--cost-model", "other"}, "expected interstellar or orrery");
    for (const char *objective : {"cycles", "edp"}) {
        check_error(with({"--layer", "K=2", "--objective", objective}, interstellar),
                    "knows no time; use --objective energy");
    }
    check_error({"--layer", "K=2", "--objective", "area"},
                "expected one of pareto, cycles, edp, energy");
    check_error({"--layer", "K=2", "--directory", "d"}, "belongs to --objective pareto");
    check_error({"--layer", "K=2", "--candidates", "-1"}, "expected a number from 0");
    check_error({"--layer", "K=2", "--candidates", "10001"}, "expected a number from 0");
    check_error(with({"--layer", "K=2", "--candidates", "3"}, interstellar), "knows no time");
    check_error({"--layer", "K=2", "--candidates", "3", "--objective", "pareto"},
                "hardware is made of every point");
    check_error(with({"--layer", "K=2", "--objective", "pareto"}, interstellar), "knows no time");
    check_error({"--layer", "K=16 C=16", "--fix", "DRAM keeps input"}, "DRAM keeps the output");
    check_error({"--layer", "K=32 C=32 FX=200 FY=200", "--fix", "spatial C=16 K=16", "--fix",
                 "SRAM FX=1 FY=1 C=1 K=1", "--fix", "DRAM FX=1 FY=1 C=1 K=1"},
                "no tiles fit into the memories");
    check_error({"--layer", "K=2", "--fix", "spatial K=3"}, "K has 2 iterations, less than 3");
    check_error({"--layer", "K=2", "--fix", "SRAN K=3"}, "RF, SRAM, DRAM");
    check_error({"--layer", "K=2"}, "no loops use 75 % of each axis");
    check_error(with({"--layer", "K=2"}, interstellar), "no loops use 75 % of each axis");
    check_error(with({"--layer", "K=16 C=16"}, interstellar), "no tile fills SRAM");
    const CommandResult missing =
        optimize({"--layer", "K=2", "--hardware", "none.json"}, directory);
    CHECK(missing.status == 1);
    CHECK_THAT(missing.output, Catch::Contains("none.json: cannot be read"));
    fs::remove_all(directory);
}
