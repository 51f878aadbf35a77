#include "hwgen/optimizer/hardware.h"
#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"
#include "hwgen/technology/technology.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

namespace Orrery::optimizer {

namespace {

using nlohmann::json;
using technology::Technology;

constexpr int most_levels = 6;
constexpr int64_t most_elements = int64_t(1) << 30;
constexpr double most_pj = 1e6, most_mm2 = 1e6;

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
    std::optional<int64_t> area() const {
        if (!has("area_mm2")) {
            return std::nullopt;
        }
        return std::llround(number("area_mm2", 0, most_mm2) * double(areas_per_mm2));
    }

private:
    const std::string &file_;
    std::string path_;
    const json &object_;
};

/// Energies as technologies give them are per bit; as many digits as EnergyUnit takes remain.
double rounded(double picojoules) { return std::round(picojoules * 1e6) / 1e6; }

class HardwareReader {
public:
    HardwareReader(const std::string &file, const json &document)
        : file_(file), fields_(file, "", document,
                               {"name", "word_bits", "levels", "array", "utilisation",
                                "replication", "least_fill", "technology", "area_mm2"}) {}

    Hardware read() {
        hardware_.name = fields_.has("name") ? fields_.text("name") : file_;
        hardware_.word_bits =
            fields_.has("word_bits") ? int(fields_.integer("word_bits", 1, 1024)) : 16;
        if (fields_.has("technology")) {
            technology_ = technology::find_technology(fields_.text("technology"));
        }
        const json &levels = fields_.get("levels");
        if (!levels.is_array() || levels.size() < 2 || levels.size() > most_levels) {
            user_error("{}: levels: expected a list of 2 to {} levels, from the processing element "
                       "outwards",
                       file_, most_levels);
        }
        for (size_t i = 0; i < levels.size(); i++) {
            read_level(level_fields(levels, i), i + 1 == levels.size());
        }
        read_array();
        for (size_t i = 0; i < levels.size(); i++) {
            price_level(level_fields(levels, i), int(i));
        }
        hardware_.utilisation =
            fields_.has("utilisation") ? fields_.number("utilisation", 0, 1) : 0;
        hardware_.least_fill = fields_.has("least_fill") ? fields_.number("least_fill", 0, 1) : 0.5;
        hardware_.replication = fields_.has("replication") && fields_.flag("replication");
        return hardware_;
    }

    std::optional<int64_t> most_area() const { return fields_.area(); }

private:
    const std::string &file_;
    Fields fields_;
    std::optional<Technology> technology_;
    Hardware hardware_;

    Fields level_fields(const json &levels, size_t i) const {
        return Fields(
            file_, fmt::format("levels[{}]", i), levels[i],
            {"name", "bytes", "memory", "pj_per_access", "read_pj", "write_pj", "area_mm2"});
    }

    void read_level(const Fields &fields, bool last) {
        MemoryLevel level;
        level.name = fields.text("name");
        if (hardware_.find_level(level.name) >= 0) {
            user_error("{}: {}: the name {} is used twice", file_, fields.at("name"), level.name);
        }
        if (!last) {
            level.words = fields.integer("bytes", 1, int64_t(1) << 40) * 8 / hardware_.word_bits;
        }
        for (const char *name : {"bytes", "area_mm2"}) {
            if (last && fields.has(name)) {
                user_error("{}: {}: the last level holds whole tensors, and has no capacity and no "
                           "area",
                           file_, fields.at(name));
            }
        }
        level.area = fields.area();
        hardware_.levels.push_back(level);
    }

    /// What its words cost: as the file says, else as the technology does.
    void price_level(const Fields &fields, int number) {
        MemoryLevel &level = hardware_.levels[size_t(number)];
        const bool both = fields.has("read_pj") || fields.has("write_pj");
        if (fields.has("memory") && !technology_) {
            user_error("{}: {}: says which memory of a technology it is; give technology too",
                       file_, fields.at("memory"));
        }
        if (both && fields.has("pj_per_access")) {
            user_error("{}: {}: give either this or read_pj and write_pj", file_,
                       fields.at("pj_per_access"));
        }
        if (both) {
            level.read_pj = fields.number("read_pj", 0, most_pj);
            level.write_pj = fields.number("write_pj", 0, most_pj);
        } else if (fields.has("pj_per_access") || !technology_) {
            level.read_pj = level.write_pj = fields.number("pj_per_access", 0, most_pj);
        }
        if (technology_ && number < hardware_.last_level()) {
            price_memory(fields, number, both || fields.has("pj_per_access"));
        } else if (technology_ && !both && !fields.has("pj_per_access")) {
            if (!technology_->dram_pj_per_bit) {
                user_error("{}: {} is missing: the technology {} does not know DRAM", file_,
                           fields.at("pj_per_access"), technology_->name);
            }
            level.read_pj = level.write_pj =
                rounded(*technology_->dram_pj_per_bit * hardware_.word_bits);
        }
    }

