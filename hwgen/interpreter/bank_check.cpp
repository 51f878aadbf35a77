#include "hwgen/interpreter/bank_check.h"

#include "hwgen/passes/lane_map.h"

#include <fmt/format.h>

namespace Orrery::interpreter {
using passes::floor_div;
using passes::floor_mod;

BankCheck::BankCheck(const hwir::Buffer &b, std::vector<const AccessPlan *> a, std::string n)
    : buffer(b), accesses(std::move(a)), name(std::move(n)) {
    for (int d = 0; d < int(buffer.packed.size()); d++) {
        if (buffer.packed[d]) {
            packed.push_back(d);
        }
    }
    never_conflicts = lanes_alone_show_it();
}

/// One access: lanes with equal banks relative to the serial part have equal lane parts, hence
/// equal coordinates.
bool BankCheck::lanes_alone_show_it() const {
    if (accesses.size() != 1) {
        return false;
    }
    const AccessPlan &plan = *accesses.front();
    std::map<std::vector<int64_t>, std::vector<int64_t>> element_of;
    for (int64_t lane = 0; lane < plan.lanes(); lane++) {
        std::vector<int64_t> bank, element;
        for (int d = 0; d < plan.dimensions(); d++) {
            bank.push_back(floor_mod(plan.lane_part(d, lane), buffer.banks[d]));
            element.push_back(plan.lane_part(d, lane));
        }
        if (element_of.insert({bank, element}).first->second != element) {
            return false;
        }
    }
    return true;
}

void BankCheck::check(const std::vector<const Mask *> &masks) const {
    if (!never_conflicts) {
        check_words(masks);
    }
    if (!packed.empty()) {
        check_packed();
    }
}

void BankCheck::check_words(const std::vector<const Mask *> &masks) const {
    std::map<std::vector<int64_t>, std::vector<int64_t>> word_of;
    for (size_t a = 0; a < accesses.size(); a++) {
        const AccessPlan &plan = *accesses[a];
        for (int64_t lane = 0; lane < plan.lanes(); lane++) {
            if (!masks[a]->lane[lane]) {
                continue;
            }
            std::vector<int64_t> bank, word;
            for (int d = 0; d < plan.dimensions(); d++) {
                bank.push_back(floor_mod(plan.coordinate(d, lane), buffer.banks[d]));
                word.push_back(floor_div(plan.coordinate(d, lane), buffer.banks[d]));
            }
            if (word_of.insert({bank, word}).first->second != word) {
                throw Failure(
                    fmt::format("{}: bank conflict in buffer {}: bank [{}] is asked for two words",
                                name, buffer.name, fmt::join(bank, ", ")));
            }
        }
    }
}

void BankCheck::check_packed() const {
    for (const AccessPlan *plan : accesses) {
        for (int d : packed) {
            int64_t first =
                floor_div(plan->serial_part(d) + plan->least_lane_part(d), buffer.banks[d]);
            int64_t last =
                floor_div(plan->serial_part(d) + plan->largest_lane_part(d), buffer.banks[d]);
            if (first != last) {
                throw Failure(fmt::format(
                    "{}: lanes reach words {} and {} of packed dimension {} of buffer {}", name,
                    first, last, d, buffer.name));
            }
        }
    }
}

} // namespace Orrery::interpreter
