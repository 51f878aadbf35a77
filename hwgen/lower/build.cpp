#include "hwgen/lower/build.h"

#include <cctype>

namespace Orrery::lower {

using namespace netlist;

int bits_for(int64_t max) {
    int bits = 1;
    while (bits < 63 && (max >> bits) != 0) {
        bits++;
    }
    return bits;
}

int index_bits(int64_t count) { return bits_for(count - 1); }

LaneSpace::LaneSpace(const hwir::Process &p, std::vector<int> lane_loops)
    : process(p), order(std::move(lane_loops)), stride(order.size(), 1) {
    for (size_t i = order.size(); i-- > 0;) {
        stride[i] = total;
        total *= process.loops[order[i]].max_extent;
    }
}

std::vector<int64_t> LaneSpace::counters(int64_t flat) const {
    std::vector<int64_t> result(process.loops.size(), 0);
    for (size_t i = 0; i < order.size(); i++) {
        result[order[i]] = flat / stride[i] % process.loops[order[i]].max_extent;
    }
    return result;
}

int64_t LaneSpace::flat_index(const std::vector<int64_t> &counters) const {
    int64_t flat = 0;
    for (size_t i = 0; i < order.size(); i++) {
        flat += counters[order[i]] * stride[i];
    }
    return flat;
}

std::string LaneSpace::localparam(int loop) const {
    std::string name = "LANE" + std::to_string(loop) + "_";
    for (char c : process.loops[loop].name) {
        bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
        name += letter ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
    }
    return name;
}

std::vector<std::pair<std::string, Integer>>
LaneSpace::localparams(const std::string &genvar) const {
    std::vector<std::pair<std::string, Integer>> result;
    for (size_t i = 0; i < order.size(); i++) {
        Integer v = integer_name(genvar);
        if (stride[i] != 1) {
            v = v / integer(stride[i]);
        }
        if (i != 0) {
            v = v % integer(process.loops[order[i]].max_extent);
        }
        result.emplace_back(localparam(order[i]), v);
    }
    return result;
}

Integer LaneSpace::flat() const {
    Integer sum = integer(0);
    for (size_t i = 0; i < order.size(); i++) {
        sum = sum + integer_name(localparam(order[i])) * integer(stride[i]);
    }
    return sum;
}

} // namespace Orrery::lower
