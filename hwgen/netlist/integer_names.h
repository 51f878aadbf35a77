#pragma once
#include "hwgen/netlist/netlist.h"

#include <set>

namespace Orrery::netlist {

/// Adds the genvars and localparams that occur in an expression, or in the items of a scope.
void collect_names(const Integer &e, std::set<std::string> &names);
void collect_names(const Value &v, std::set<std::string> &names);
void collect_names(const std::vector<Item> &items, std::set<std::string> &names);

} // namespace Orrery::netlist
