#include "hwgen/frontend/identifiers.h"

#include "hwgen/frontend/expressions.h"

#include <cctype>

namespace Orrery::frontend {

std::string Identifiers::claim(const std::string &halide_name) {
    std::string name = user_name(halide_name);
    for (char &c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) {
            c = '_';
        }
    }
    return claim_exactly(name);
}

std::string Identifiers::claim_exactly(const std::string &name) {
    std::string candidate = name;
    for (int n = 2; !taken.insert(candidate).second; n++) {
        candidate = name + "_" + std::to_string(n);
    }
    return candidate;
}

} // namespace Orrery::frontend
