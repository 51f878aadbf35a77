#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/mapping_json.h"
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
        read_problem();
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

    void read_problem() {
        const std::string name = document_.at("name");
        if (!document_.contains("problem")) {
            result_.problem = convolution(name, layer());
            return;
        }
        const json &problem = document_.at("problem");
        result_.problem.name = name;
        for (const auto &[loop, extent] : problem.at("loops").items()) {
            result_.problem.loops.push_back({loop, positive(extent, "extent", loop)});
        }
        for (const json &tensor : problem.at("tensors")) {
            read_tensor(tensor);
        }
        check_problem();
    }

    LayerShape layer() const {
        std::string text;
        for (const auto &[name, value] : document_.at("layer").items()) {
            text += name + "=" +
                    (value.is_string() ? value.get<std::string>()
                                       : std::to_string(value.get<int64_t>())) +
                    " ";
        }
        return parse_layer(text);
    }

    void read_tensor(const json &described) {
        Tensor tensor{described.at("name"), described.value("output", false), {}, -1};
        LoopSet indexing = 0;
        for (const json &terms : described.at("dimensions")) {
            Dimension dimension;
            for (const auto &[name, coefficient] : terms.items()) {
                const int loop = loop_named(name);
                if ((indexing >> loop & 1) != 0) {
                    user_error("{}: the loop {} indexes {} twice", file_, name, tensor.name);
                }
                indexing |= LoopSet(1) << loop;
                dimension.terms.push_back({loop, positive(coefficient, "coefficient", name)});
            }
            tensor.dimensions.push_back(dimension);
        }
        tensor.dense = described.value("dense", -1);
        if (tensor.dense < -1 || tensor.dense >= int(tensor.dimensions.size())) {
            user_error("{}: {}: dense {}: there is no such dimension", file_, tensor.name,
                       tensor.dense);
        }
        result_.problem.tensors.push_back(tensor);
    }

    void check_problem() const {
        const Problem &problem = result_.problem;
        const auto outputs = std::count_if(problem.tensors.begin(), problem.tensors.end(),
                                           [](const Tensor &tensor) { return tensor.output; });
        if (problem.loops.size() > size_t(max_loops) || outputs != 1 ||
            problem.tensors.size() < 2 || problem.tensors.size() > size_t(max_tensors)) {
            user_error("{}: problem: expected at most {} loops, one tensor that is the output and "
                       "one to {} operands",
                       file_, max_loops, max_tensors - 1);
        }
    }

    int loop_of(const json &loop) const { return loop_named(loop.at("loop")); }

    int loop_named(const std::string &name) const {
        const int found = result_.problem.find_loop(name);
        if (found < 0) {
            user_error("{}: the problem has no loop {}", file_, name);
        }
        return found;
    }

    int64_t factor_of(const json &loop) const { return count_of(loop, "factor"); }
    int64_t tile_of(const json &loop) const { return count_of(loop, "tile"); }

    int64_t count_of(const json &loop, const std::string &field) const {
        return positive(loop.at(field), field, loop.at("loop"));
    }

    /// Fractions are not cut off.
    int64_t positive(const json &value, const std::string &what, const std::string &loop) const {
        const bool whole = value.is_number_integer();
        if (!whole || value.get<int64_t>() < 1 || value.get<int64_t>() > INT32_MAX) {
            user_error("{}: {} {} of {} is not possible", file_, what, value.dump(), loop);
        }
        return value.get<int64_t>();
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
                if (!divides || (left + inside - 1) / inside != factor || (given && level == 0)) {
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
