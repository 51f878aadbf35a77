#pragma once
#include "hwgen/lower/datapath.h"
#include "hwgen/lower/process.h"

#include <functional>
#include <map>

namespace Orrery::lower {

/// The module of a process while it is being built. The steps run in the order of their
/// declaration; each leaves what the next ones need. Cycle numbers count from the issue of a point:
/// 0 = the sequencer presents it, 1 = operands from memories arrive, result_cycle = the stored
/// value (or the increment of an accumulation) is there.
///
/// In an array with links a lane is hwir::hops cycles later than that, in all it does
/// (docs/architecture.md, Systolic arrays): the address of an element that lanes have for
/// themselves is delayed, an element that they share moves from lane to lane.
class ProcessState {
public:
    ProcessState(Build &build, int process_number);
    ProcessModule run();

private:
    /// A value of the datapath that is there in cycle 1 (an initial value's: `late` cycles later):
    /// per flat position of some net.
    struct Operand {
        std::string name;
        hwir::ExprId leaf;
        hwir::Type type;
        netlist::Value vector;                          ///< elements of type.bits
        std::vector<int64_t> positions;                 ///< per lane of `lane_space`
        netlist::Integer formula;                       ///< the same as a formula, or null
    };

    /// A value on its way to the stored element, one per output lane.
    struct Payload {
        std::string name;
        hwir::ExprId leaf; ///< stands for it in the update function
        hwir::Type type;
        netlist::Value vector; ///< per output lane
        int cycle = 1;         ///< in which it is there
    };

    // Issue
    void add_sequencer();
    void add_tokens();
    void add_token(int buffer, bool writer, int phase);
    /// An early reader waits at this point for the rest of the generation, or for its elements.
    netlist::Value waits_for_elements(const hwir::Buffer &buffer, const hwir::TokenUse &use,
                                      const TokenPort &port, const netlist::Value &leave);
    void add_enables();
    void release_buffers();
    void finish_issue();

    // Operands
    void add_loads();
    /// The operands go to `to`; those of the initial value are `late` cycles behind the others, and
    /// of output lanes only.
    void add_buffer_port(int read_port, const hwir::Buffer &buffer, std::vector<Operand> &to,
                         int late);
    void add_stream_load(int stream, std::vector<Operand> &to, int late);
    void add_lane_operand(hwir::ExprId e, const std::string &name, std::vector<Operand> &to,
                          int late);
    void add_initial_operands(const std::vector<hwir::ExprId> &leaves, int late);
    /// The largest subexpressions that are known at issue, without constants; and the loads.
    std::vector<hwir::ExprId> leaves_of(const std::vector<hwir::ExprId> &roots) const;
    bool is_initial_only(int load) const;
    bool is_initial_only(const hwir::ReadPort &port) const;
    static const Operand *operand_of(const std::vector<Operand> &operands,
                                     hwir::ExprId leaf); ///< null: not there

    // Computation
    std::vector<hwir::ExprId> element_values() const;
    void add_elements();
    void mask_lanes(Payload &value);
    void add_reductions();
    void add_initial_value();

    // Result
    void add_store();
    void add_buffer_write();
    void add_accumulation();
    void add_update_function(const AccessMap &map, const hwir::Buffer &buffer,
                             const std::vector<int> &cycles,
                             const std::vector<netlist::Value> &amounts, const netlist::Value &old,
                             const netlist::Value &fresh);
    hwir::ExprId update_expression(const hwir::Buffer &buffer, std::vector<DatapathInput> &inputs);
    void add_stream_store();
    void commit(int buffer, int cycle);
    void add_progress(int buffer, int cycle, const std::string &prefix);
    void count_writes(int buffer, const netlist::Value &mask, const netlist::Value &write, int lanes);
    netlist::Value widened(const Payload &payload, int bits);
    netlist::Value constant_ones(int width);
    netlist::Value as_net(netlist::Value v, const std::string &name);

