#pragma once
#include "fuzz/case.h"

#include <set>
#include <string>

namespace Orrery::fuzz {

/// The steps of a case as statements of C++; Funcs and loops are variables of their names.
std::string schedule_source(const Case &c, const std::string &output);

/// Adds the loops that the steps name: variables, and reduction variables that steps make.
void loops_of_schedule(const Case &c, std::set<std::string> &variables,
                       std::set<std::string> &reduction);

} // namespace Orrery::fuzz
