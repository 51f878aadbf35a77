#include "hwgen/lower/lower.h"
#include "hwgen/passes/pipeline.h"
#include "hwgen/support/error.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::hwir;

namespace {

/// What the lowering says to the design after `change`, which is given a buffer that has banks
/// along a dimension, and tells whether it has changed anything.
template <typename F>
std::string complaint(F change) {
    Design design = test::matrix_multiply();
    passes::run_passes(design);
    lower_design(design); // without a complaint
    for (int b = 0; b < int(design.buffers.size()); b++) {
        for (size_t d = 0; d < design.buffers[b].banks.size(); d++) {
            if (design.buffers[b].banks[d] > 1 && change(design, b, d)) {
                try {
                    lower_design(design);
                } catch (const InternalError &error) {
                    return error.what();
                }
                return "none";
            }
        }
    }
    return "no place for the change";
}

} // namespace

TEST_CASE("lanes that meet in a bank are not lowered") {
    CHECK_THAT(
        complaint([](Design &design, int b, size_t d) { return --design.buffers[b].banks[d] > 0; }),
        Catch::Contains("bank conflict in buffer"));
}

TEST_CASE("lanes of packed banks in different words are not lowered") {
    CHECK_THAT(complaint([](Design &design, int b, size_t d) {
                   for (Process &p : design.processes) {
                       for (Access &a : p.loads) {
                           if (a.kind == MemoryKind::Buffer && a.memory == b) {
                               a.indices[d].offset++; // the last lane reaches into the next word
                           }
                       }
                   }
                   return bool(design.buffers[b].packed[d]);
               }),
               Catch::Contains("in different words of its packed banks"));
}
