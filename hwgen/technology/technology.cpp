#include "hwgen/technology/technology.h"

#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace Orrery::technology {

namespace {

using Json = nlohmann::json;

/// Energies and areas may be 0; what is divided by, may not.
double not_negative(const Json &object, const char *name) {
    const double value = object.at(name);
    if (value < 0) {
        user_error("{} {} is not possible: it must not be negative", name, value);
    }
    return value;
}

int positive(const Json &object, const char *name) {
    const Json &value = object.at(name);
    if (!value.is_number_integer() || value.get<int64_t>() < 1 ||
        value.get<int64_t>() > INT32_MAX) {
        user_error("{} {} is not possible: expected a positive integer", name, value.dump());
    }
    return value.get<int>();
}

Macro parse_macro(const Json &j) {
    Macro m;
    m.bytes = positive(j, "bytes");
    m.word_bits = positive(j, "word_bits");
    m.read_pj = not_negative(j, "read_pj");
    m.write_pj = not_negative(j, "write_pj");
    if (j.contains("area_mm2")) {
        m.area_mm2 = not_negative(j, "area_mm2");
    }
    return m;
}

std::vector<Macro> parse_macros(const Json &memories, const char *kind) {
    std::vector<Macro> macros;
    for (const Json &j : memories.value(kind, Json::array())) {
        macros.push_back(parse_macro(j));
    }
    return macros;
}

std::optional<double> per_bit(const Json &technology, const char *name) {
    if (!technology.contains(name)) {
        return std::nullopt;
    }
    return not_negative(technology.at(name), "pj") / positive(technology.at(name), "bits");
}

} // namespace

const Macro *Technology::macro(bool register_file, int64_t bytes, int64_t word_bits) const {
    const std::vector<Macro> &all = register_file ? register_files : srams;
    int width = 0;
    for (const Macro &m : all) {
        const bool fits = m.word_bits <= word_bits;
        const bool better = width == 0 || (fits ? width > word_bits || m.word_bits > width
                                                : width > word_bits && m.word_bits < width);
        width = better ? m.word_bits : width;
    }
    const Macro *best = nullptr;
    for (const Macro &m : all) {
        if (m.word_bits != width) {
            continue;
        }
        const bool holds = m.bytes >= bytes;
        const bool better = !best || (holds ? best->bytes < bytes || m.bytes < best->bytes
                                            : best->bytes < bytes && m.bytes > best->bytes);
        best = better ? &m : best;
    }
    return best;
}

Technology parse_technology(const std::string &text, const std::string &file) {
    try {
        const Json j = Json::parse(text);
        Technology t;
        t.name = j.at("name");
        t.source = j.value("source", "");
        t.register_files = parse_macros(j.value("memories", Json::object()), "register_file");
        t.srams = parse_macros(j.value("memories", Json::object()), "sram");
        t.dram_pj_per_bit = per_bit(j, "dram");
        t.hop_pj_per_bit = per_bit(j, "hop");
        if (j.contains("mac")) {
            t.mac_pj = not_negative(j.at("mac"), "pj");
            if (j.at("mac").contains("area_mm2")) {
                t.mac_area_mm2 = not_negative(j.at("mac"), "area_mm2");
            }
        }
        return t;
    } catch (const Json::exception &error) {
        user_error("technology {}: {}", file, error.what());
    } catch (const UserError &error) {
        user_error("technology {}: {}", file, error.what());
    }
}

Technology find_technology(const std::string &name) {
    std::string names;
    for (const TechnologyText &known : known_technologies()) {
        if (name == known.name) {
            return parse_technology(known.text, known.name);
        }
        names += (names.empty() ? "" : ", ") + std::string(known.name);
    }
    const std::optional<std::string> text = try_read_file(name);
    if (!text) {
        user_error("technology {}: there is neither such a file nor a technology of this name; "
                   "known are {}",
                   name, names);
    }
    return parse_technology(*text, name);
}

} // namespace Orrery::technology
