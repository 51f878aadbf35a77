#include "hwgen/frontend/identifiers.h"

#include "hwgen/frontend/expressions.h"

#include <cctype>

namespace Orrery::frontend {

std::string Identifiers::claim(const std::string &halide_name) {
    std::string name = user_name(halide_name);
    // Halide calls the Func of an input "input_im"; a copy of it is easier to read as
    // "input_in_sum".
    if (size_t image = name.find("_im_in_"); image != std::string::npos) {
        name.erase(image, 3);
    }
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
