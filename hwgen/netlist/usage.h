#pragma once
#include "hwgen/netlist/bit_set.h"
#include "hwgen/netlist/netlist.h"

namespace Orrery::netlist {

/// Bits [lsb +: width] of a net.
struct BitRange {
    int64_t lsb = 0;
    int width = 0;
};

struct UnreadNet {
    std::string name;
    int width = 1;
    bool is_signed = false;
    std::vector<BitRange>
        ranges; ///< not read in at least one iteration of the loops around the net
};

/// The nets and input ports with bits that nothing reads, by the item list that declares them (for
/// ports: the module's), in the order of declaration. A name that contains "unused" is not listed.
using UnreadNets = std::map<const std::vector<Item> *, std::vector<UnreadNet>>;

/// Walks a module with all iterations of its generate loops. InternalError where a name is not
/// declared before its use, a slice lies outside its net, or a bit is not driven exactly once and
/// by one kind of driver (assignment and instance, or register).
UnreadNets analyse_usage(const Module &module);

/// Checks of a module that need no iteration: names, pins and widths of instances, use of genvars
/// and localparams.
void check_structure(const Module &module);

} // namespace Orrery::netlist
