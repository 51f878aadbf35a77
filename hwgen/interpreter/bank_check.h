#pragma once
#include "hwgen/interpreter/access_plan.h"

namespace Orrery::interpreter {

/// Checks that one port of a buffer can serve its accesses: one word per bank and cycle, and one
/// word address for all banks of a packed dimension. Where the lanes alone show that this always
/// holds, a point costs nothing.
class BankCheck {
public:
    /// The plans must outlive the check. `name` is used in messages.
    BankCheck(const hwir::Buffer &buffer, std::vector<const AccessPlan *> accesses,
              std::string name);

    /// The accesses have been located; `masks` belong to them. Throws Failure.
    void check(const std::vector<const Mask *> &masks) const;

private:
    const hwir::Buffer &buffer;
    std::vector<const AccessPlan *> accesses;
    std::string name;
    std::vector<int> packed; ///< packed dimensions
    bool never_conflicts = false;

    bool lanes_alone_show_it() const;
    void check_words(const std::vector<const Mask *> &masks) const;
    void check_packed() const;
};

} // namespace Orrery::interpreter
