#pragma once
#include "hwgen/interpreter/bank_check.h"
#include "hwgen/interpreter/memory.h"

namespace Orrery::interpreter {

/// Executes the points of one process.
class Datapath {
public:
    Datapath(const hwir::Design &design, int process, Memory &memory);

    /// One point: all lanes load, then compute, then store. `places` holds, per ring of Memory, where
    /// the process is; `pass` counts the passes of an update of a scratch tensor. The number of
    /// enabled lanes. Throws Failure.
    int64_t execute(const std::vector<int64_t> &counters, const Places &places,
                    int64_t pass);

private:
    // Fixed.
    const hwir::Design &design;
    const hwir::Process &process;
    Memory &memory;
    int self = -1;                ///< the self load
    std::vector<int> load_stream; ///< per load: its stream, -1 for a buffer
    int store_stream = -1;
    std::vector<int>
        predicate_from; ///< per load: its first condition among the results of `conditions`
    std::vector<int64_t>
        group_of; ///< per lane: the first lane that updates the same element (accumulation)
    bool always_distinct = false; ///< no two groups store to one element

    // Programs and checks.
    std::vector<AccessPlan> loads;
    std::optional<AccessPlan> store;
    std::unique_ptr<LaneProgram> bases, conditions, value, init;
    struct Port {
        int buffer = -1;
        std::vector<int> loads; ///< empty: the store
        BankCheck check;
    };
    std::vector<Port> ports;

    // The current point.
    Mask enabled;
    int64_t current_pass = 0;
    std::vector<Mask> load_masks;
    std::vector<std::vector<int64_t>> load_values; ///< per load and lane
    /// Per load and lane: the element that was read was not written in this generation.
    std::vector<std::vector<uint8_t>> load_unwritten;
    bool some_unwritten = false; ///< any of them
    /// Per lane: such an element reaches the value. That is an error only when it comes to a tensor:
    /// stages that are rounded up compute elements that nobody needs.
    std::vector<uint8_t> unwritten;
    std::vector<int64_t> combined; ///< accumulation: per lane, what its group adds
    Mask active_groups{0};         ///< the first lanes of the groups with an enabled lane

    void find_streams(int number);
    void make_plans();
    void make_groups();
    void make_ports(int number);
    Mask narrowed(size_t from, size_t count) const;
    void find_unwritten(const LaneProgram &program);
    void load(int number, const std::vector<int64_t> &counters, const Places &places);
    void read_tensor(int number, const Mask &mask, const Places &places);
    void write_tensor(const LaneValues &values, const Mask &mask, const Places &places);
    int64_t tensor_generation(int tensor, const Places &places) const;
    size_t slot_start(int buffer, const Place &place) const;
    void read_buffer(int number, const Mask &mask, const Place &place);
    int64_t reads_of(const Port &port);
    bool is_first_visit(const std::vector<int64_t> &counters) const;
    void combine();
    void accumulate(const std::vector<int64_t> &counters, const Places &places);
    void write(const LaneValues &values, const Mask &mask, const Places &places);
    void check_distinct(const Mask &mask) const;
};

} // namespace Orrery::interpreter
