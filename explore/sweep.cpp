#include "explore/sweep.h"

#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/resources.h"
#include "hwgen/optimizer/workloads.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <set>

namespace Orrery::explore {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t most_points = 10'000'000;

class SweepReader {
public:
    SweepReader(const std::string &file, const Json &document) : file_(file), document_(document) {}

    Sweep read() {
        if (!document_.is_object()) {
            user_error("{}: the file is not an object", file_);
        }
        const std::set<std::string> known = {"layers",  "batch",    "cost_model", "objective",
                                             "factors", "hardware", "fixes"};
        for (const auto &[name, value] : document_.items()) {
            if (known.count(name) == 0) {
                user_error("{}: {}: unknown field; known are layers, batch, cost_model, objective, "
                           "factors, hardware, fixes",
                           file_, name);
            }
        }
        read_layers();
        read_choice("cost_model", {"orrery", "interstellar"}, sweep_.cost_model);
        std::set<std::string> objectives;
        for (const auto &[name, objective] : optimizer::objectives()) {
            objectives.insert(name);
        }
        read_choice("objective", objectives, sweep_.objective);
        if (sweep_.cost_model == "interstellar" && sweep_.objective != "energy") {
            user_error("{}: objective: the cost model interstellar knows no time; use energy",
                       file_);
        }
        read_factors();
        read_fixes();
        read_hardware();
        if (sweep_.points() > most_points) {
            user_error("{}: {} points, more than {}", file_, sweep_.points(), most_points);
        }
        sweep_.text = document_.dump();
        return std::move(sweep_);
    }

private:
    const std::string &file_;
    const Json &document_;
    Sweep sweep_;

    const Json &field(const char *name) const {
        if (!document_.contains(name)) {
            user_error("{}: {} is missing", file_, name);
        }
        return document_[name];
    }

    void read_choice(const char *name, const std::set<std::string> &known,
                     std::string &value) const {
        if (document_.contains(name)) {
            if (!document_[name].is_string() || known.count(document_[name]) == 0) {
                user_error("{}: {}: expected one of {}", file_, name, fmt::join(known, ", "));
            }
            value = document_[name];
        }
    }

    void read_factors() {
        std::set<std::string> known;
        for (const auto &[name, factors] : optimizer::factor_kinds()) {
            known.insert(name);
        }
        std::string factors = sweep_.cost_model == "interstellar" ? "divide" : "ceil";
        read_choice("factors", known, factors);
        if (sweep_.cost_model == "interstellar" && factors != "divide") {
            user_error("{}: factors: in the cost model interstellar, factors divide", file_);
        }
        sweep_.factors = optimizer::factor_kinds().at(factors);
    }

    void read_layers() {
        int64_t batch = 1;
        if (document_.contains("batch")) {
            if (!document_["batch"].is_number_integer() || document_["batch"] < 1 ||
                document_["batch"] > 1'000'000) {
                user_error("{}: batch: expected an integer from 1 to 1000000", file_);
            }
            batch = document_["batch"];
        }
        const Json &layers = field("layers");
        if (!layers.is_array() || layers.empty()) {
            user_error("{}: layers: expected a list of rows of the table of workloads "
                       "(\"alexnet/conv3\"), networks (\"alexnet\") and layers (\"K=64 C=64\")",
                       file_);
        }
        for (size_t i = 0; i < layers.size(); i++) {
            if (!layers[i].is_string()) {
                user_error("{}: layers[{}]: expected a text", file_, i);
            }
            add_layer(layers[i], batch);
        }
    }

    void add_layer(const std::string &text, int64_t batch) {
        const size_t before = sweep_.layers.size();
        if (text.find('=') != std::string::npos) {
            sweep_.layers.push_back({text, optimizer::parse_layer(text)});
        } else if (text.find('/') == std::string::npos) {
            for (const optimizer::Workload &row : optimizer::workloads()) {
                if (row.network == text) {
                    sweep_.layers.push_back({row.network + "/" + row.layer, row.shape});
                }
            }
        }
        if (sweep_.layers.size() == before) {
            sweep_.layers.push_back({text, optimizer::find_workload(text).shape});
        }
        for (size_t i = before; i < sweep_.layers.size(); i++) {
            sweep_.layers[i].shape.batch *= batch;
        }
    }

    void read_fixes() {
        sweep_.fixes = {{}};
        if (!document_.contains("fixes")) {
            return;
        }
        try {
            sweep_.fixes = document_["fixes"].get<std::vector<std::vector<std::string>>>();
        } catch (const Json::exception &) {
            user_error("{}: fixes: expected a list of lists of texts, each as of orrery optimize "
                       "--fix",
                       file_);
        }
        if (sweep_.fixes.empty()) {
            user_error("{}: fixes: an empty list leaves no point; [[]] fixes nothing", file_);
        }
    }

    /// One hardware for each combination of what is given as a list.
    void read_hardware() {
        const std::string name = file_ + ": hardware";
        optimizer::Resources resources = optimizer::parse_resources(name, field("hardware").dump());
        optimizer::keep_within_area(resources);
        sweep_.hardware = std::move(resources.hardware);
    }
};

} // namespace

Sweep parse_sweep(const std::string &file, const std::string &text) {
    Json document;
    try {
        document = Json::parse(text);
    } catch (const Json::exception &error) {
        user_error("{}: {}", file, error.what());
    }
    return SweepReader(file, document).read();
}

Sweep read_sweep(const std::string &file) { return parse_sweep(file, read_file(file)); }

} // namespace Orrery::explore
