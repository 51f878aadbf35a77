#pragma once
#include "hwgen/interpreter/access_plan.h"
#include "hwgen/interpreter/interpreter.h"

#include <memory>

namespace Orrery::interpreter {

/// Walks the runs of a descriptor and gives their elements one by one.
class DescriptorWalker {
public:
    DescriptorWalker(const hwir::ExprPool &pool, const hwir::Descriptor &descriptor);

    /// Element offset of the next element; std::nullopt at the end.
    std::optional<int64_t> next();
    int64_t runs() const { return run_count; }

private:
    const hwir::Descriptor &descriptor;
    std::vector<int64_t> coefficients; ///< of the start
    int64_t offset;
    std::vector<std::unique_ptr<LaneProgram>> extents; ///< per loop
    LaneProgram run_program;                           ///< length, base if any, conditions
    std::vector<int64_t> counters, limits;
    int64_t element = 0, left = 0, run_count = 0;
    bool started = false, ended = false;

    size_t enter(size_t depth);
    std::optional<size_t> increment(size_t depth);
    bool advance();
    void open_run();
};

/// Serves one access of a process from its stream, and checks that the stream brings what the
/// access asks for.
class StreamCheck {
public:
    StreamCheck(const hwir::Design &design, int stream);

    /// The enabled lanes of `plan` take or give their elements at this point. Throws Failure.
    void move(const AccessPlan &plan, const Mask &mask);
    /// Throws Failure if elements are left.
    void check_end();

    StreamStatistics statistics() const { return {elements, walker.runs()}; }

private:
    const hwir::Stream &stream;
    DescriptorWalker walker;
    std::vector<int64_t>
        first_lane; ///< per position of the stream: the lane with the other lane loops at 0
    std::vector<int64_t> position_of; ///< per lane
    int64_t elements = 0;

    void check_shared(const AccessPlan &plan, const Mask &mask) const;
};

} // namespace Orrery::interpreter