    /// By the macros that hold it, as orrery model does.
    void price_memory(const Fields &fields, int number, bool has_energy) {
        bool register_file = number <= hardware_.array.level;
        if (fields.has("memory")) {
            const std::string memory = fields.text("memory");
            if (memory != "register_file" && memory != "sram") {
                user_error("{}: {}: expected register_file or sram", file_, fields.at("memory"));
            }
            register_file = memory == "register_file";
        }
        MemoryLevel &level = hardware_.levels[size_t(number)];
        const int64_t bytes = fields.integer("bytes", 1, int64_t(1) << 40);
        const technology::Macro *macro =
            technology_->macro(register_file, bytes, hardware_.word_bits);
        if (!macro && !has_energy) {
            user_error("{}: {} is missing: the technology {} knows no {}; \"memory\": \"{}\" takes "
                       "the other kind",
                       file_, fields.at("pj_per_access"), technology_->name,
                       register_file ? "register file" : "SRAM",
                       register_file ? "sram" : "register_file");
        }
        if (!has_energy) {
            level.read_pj = rounded(macro->read_pj / macro->word_bits * hardware_.word_bits);
            level.write_pj = rounded(macro->write_pj / macro->word_bits * hardware_.word_bits);
        }
        if (macro && macro->area_mm2 && !level.area) {
            level.area = std::llround(*macro->area_mm2 * double(areas_per_mm2)) *
                         divided_up(bytes, macro->bytes);
        }
    }

    void read_array() {
        const Fields fields(file_, "array", fields_.get("array"),
                            {"elements", "axes", "shape", "level", "pj_per_hop", "area_mm2"});
        Array &array = hardware_.array;
        if (fields.has("shape")) {
            read_shape(fields);
        } else {
            array.elements = fields.integer("elements", 1, most_elements);
            array.axes = fields.has("axes") ? int(fields.integer("axes", 1, 2)) : 2;
        }
        if (!fields.has("pj_per_hop") && technology_ && technology_->hop_pj_per_bit) {
            array.pj_per_hop = rounded(*technology_->hop_pj_per_bit * hardware_.word_bits);
        } else if (fields.has("pj_per_hop")) {
            array.pj_per_hop = fields.number("pj_per_hop", 0, most_pj);
        }
        array.area = fields.area();
        if (!array.area && technology_ && technology_->mac_area_mm2) {
            array.area = std::llround(*technology_->mac_area_mm2 * double(areas_per_mm2));
        }
        if (fields.has("level")) {
            array.level = hardware_.find_level(fields.text("level"));
            if (array.level < 0 || array.level == hardware_.last_level()) {
                user_error("{}: array.level: expected the name of a level other than the last, the "
                           "outermost of those that each processing element has",
                           file_);
            }
        }
    }

    void read_shape(const Fields &fields) {
        for (const char *name : {"elements", "axes"}) {
            if (fields.has(name)) {
                user_error("{}: {}: give either this or array.shape", file_, fields.at(name));
            }
        }
        Array &array = hardware_.array;
        const json &shape = fields.get("shape");
        if (!shape.is_array() || shape.empty() || shape.size() > 2) {
            user_error("{}: array.shape: expected the elements along one axis or two, as [8, 32]",
                       file_);
        }
        for (const json &width : shape) {
            if (!width.is_number_integer() || width < 1 || width > most_elements / array.elements) {
                user_error("{}: array.shape: expected integers from 1 on, of which the product is "
                           "at most {}",
                           file_, most_elements);
            }
            array.shape.push_back(width);
            array.elements *= array.shape.back();
        }
        array.axes = int(array.shape.size());
    }
};

} // namespace

Hardware parse_hardware(const std::string &file, const std::string &text,
                        std::optional<int64_t> *most_area) {
    json document;
    try {
        document = json::parse(text);
    } catch (const json::exception &error) {
        user_error("{}: {}", file, error.what());
    }
    HardwareReader reader(file, document);
    const Hardware hardware = reader.read();
    if (most_area) {
        *most_area = reader.most_area();
    }
    return hardware;
}

} // namespace Orrery::optimizer
