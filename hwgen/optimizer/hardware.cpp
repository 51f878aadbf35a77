#include "hwgen/optimizer/hardware.h"

#include "hwgen/support/error.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

namespace Orrery::optimizer {

namespace {

using nlohmann::json;

constexpr int most_levels = 6;

/// An object of the file, with errors that say where the mistake is.
class Fields {
public:
    Fields(const std::string &file, std::string path, const json &object,
           std::set<std::string> known)
        : file_(file), path_(std::move(path)), object_(object) {
        if (!object_.is_object()) {
            user_error("{}: {} is not an object", file_, path_.empty() ? "the file" : path_);
        }
        for (const auto &[name, value] : object_.items()) {
            if (known.count(name) == 0) {
                user_error("{}: {}: unknown field", file_, at(name));
            }
        }
    }

    std::string at(const std::string &name) const {
        return path_.empty() ? name : path_ + "." + name;
    }
    bool has(const std::string &name) const { return object_.contains(name); }
    const json &get(const std::string &name) const {
        if (!has(name)) {
            user_error("{}: {} is missing", file_, at(name));
        }
        return object_[name];
    }
    std::string text(const std::string &name) const {
        if (!get(name).is_string()) {
            user_error("{}: {}: expected a text", file_, at(name));
        }
        return get(name);
    }
    double number(const std::string &name, double low, double high) const {
        if (!get(name).is_number() || get(name) < low || get(name) > high) {
            user_error("{}: {}: expected a number from {} to {}", file_, at(name), low, high);
        }
        return get(name);
    }
    int64_t integer(const std::string &name, int64_t low, int64_t high) const {
        if (!get(name).is_number_integer() || get(name) < low || get(name) > high) {
            user_error("{}: {}: expected an integer from {} to {}", file_, at(name), low, high);
        }
        return get(name);
    }
    bool flag(const std::string &name) const {
        if (!get(name).is_boolean()) {
            user_error("{}: {}: expected true or false", file_, at(name));
        }
        return get(name);
    }

private:
    const std::string &file_;
    std::string path_;
    const json &object_;
};

void read_levels(const std::string &file, const json &levels, Hardware &hardware) {
    if (!levels.is_array() || levels.size() < 2 || levels.size() > most_levels) {
        user_error(
            "{}: levels: expected a list of 2 to {} levels, from the processing element outwards",
            file, most_levels);
    }
    for (size_t i = 0; i < levels.size(); i++) {
        const Fields fields(file, fmt::format("levels[{}]", i), levels[i],
                            {"name", "bytes", "pj_per_access"});
        MemoryLevel level;
        level.name = fields.text("name");
        if (hardware.find_level(level.name) >= 0) {
            user_error("{}: {}: the name {} is used twice", file, fields.at("name"), level.name);
        }
        level.pj_per_access = fields.number("pj_per_access", 0, 1e6);
        if (i + 1 < levels.size()) {
            level.words = fields.integer("bytes", 1, int64_t(1) << 40) * 8 / hardware.word_bits;
        } else if (fields.has("bytes")) {
            user_error("{}: {}: the last level holds whole tensors, and has no capacity", file,
                       fields.at("bytes"));
        }
        hardware.levels.push_back(level);
    }
}

void read_array(const std::string &file, const json &array, Hardware &hardware) {
    const Fields fields(file, "array", array, {"elements", "axes", "level", "pj_per_hop"});
    hardware.array.elements = fields.integer("elements", 1, int64_t(1) << 30);
    hardware.array.axes = fields.has("axes") ? int(fields.integer("axes", 1, 2)) : 2;
    hardware.array.pj_per_hop = fields.number("pj_per_hop", 0, 1e6);
    if (fields.has("level")) {
        hardware.array.level = hardware.find_level(fields.text("level"));
        if (hardware.array.level < 0 || hardware.array.level == hardware.last_level()) {
            user_error(
                "{}: array.level: expected the name of a level other than the last, the outermost "
                "of those that each processing element has",
                file);
        }
    }
}

} // namespace

int64_t Array::width() const {
    if (axes == 1) {
        return elements;
    }
    int64_t root = int64_t(std::sqrt(double(elements)));
    while (root * root > elements) {
        root--;
    }
    while ((root + 1) * (root + 1) <= elements) {
        root++;
    }
    return root;
}

int Hardware::find_level(const std::string &level_name) const {
    for (size_t i = 0; i < levels.size(); i++) {
        if (levels[i].name == level_name) {
            return int(i);
        }
    }
    return -1;
}

Hardware parse_hardware(const std::string &file, const std::string &text) {
    json document;
    try {
        document = json::parse(text);
    } catch (const json::exception &error) {
        user_error("{}: {}", file, error.what());
    }
    const Fields fields(
        file, "", document,
        {"name", "word_bits", "levels", "array", "utilisation", "replication", "least_fill"});
    Hardware hardware;
    hardware.name = fields.has("name") ? fields.text("name") : file;
    hardware.word_bits = fields.has("word_bits") ? int(fields.integer("word_bits", 1, 1024)) : 16;
    read_levels(file, fields.get("levels"), hardware);
    read_array(file, fields.get("array"), hardware);
    hardware.utilisation = fields.has("utilisation") ? fields.number("utilisation", 0, 1) : 0;
    hardware.least_fill = fields.has("least_fill") ? fields.number("least_fill", 0, 1) : 0.5;
    hardware.replication = fields.has("replication") && fields.flag("replication");
    return hardware;
}

Hardware read_hardware(const std::string &file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
        user_error("{}: cannot be read", file);
    }
    return parse_hardware(file, text.str());
}

} // namespace Orrery::optimizer
