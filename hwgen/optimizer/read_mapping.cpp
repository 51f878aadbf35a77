#include "hwgen/optimizer/mapping_json.h"
#include "hwgen/optimizer/problem_json.h"
#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <nlohmann/json.hpp>

namespace Orrery::optimizer {

namespace {

using json = nlohmann::ordered_json; // loops and levels have an order

/// Reads the parts of a mapping; a mistake of the file ends in a json::exception or a UserError.
class Reader {
public:
    Reader(const std::string &file, const json &document) : file_(file), document_(document) {}

    MappedLayer read() {
        result_.problem = problem_in(file_, document_);
        for (const json &axis : document_.at("array")) {
            read_axis(axis);
        }
        for (const json &level : document_.at("levels")) {
            read_level(level);
        }
        read_array_level();
        check_factors();
        check_bypassed();
        return result_;
    }

private:
    const std::string &file_;
    const json &document_;
    MappedLayer result_;

    int loop_of(const json &loop) const {
        return loop_named(file_, result_.problem, loop.at("loop"));
    }

    int64_t factor_of(const json &loop) const { return count_of(loop, "factor"); }
    int64_t tile_of(const json &loop) const { return count_of(loop, "tile"); }

    int64_t count_of(const json &loop, const std::string &field) const {
        return positive(file_, loop.at(field), field, loop.at("loop"));
    }

    /// A loop is in the array once.
    void read_axis(const json &axis) {
        result_.mapping.axes.emplace_back();
        for (const json &loop : axis) {
            const int d = loop_of(loop);
            if (result_.mapping.spatial(d) != 1) {
                user_error("{}: the array has the loop {} twice", file_,
                           result_.problem.loops[d].name);
            }
            result_.mapping.axes.back().push_back({d, factor_of(loop)});
        }
    }

    void read_level(const json &level) {
        result_.levels.push_back(level.at("name"));
        std::vector<int64_t> factors(result_.problem.loops.size(), 1);
        std::vector<int64_t> ragged = factors;
        ragged.assign(factors.size(), 0);
        std::vector<int> order;
        for (const json &loop : level.at("loops")) {
            const int d = loop_of(loop);
            if (factors[d] != 1) {
                user_error("{}: level {} has the loop {} twice", file_, result_.levels.back(),
                           result_.problem.loops[d].name);
            }
            factors[d] = factor_of(loop);
            ragged[d] = loop.contains("tile") ? tile_of(loop) : 0;
            order.insert(order.begin(), d);
        }
        result_.mapping.bypassed.push_back(
            level.contains("bypass") ? bypassed_tensors(level.at("bypass")) : 0);
        result_.mapping.temporal.push_back(factors);
        result_.mapping.ragged.push_back(ragged);
        result_.mapping.order.push_back(order);
    }

    TensorSet bypassed_tensors(const json &names) const {
        TensorSet set = 0;
        for (const json &name : names) {
            const int tensor = result_.problem.find_tensor(name.get<std::string>());
            if (tensor < 0 || result_.problem.tensors[size_t(tensor)].output) {
                user_error("{}: level {}: bypass {}: expected the name of an operand", file_,
                           result_.levels.back(), name.get<std::string>());
            }
            set |= TensorSet(1) << tensor;
        }
        return set;
    }

    /// The last level holds all tensors, and each operand has a copy further in.
    void check_bypassed() const {
        TensorSet everywhere = ~TensorSet(0);
        for (int level = 0; level < result_.last_level(); level++) {
            everywhere &= result_.mapping.bypassed[size_t(level)];
        }
        if (result_.mapping.bypassed.back() != 0 || everywhere != 0) {
            user_error(
                "{}: bypass: an operand needs a place at the last level and a copy at another "
                "one",
                file_);
        }
    }

    void read_array_level() {
        const std::string name = document_.at("array_level");
        const auto found = std::find(result_.levels.begin(), result_.levels.end(), name);
        if (found == result_.levels.end() || found + 1 == result_.levels.end()) {
            user_error("{}: array_level {}: expected the name of a level other than the last",
                       file_, name);
        }
        result_.array_level = int(found - result_.levels.begin());
    }

    void check_factors() const {
        for (size_t d = 0; d < result_.problem.loops.size(); d++) {
            int64_t left = result_.problem.loops[d].extent;
            for (int level = result_.last_level(); level >= 0; level--) {
                const int64_t factor = result_.mapping.temporal[size_t(level)][d];
                const bool given = result_.mapping.ragged[size_t(level)][d] > 0;
                const int64_t inside = level == 0 ? result_.mapping.spatial(int(d))
                                                  : result_.mapping.inside(level, int(d), left);
                // Further in than that, what is left is a whole number of lanes, or rounded up to
                // it.
                const bool divides = given || level <= result_.array_level || left % factor == 0;
                if (!divides || divided_up(left, inside) != factor || (given && level == 0)) {
                    user_error("{}: the factors of {} do not give {}", file_,
                               result_.problem.loops[d].name, result_.problem.loops[d].extent);
                }
                left = inside;
            }
        }
    }
};

} // namespace

MappedLayer parse_mapping(const std::string &file, const std::string &text) {
    try {
        const json document = json::parse(text);
        return Reader(file, document).read();
    } catch (const json::exception &error) {
        user_error("{}: is no mapping, as orrery optimize writes them: {}", file, error.what());
    }
}

MappedLayer read_mapping(const std::string &file) { return parse_mapping(file, read_file(file)); }

} // namespace Orrery::optimizer