    // Skew
    /// The value for each bank of the map, so many cycles later. A line with different delays drives `target` itself, if given.
    netlist::Value copies(netlist::Value v, const std::vector<int> &cycles, const AccessMap &map,
                          const std::string &name, bool reset = false, const netlist::Value &target = nullptr);
    /// Assigns a value that does not drive the target already.
    void drive(const netlist::Value &target, const netlist::Value &v);
    void add_skews();
    /// Elements of `width` bits, each so many cycles later.
    netlist::Value skewed(netlist::Value vector, int width, const std::vector<int> &cycles,
                          const std::string &name, bool reset = false);
    /// Gives every lane of `space` its element when its turn comes. `arrival`: cycles by which an
    /// element is late already.
    void align(Operand &operand, std::vector<int> arrival, const LaneSpace &space);
    int hops(const LaneSpace &space, int64_t lane) const;
    /// Cycles by which each bank of a port is accessed later.
    std::vector<int> read_hops(const AccessMap &map, size_t accesses, const LaneSpace &space) const;
    std::vector<int> store_hops(const AccessMap &map) const;
    /// Lets all lanes have their result in the same cycle, that of the last one.
    void level_results();
    /// Delays the results to the cycles of their banks and gives these, counted from result_cycle.
    std::vector<int> meet_banks(const AccessMap &map);

    // Counters
    void add_counters();
    void add_event_counters();
    void add_delays();

    // Helpers
    /// The value some cycles later; narrow ones share a delay line.
    netlist::Value delayed(netlist::Value v, int cycles, const std::string &name, bool reset = false);
    netlist::Value loop_bit(const netlist::Value &vector, int i) const { return netlist::bit(vector, netlist::integer(i)); }
    /// sum(coefficient x serial counter) + offset + rest at the presented point, modulo 2^width of the type.
    netlist::Value counter_sum(const std::vector<int64_t> &coefficients, int64_t offset, hwir::ExprId rest,
                           hwir::Type type, const std::string &name);
    /// Word address of each bank, delayed by `cycles`; equal ones where the map rotates. `target`: see copies.
    netlist::Value addresses(const AccessMap &map, const hwir::Buffer &buffer,
                             const std::string &name, const std::vector<int> &cycles,
                             std::vector<netlist::Value> &amounts, const netlist::Value &target = nullptr);
    netlist::Value rotated(const AccessMap &map, netlist::Value data, int width,
                           const std::vector<netlist::Value> &amounts, bool inverse,
                           const std::string &name);
    /// The one value along a dimension goes to all of its banks: the mask alone picks the one that takes it.
    netlist::Value copied_to_banks(const AccessMap &map, const PortDimension &dim, netlist::Value data,
                                   int width, const std::string &name);
    std::vector<netlist::Value> rotation_amounts(const AccessMap &map, const std::string &name,
                                                 int cycles);
    /// Place in the circle of dimension d at the point that is issued.
    netlist::Value circle_place(const AccessMap &map, size_t d, const std::string &name);
    /// sum(coefficient x counter) + base, in `width` bits or modulo `modulus`, by an address generator if a counter counts.
    netlist::Value affine_sum(const std::vector<int64_t> &coefficients, int64_t base, int width, int64_t modulus,
                              const std::string &name);
    /// Banks (wide words) that any lane of the port's accesses reaches at this point; null: all.
    netlist::Value touched_banks(const AccessMap &map, size_t accesses,
                                 const std::vector<netlist::Value> &amounts, const std::string &name);
    /// Lets the lanes have the operand at their turns. `arrival`: see align.
    void add_operand(Operand operand, const std::vector<int> &arrival, std::vector<Operand> &to);
    /// Checks the formula of the positions, or puts the elements into the order of the lanes.
    void number_lanes(Operand &operand);
    /// The formula for output lanes: each stands for its first reduced lane.
    void drop_reduced_lanes(Operand &operand) const;
    void instantiate_lanes(const Datapath &d, const std::string &name, const LaneSpace &space,
                           const std::vector<Operand> &inputs,
                           const std::vector<std::string> &outputs,
                           const std::vector<netlist::Value> &vectors);
    static std::vector<DatapathInput> inputs_of(const std::vector<Operand> &operands);
    /// The operand's elements in the order of the lanes.
    netlist::Value spread(const Operand &operand, const LaneSpace &space, const std::string &name);
    std::vector<LaneValue> lane_conditions(const std::vector<hwir::ExprId> &conditions,
                                           const std::string &name);
    netlist::Value all_of(const std::vector<LaneValue> &conditions, const LaneSpace &space,
                          const std::string &name);
    netlist::Value enables_of(const std::vector<hwir::ExprId> &conditions, const LaneSpace &space,
                              const std::string &name);
    netlist::Value slot_of(int buffer, bool writer) const;
    /// Which elements of the port to the stored buffer any lane writes at any point.
    std::vector<bool> reached_elements(const AccessMap &map) const;
    netlist::Value place(netlist::Value per_output_lane, int width, const AccessMap &map,
                         const std::string &name);
    int stream_of(int load) const;
    std::vector<hwir::ExprId> stream_conditions(const hwir::Stream &stream);
    netlist::Value stream_bytes(const netlist::Value &enables, const LaneSpace &space, int bytes,
                                const std::string &name);
    netlist::Value first_enabled_bits(const netlist::Value &enables, const LaneSpace &space, int bits,
                                      const std::string &name);
    hwir::Type narrowed(hwir::ExprId e) const;
    void count(CounterSource::Kind kind, const std::string &name, const std::string &description,
               netlist::Value amount, int buffer = -1, const std::string &cause = "");

