#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::interpreter {

/// Values of one expression in all lanes; `stride` is 0 where all lanes have the same value.
struct LaneValues {
    const int64_t *data = nullptr;
    int stride = 0;
    int64_t operator[](int64_t lane) const { return data[stride * lane]; }
};

/// Several expressions of one process, compiled to a list of operations on vectors of all lanes. An
/// operation that depends on no lane is computed once. Independent of the pool once it is built;
/// not copyable, since results are pointers into it.
class LaneProgram {
public:
    /// With `lanes` false the expressions must not refer to lane counters or loads, and each has a
    /// single value.
    LaneProgram(const hwir::ExprPool &pool, const std::vector<hwir::Loop> &loops,
                const std::vector<hwir::ExprId> &roots, bool lanes);
    LaneProgram(const LaneProgram &) = delete;

    /// Computes all roots; `counters` holds the serial counters at their loops, `loads` the values
    /// of the loads used.
    void run(const std::vector<int64_t> &counters,
             const std::vector<std::vector<int64_t>> &loads = {});

    /// Result of root i after run().
    const LaneValues &result(size_t i) const { return registers[roots[i]].values; }

    /// Per lane, after run(): whether a value that is marked reaches the result of root i. What a
    /// select leaves out does not, nor what the other operand of a logical operation decides.
    /// `marked` holds 1 for such values of each load.
    std::vector<uint8_t> reached(size_t i, const std::vector<std::vector<uint8_t>> &marked) const;

private:
    struct Register {
        std::vector<int64_t> storage; ///< empty for loads
        LaneValues values;
        hwir::Type type;
    };
    struct Step {
        hwir::Op op;
        hwir::Type type;
        int target;
        std::vector<int> args;
        int64_t count; ///< values to compute
    };
    std::vector<Register> registers;
    std::vector<Step> steps;
    std::vector<std::pair<int, int>> serial_counters; ///< loop, register
    std::vector<std::pair<int, int>> load_values;     ///< load, register
    std::vector<int> roots;
    int64_t lane_count = 1;

    int add(const hwir::ExprPool &pool, const std::vector<hwir::Loop> &loops, hwir::ExprId id);
    int add_register(hwir::Type type, bool uniform);
    int add_lane_counter(const std::vector<hwir::Loop> &loops, int loop);
    void execute(const Step &step);
    void execute_any(const Step &step);
    uint8_t passes_mark(const Step &step, const std::vector<std::vector<uint8_t>> &marks,
                        int64_t lane) const;
    std::map<hwir::ExprId, int> known; ///< used while compiling only
};

} // namespace Orrery::interpreter
