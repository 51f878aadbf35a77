#include "tests/equivalence/predicted_counters.h"

#include "hwgen/lower/lower.h"
#include "hwgen/model/timeline.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

namespace Orrery::test {

using namespace optimizer;

PredictedCounters::PredictedCounters(const hwir::Design &design)
    : design_(design), prediction_(model::predict(design, lower_design(design).timing, {})) {}

void PredictedCounters::check(const HardwareAccesses &counted,
                              const std::vector<std::string> &operands, const std::string &sum,
                              const std::string &output) const {
    check_array(counted);
    for (size_t i = 0; i < operands.size(); i++) { // behind the input is the output
        check_copies(counted.copies[i == 0 ? 0 : i + 1], operands[i], sum);
    }
    check_counts(counted.sums, sum);
    check_busy(output + "_s0", counted.drain_cycles);
}

void PredictedCounters::check_array(const HardwareAccesses &counted) const {
    int arrays = 0;
    for (size_t p = 0; p < design_.processes.size(); p++) {
        if (design_.processes[p].array) {
            arrays++;
            CHECK(int64_t(prediction_.processes[p].busy) == counted.points);
            CHECK(int64_t(prediction_.processes[p].operations) == counted.operations);
        }
    }
    CHECK(arrays == 1);
}

void PredictedCounters::check_copies(const std::vector<CopyAccesses> &copies, std::string buffer,
                                     const std::string &sum) const {
    for (const CopyAccesses &copy : copies) {
        buffer += "_in_" + sum;
        check_counts(copy, buffer);
        check_busy(buffer + "_s0", copy.cycles);
    }
}

void PredictedCounters::check_counts(const CopyAccesses &counted, const std::string &buffer) const {
    INFO(buffer);
    const auto found = std::find_if(design_.buffers.begin(), design_.buffers.end(),
                                    [&](const hwir::Buffer &b) { return b.name == buffer; });
    REQUIRE(found != design_.buffers.end());
    const auto &counts = prediction_.buffers[size_t(found - design_.buffers.begin())];
    CHECK(int64_t(counts.reads) == counted.reads);
    CHECK(int64_t(counts.writes) == counted.writes);
}

void PredictedCounters::check_busy(const std::string &process, int64_t cycles) const {
    INFO(process);
    const auto found = std::find_if(design_.processes.begin(), design_.processes.end(),
                                    [&](const hwir::Process &p) { return p.name == process; });
    REQUIRE(found != design_.processes.end());
    CHECK(int64_t(prediction_.processes[size_t(found - design_.processes.begin())].busy) == cycles);
}

int from_environment(const char *name, int otherwise) {
    const char *text = std::getenv(name);
    return text ? std::atoi(text) : otherwise;
}

} // namespace Orrery::test