    Build &build;
    const hwir::Design &design;
    const int number;
    const hwir::Process &process;
    const std::vector<int> output_lanes, reduced_lanes; ///< reduced_lanes: those with links first
    const std::vector<int> linked;                      ///< lane loops with links
    const LaneSpace output_space, lane_space; ///< lane_space: output lanes first, reduced lanes fastest

    netlist::Module module;
    netlist::Scope scope;
    std::unique_ptr<Control> control;
    ProcessModule result;

    // Issue
    int loops = 0, index_width = 1;
    netlist::Value request, clear; ///< an invocation was started; ... of an idle design
    netlist::Value start;          ///< a run of the sequencer begins, one per invocation
    netlist::Value clk, rst, index, first, first_from, last_from, increment, valid, seq_enable, fire;
    netlist::Value point_enable;  ///< no lane-independent condition forbids this point
    netlist::Value lane_enable;   ///< per lane of lane_space, or null when all lanes always are
    netlist::Value output_enable; ///< per lane of output_space, or null
    std::vector<LaneValue> enabling; ///< the conditions of lane_enable
    struct Stall {
        std::string cause;
        netlist::Value wanted;
    };
    std::vector<Stall> stalls;
    /// Adds a reason for which a point is not issued.
    void wait_for(hwir::Wait wait, netlist::Value wanted);
    std::map<std::pair<int, bool>, std::vector<std::pair<netlist::Value, netlist::Value>>> delays; ///< by (cycles, reset)
    struct SkewLine {
        bool reset = false;
        std::vector<netlist::Integer> digits; ///< of a bank's number
        std::vector<std::pair<netlist::Value, netlist::Value>>
            values; ///< and the copies of each, one per bank
    };
    std::map<std::vector<int>, SkewLine> skews; ///< by cycles per bank
    std::vector<netlist::Value> counted; ///< amount per cycle, in the order of result.counters
    std::map<std::pair<int, bool>, netlist::Value> slots; ///< per (buffer, writer)
    std::map<int, int> last_read; ///< per buffer: cycle of its last bank's read
    std::map<std::string, netlist::Value> circles; ///< places in circles, by name

    // Datapath
    std::vector<Operand> operands, initial_operands;
    int result_cycle = 1;
    int element_cycle = 1;
    int last_write = 0; ///< cycles by which the last lane is written behind the first one
    bool results_level = false;
    std::vector<Payload> payloads;
};

} // namespace Orrery::lower
