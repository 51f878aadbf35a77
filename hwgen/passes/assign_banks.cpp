#include "hwgen/passes/assign_banks.h"

#include "hwgen/passes/lane_map.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::passes {
using namespace hwir;

namespace {

/// An access of a buffer and the process that makes it.
struct Use {
    const Process *process;
    const Access *access;
};

std::vector<Use> uses_of(const Design &design, int buffer) {
    std::vector<Use> uses;
    for (const Process &p : design.processes) {
        auto add = [&](const Access &a) {
            if (a.kind == MemoryKind::Buffer && a.memory == buffer) {
                uses.push_back({&p, &a});
            }
        };
        for (const Access &a : p.loads) {
            add(a);
        }
        add(p.store);
    }
    return uses;
}

bool keeps_apart(const std::vector<int64_t> &values, int64_t banks) {
    if (int64_t(values.size()) > banks) {
        return false;
    }
    std::vector<bool> taken(banks, false);
    for (int64_t v : values) {
        int64_t bank = floor_mod(v, banks);
        if (taken[bank]) {
            return false;
        }
        taken[bank] = true;
    }
    return true;
}

/// "lane loops x, r.x of acc stage 1": the lanes on which the coordinate depends.
std::string lanes_text(const ExprPool &pool, const Use &use, int dimension) {
    std::string text;
    for (int l : lane_loops(*use.process)) {
        if (depends_on(pool, use.access->indices[dimension], l)) {
            text += (text.empty() ? "" : ", ") + use.process->loops[l].name;
        }
    }
    return text;
}

/// The use with the most lanes, for messages.
const Use &widest(const ExprPool &pool, const std::vector<Use> &uses, int dimension) {
    size_t best = 0, most = 0;
    for (size_t i = 0; i < uses.size(); i++) {
        size_t lanes =
            lane_values(pool, *uses[i].process, uses[i].access->indices[dimension]).size();
        if (lanes > most) {
            best = i;
            most = lanes;
        }
    }
    return uses[best];
}

int64_t bank_count(const Design &design, const Buffer &buffer, const std::vector<Use> &uses,
                   int dimension) {
    std::vector<std::vector<int64_t>> values;
    size_t fewest = 1;
    for (const Use &use : uses) {
        values.push_back(lane_values(design.exprs, *use.process, use.access->indices[dimension]));
        fewest = std::max(fewest, values.back().size());
    }
    auto fits = [&](int64_t banks) {
        return std::all_of(uses.begin(), uses.end(),
                           [&](const Use &u) {
                               int64_t modulus = u.access->indices[dimension].modulus;
                               return modulus == 0 || banks == 1 || banks == modulus;
                           }) &&
               std::all_of(values.begin(), values.end(),
                           [&](const auto &v) { return keeps_apart(v, banks); });
    };
    for (int64_t banks = int64_t(fewest); banks <= most_banks; banks++) {
        if (fits(banks)) {
            return banks;
        }
    }
    const Use &use = widest(design.exprs, uses, dimension);
    user_error("{} (Func {}) stage {}: no number of banks up to {} along dimension {} of buffer {} "
               "(Func {}) serves all "
               "lanes of loop {} in one cycle. Unroll fewer iterations of that loop, or store the "
               "Func at the level at "
               "which it is computed so that its storage is not folded.",
               use.process->name, use.process->func, use.process->stage, most_banks, dimension,
               buffer.name, buffer.func, lanes_text(design.exprs, use, dimension));
}

/// Do all lanes of the access share the word address along the dimension?
bool shares_word(const ExprPool &pool, const Use &use, int dimension, int64_t banks) {
    if (use.access->indices[dimension].modulus != 0) {
        return false; // its banks are rows of their own
    }
    DimensionMap map = dimension_map(pool, *use.process, {use.access}, dimension, banks);
    if (map.lane_values.size() == 1) {
        return true;
    }
    // Lanes that start at a multiple of a divisor of the banks and do not reach the next one stay in one word.
    const int64_t first = map.lane_values.front(), spread = map.lane_values.back() - first;
    for (int64_t divisor = banks; divisor > spread; divisor--) {
        if (banks % divisor != 0) {
            continue;
        }
        auto residue = static_residue(pool, *use.process, use.access->indices[dimension], divisor);
        if (residue && floor_mod(*residue + first, divisor) + spread < divisor) {
            return true;
        }
    }
    return false;
}

/// Do the lanes of an array with links reach the banks of the dimension in different cycles? (Where
/// the access rotates, they are brought together first.)
bool is_skewed(const Design &design, const Use &use, int dimension,
               const std::vector<int64_t> &banks) {
    for (size_t d = 0; d < banks.size(); d++) {
        if (dimension_map(design.exprs, *use.process, {use.access}, int(d), banks[d]).rotates) {
            return false;
        }
    }
    std::vector<int> lanes = linked_lanes(*use.process);
    return std::any_of(lanes.begin(), lanes.end(), [&](int lane) {
        return depends_on(design.exprs, use.access->indices[dimension], lane);
    });
}

bool same_index(const Index &a, const Index &b) {
    return a.coefficients == b.coefficients && a.offset == b.offset && a.base == b.base &&
           a.lane_table == b.lane_table && a.modulus == b.modulus;
}

/// Do two loads read the same element in every lane?
bool same_element(const Access &a, const Access &b) {
    return a.kind == b.kind && a.memory == b.memory &&
           std::equal(a.indices.begin(), a.indices.end(), b.indices.begin(), b.indices.end(),
                      same_index);
}

void add_read_ports(Design &design, int buffer) {
    std::vector<ReadPort> ports;
    for (int i = 0; i < int(design.processes.size()); i++) {
        const Process &p = design.processes[i];
        for (int l = 0; l < int(p.loads.size()); l++) {
            const Access &load = p.loads[l];
            bool self = p.accumulation && p.accumulation->self_load == l;
            if (self || load.kind != MemoryKind::Buffer || load.memory != buffer) {
                continue;
            }
            auto shared = std::find_if(ports.begin(), ports.end(), [&](const ReadPort &port) {
                return port.process == i && same_element(p.loads[port.loads.front()], load);
            });
            if (shared != ports.end()) {
                shared->loads.push_back(l);
            } else {
                ports.push_back({i, {l}});
            }
        }
    }
    design.buffers[buffer].read_ports = std::move(ports);
}

void check_total(const Design &design, const Buffer &buffer, const std::vector<Use> &uses) {
    if (buffer.bank_count() <= most_banks) {
        return;
    }
    int largest =
        int(std::max_element(buffer.banks.begin(), buffer.banks.end()) - buffer.banks.begin());
    const Use &use = widest(design.exprs, uses, largest);
    user_error("{} (Func {}) stage {}: buffer {} (Func {}) would need {} banks, more than {}; "
               "dimension {} alone takes {} for "
               "the lanes of loop {}. Unroll fewer iterations of that loop.",
               use.process->name, use.process->func, use.process->stage, buffer.name, buffer.func,
               buffer.bank_count(), most_banks, largest, buffer.banks[largest],
               lanes_text(design.exprs, use, largest));
}

} // namespace

void assign_banks(Design &design) {
    for (int i = 0; i < int(design.buffers.size()); i++) {
        Buffer &buffer = design.buffers[i];
        std::vector<Use> uses = uses_of(design, i);
        buffer.banks.clear();
        buffer.packed.clear();
        for (int d = 0; d < int(buffer.extents.size()); d++) {
            int64_t banks = bank_count(design, buffer, uses, d);
            buffer.banks.push_back(banks);
        }
        for (int d = 0; d < int(buffer.extents.size()); d++) {
            const int64_t banks = buffer.banks[d];
            const bool together = std::all_of(uses.begin(), uses.end(), [&](const Use &u) {
                return shares_word(design.exprs, u, d, banks) &&
                       !is_skewed(design, u, d, buffer.banks);
            });
            buffer.packed.push_back(banks > 1 && together);
        }
        check_total(design, buffer, uses);
        add_read_ports(design, i);
    }
}

} // namespace Orrery::passes
