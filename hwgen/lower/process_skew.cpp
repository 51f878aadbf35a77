// Skew: in an array with links a lane works on a point some cycles after the first lane. Addresses,
// enables and slots go to the banks with the delays of their lanes; what lanes share moves from one
// to the next.
#include "hwgen/lower/process_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>

namespace Orrery::lower {

using namespace netlist;

namespace {

bool all_equal(const std::vector<int> &cycles) {
    return std::all_of(cycles.begin(), cycles.end(), [&](int c) { return c == cycles.front(); });
}

/// Number of the tap as a sum of multiples of digits of the bank's number; null if there is none.
Integer tap_formula(const std::vector<int> &cycles, const std::vector<Integer> &digits) {
    Integer sum = integer(0);
    for (const Integer &digit : digits) {
        for (size_t b = 0; b < cycles.size(); b++) { // the bank with a 1 in this digit only
            bool unit = true;
            for (const Integer &d : digits) {
                unit = unit &&
                       evaluate(d, {{"bank", static_cast<int64_t>(b)}}) == (&d == &digit ? 1 : 0);
            }
            sum = unit ? sum + digit * integer(cycles[b]) : sum;
        }
    }
    for (size_t b = 0; b < cycles.size(); b++) {
        if (evaluate(sum, {{"bank", static_cast<int64_t>(b)}}) != cycles[b]) {
            return nullptr;
        }
    }
    return sum;
}

std::vector<int> less(std::vector<int> cycles, int amount) {
    for (int &c : cycles) {
        c -= amount;
    }
    return cycles;
}

} // namespace

int ProcessState::hops(const LaneSpace &space, int64_t lane) const {
    return hwir::hops(process, space.counters(lane));
}

Value ProcessState::copies(Value v, const std::vector<int> &cycles, const AccessMap &map,
                           const std::string &name, bool reset, const Value &target) {
    const int count = static_cast<int>(cycles.size()),
              soonest = *std::min_element(cycles.begin(), cycles.end());
    if (v->op == ValueOp::Constant || all_equal(cycles)) {
        v = delayed(v, soonest, name, reset);
        return count == 1 ? v : repeat(count, v);
    }
    v = delayed(as_net(v, name + "_now"), soonest, name + "_first", reset);
    Value all = target ? target : scope.net(name, count * v->width);
    SkewLine &line = skews[less(cycles, soonest)];
    line.reset = line.reset || reset;
    line.digits = map.bank_digits(integer_name("bank"));
    line.values.push_back({v, all});
    return all;
}

void ProcessState::drive(const Value &target, const Value &v) {
    if (v != target) {
        scope.assign(target, v);
    }
}

/// Values with the same delays share a line; each bank takes them at its tap.
void ProcessState::add_skews() {
    int n = 0;
    for (const auto &[cycles, shared] : skews) {
        const std::string name = fmt::format("skew{}", n++);
        std::vector<Value> inputs; // most significant first
        int width = 0;
        for (const auto &[value, per_bank] : shared.values) {
            inputs.insert(inputs.begin(), value);
            width += value->width;
        }
        const int taps = *std::max_element(cycles.begin(), cycles.end()) + 1,
                  banks = static_cast<int>(cycles.size());
        Value line = scope.net(name, taps * width);
        scope.instance(
            "u_" + name, templates::tapped_line(width, taps, shared.reset),
            {{"clk_i", clk}, {"rst_i", rst}, {"data_i", concat(inputs)}, {"data_o", line}});
        const Integer tap = tap_formula(cycles, shared.digits);
        for (int b = 0; b < (tap ? 1 : banks); b++) {
            Scope body = tap ? scope.generate("gen_" + name, "bank", banks) : scope;
            const Integer bank = tap ? integer_name("bank") : integer(b);
            const Integer at = (tap ? tap : integer(cycles[b])) * integer(width);
            int64_t lsb = 0;
            for (const auto &[value, per_bank] : shared.values) {
                const int bits = value->width;
                body.assign(slice(per_bank, bank * integer(bits), bits),
                            slice(line, at + integer(lsb), bits));
                lsb += bits;
            }
        }
    }
}

Value ProcessState::skewed(Value vector, int width, const std::vector<int> &cycles,
                           const std::string &name, bool reset) {
    if (all_equal(cycles)) {
        return delayed(vector, cycles.front(), name, reset);
    }
    Value all = scope.net(name, vector->width);
    scope.instance("u_" + name, templates::skewed_lanes(width, cycles, reset),
                   {{"clk_i", clk}, {"rst_i", rst}, {"data_i", vector}, {"data_o", all}});
    return all;
}

void ProcessState::align(Operand &operand, std::vector<int> arrival, const LaneSpace &space) {
    if (linked.empty()) {
        return;
    }
    const int bits = operand.type.bits, elements = operand.vector->width / bits;
    const int64_t lanes = lane_space.count(),
                  per_lane = lanes / space.count(); // the lanes of `space` vary slowest
    arrival.resize(elements, 0);
    std::vector<int> needed(elements, -1); // when the first lane takes the element
    for (int64_t lane = 0; lane < lanes; lane++) {
        int &soonest = needed[operand.positions[lane]];
        const int turn = hops(space, lane / per_lane);
        soonest = soonest < 0 ? turn : std::min(soonest, turn);
    }
    std::vector<int> wait(elements, 0);
    for (int e = 0; e < elements; e++) {
        wait[e] = needed[e] < 0 ? 0 : needed[e] - arrival[e];
        ORRERY_CHECK(wait[e] >= 0, "{}: {} arrives behind its turn", process.name, operand.name);
    }
    operand.vector = skewed(operand.vector, bits, wait, operand.name + "_skewed");
    std::vector<int> moves(lanes); // from the lane that takes the element first
    for (int64_t lane = 0; lane < lanes; lane++) {
        moves[lane] = hops(space, lane / per_lane) - needed[operand.positions[lane]];
    }
    const int most = *std::max_element(moves.begin(), moves.end());
    if (most == 0) {
        return;
    }
    Value line = scope.net(operand.name + "_moving", (most + 1) * operand.vector->width);
    scope.instance("u_" + operand.name + "_moving",
                   templates::tapped_line(operand.vector->width, most + 1, false),
                   {{"clk_i", clk}, {"rst_i", rst}, {"data_i", operand.vector}, {"data_o", line}});
    operand.vector = line;
    Integer formula = integer(0);
    std::vector<int> along; // loops along which it moves by one link per lane
    for (int loop : linked) {
        std::vector<int64_t> next(process.loops.size(), 0);
        next[loop] = 1;
        if (process.loops[loop].max_extent > 1 && moves[lane_space.flat_index(next)] == 1) {
            along.push_back(loop);
            formula = formula + integer_name(lane_space.localparam(loop));
        }
    }
    bool regular = operand.formula != nullptr;
    for (int64_t lane = 0; lane < lanes; lane++) {
        int64_t sum = 0;
        for (int loop : along) {
            sum += lane_space.counters(lane)[loop];
        }
        regular = regular && sum == moves[lane];
        operand.positions[lane] += static_cast<int64_t>(moves[lane]) * elements;
    }
    operand.formula = regular ? operand.formula + formula * integer(elements) : nullptr;
}

std::vector<int> ProcessState::read_hops(const AccessMap &map, size_t accesses,
                                         const LaneSpace &space) const {
    std::vector<int> hop(map.banks(), -1);
    if (map.rotates()) { // lane and bank meet behind the rotator: the data is delayed there
        return std::vector<int>(map.banks(), 0);
    }
    for (size_t j = 0; j < accesses; j++) {
        for (int64_t lane = 0; lane < space.count(); lane++) {
            int &soonest =
                hop[map.position(static_cast<int>(j), space.counters(lane)) / map.pack()];
            soonest = soonest < 0 ? hops(space, lane) : std::min(soonest, hops(space, lane));
        }
    }
    for (int &h : hop) {
        h = std::max(h, 0); // a bank without a lane
    }
    return hop;
}

std::vector<int> ProcessState::store_hops(const AccessMap &map) const {
    std::vector<int> hop(map.banks(), -1);
    for (int64_t lane = 0; lane < output_space.count() && !results_level; lane++) {
        int &last = hop[map.position(0, output_space.counters(lane)) / map.pack()];
        last = std::max(last, hops(output_space, lane));
    }
    // What no lane reaches is written along with the first element that one does (write_enables of the top).
    auto reached = std::find_if(hop.begin(), hop.end(), [](int h) { return h >= 0; });
    std::replace(hop.begin(), hop.end(), -1, reached == hop.end() ? 0 : int(*reached));
    return hop;
}

void ProcessState::level_results() {
    if (results_level) {
        return;
    }
    results_level = true;
    const int last = hops(output_space, output_space.count() - 1);
    std::vector<int> wait;
    for (int64_t lane = 0; lane < output_space.count(); lane++) {
        wait.push_back(last - hops(output_space, lane));
    }
    for (Payload &p : payloads) {
        p.vector = skewed(p.vector, p.type.bits, wait, p.name + "_level");
    }
    result_cycle += last;
}

} // namespace Orrery::lower
