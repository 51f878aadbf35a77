// Every dataflow of a convolution: hardware IR in the interpreter, then Verilog, against Halide.
//
// ORRERY_MATRIX=all runs the whole product; ORRERY_KIND=text keeps the cases whose name contains
// the text; ORRERY_INTERPRET=1 leaves the Verilog out. ORRERY_FROM=n starts at case n, where a run
// was interrupted.
#include "hwgen/support/error.h"
#include "tests/dataflows/cases.h"
#include "tests/dataflows/layer_run.h"
#include "tests/dataflows/rate.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace fs = std::filesystem;
using namespace Orrery;
using test::MatrixCase;

namespace {

/// Seconds since the last call.
double lap() {
    static auto last = std::chrono::steady_clock::now();
    auto now = std::chrono::steady_clock::now();
    double seconds = std::chrono::duration<double>(now - last).count();
    last = now;
    return seconds;
}

/// Everything but the CPU reference, which is not needed here.
void write_design(const Orrery::Design &design, const fs::path &directory) {
    for (const auto &[path, text] : design.files()) {
        fs::create_directories((directory / path).parent_path());
        std::ofstream(directory / path, std::ios::binary) << text;
    }
}

/// Compiles, builds and runs cases; collects what goes wrong.
class MatrixRun {
public:
    MatrixRun(fs::path directory, bool interpret_only)
        : directory_(std::move(directory)), interpret_only_(interpret_only) {}

    /// As many designs share a library, and the disk, as one compiler run is good for.
    void run(const std::vector<MatrixCase> &cases, size_t from) {
        constexpr size_t designs_per_library = 72;
        for (size_t first = from; first < cases.size(); first += designs_per_library) {
            const size_t last = std::min(first + designs_per_library, cases.size());
            designs_.clear();
            fs::remove_all(directory_);
            compile({cases.begin() + ptrdiff_t(first), cases.begin() + ptrdiff_t(last)});
            if (!interpret_only_) {
                simulate();
            }
            std::cout << last << " of " << cases.size() << " cases, " << passed_ << " passed, "
                      << failures_.size() << " failures" << std::endl;
        }
    }

    const std::vector<std::string> &failures() const { return failures_; }

private:
    struct Entry {
        MatrixCase from;
        sim::DesignDescription description;
    };

    void compile(const std::vector<MatrixCase> &cases) {
        designs_.reserve(cases.size()); // the builds keep addresses
        for (const MatrixCase &c : cases) {
            guard(c, [&] {
                Orrery::Design design = test::compile_layer(c.layer, c.dataflow);
                check(c, test::interpret(design, test::data_of(c.layer),
                                         dataflows::least_cycles(c.layer, c.dataflow)));
                write_design(design, directory_ / c.name);
                designs_.push_back({c, sim::read_design(directory_ / c.name)});
            });
        }
        std::cout << designs_.size() << " designs compiled and interpreted in " << lap() << " s\n";
    }

    void simulate() {
        std::vector<const sim::DesignDescription *> descriptions;
        for (const Entry &entry : designs_) {
            descriptions.push_back(&entry.description);
        }
        sim::BuildOptions options;
        options.quick = true;
        const std::vector<sim::Model> models =
            sim::build_models(descriptions, directory_ / "models", options);
        std::cout << "built in " << lap() << " s\n";
        for (size_t i = 0; i < designs_.size(); i++) {
            guard(designs_[i].from, [&] { simulate(designs_[i], models[i]); });
        }
        std::cout << "simulated in " << lap() << " s\n";
    }

    void simulate(const Entry &entry, const sim::Model &model) {
        const MatrixCase &c = entry.from;
        const size_t failed = failures_.size();
        sim::Result result;
        check(c, test::simulate(entry.description, model, test::data_of(c.layer), result));
        const test::Rate rate(c.layer, c.dataflow, entry.description, result);
        std::cout << fmt::format("{:24} {}\n", c.name, rate.text());
        check(c, rate.fault());
        passed_ += failures_.size() == failed ? 1 : 0;
    }

    void check(const MatrixCase &c, const std::string &fault) {
        if (!fault.empty()) {
            failures_.push_back(c.name + ": " + fault);
            std::cout << failures_.back() << "\n";
        }
    }

    /// Calls `f`; whatever it throws is a failure of the case.
    template <typename F>
    void guard(const MatrixCase &c, F f) {
        try {
            f();
        } catch (const std::exception &error) {
            check(c, error.what());
        } catch (const Halide::Error &error) {
            check(c, error.what());
        }
    }

    fs::path directory_;
    bool interpret_only_;
    size_t passed_ = 0; ///< in Verilog
    std::vector<Entry> designs_;
    std::vector<std::string> failures_;
};

} // namespace

TEST_CASE("every dataflow is bit-exact and keeps its array busy") {
    const bool all = std::getenv("ORRERY_MATRIX") != nullptr;
    std::vector<MatrixCase> cases = test::matrix_cases(all);
    if (const char *filter = std::getenv("ORRERY_KIND")) {
        cases.erase(std::remove_if(cases.begin(), cases.end(),
                                   [&](const MatrixCase &c) {
                                       return c.name.find(filter) == std::string::npos;
                                   }),
                    cases.end());
    }
    REQUIRE(!cases.empty());
    lap();
    MatrixRun matrix(all ? fs::path(ORRERY_BINARY_DIR) / "dataflows_all" : fs::path(ORRERY_DESIGN_DIR) / "dataflows",
                     std::getenv("ORRERY_INTERPRET") != nullptr);
    const char *from = std::getenv("ORRERY_FROM");
    matrix.run(cases, from ? size_t(std::atoi(from)) : 0);
    for (const std::string &failure : matrix.failures()) {
        FAIL_CHECK(failure);
    }
}
