#include "chart.h"
#include "experiments.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/workloads.h"
#include "hwgen/support/error.h"
#include "machines.h"

#include <fmt/format.h>

#include <map>

namespace experiments {
using namespace Orrery::optimizer;

namespace {

/// A network of the table, how it is run, and the paper's figures for the three machines.
struct Network {
    const char *name, *table;
    int batch;       ///< multiplies N of the table (which is 128 for the MLPs)
    double paper[3]; ///< TOPS/W
};

constexpr Network all_networks[] = {{"AlexNet", "alexnet", 16, {.594, 1.00, 1.83}},
                                    {"VGG-16", "vgg16", 16, {.366, .663, 1.41}},
                                    {"GoogLeNet", "googlenet", 16, {.322, .644, .866}},
                                    {"MobileNet", "mobilenetv1", 16, {.082, .297, .352}},
                                    {"LSTM-M", "lstm_h500_b1", 128, {.260, .443, .483}},
                                    {"LSTM-L", "lstm_h1000_b1", 128, {.272, .458, .468}},
                                    {"RHN", "rhn_d10_h830_b1", 128, {.279, .460, .502}},
                                    {"MLP-M", "mlp_m", 1, {.275, .453, .458}},
                                    {"MLP-L", "mlp_l", 1, {.275, .465, .479}}};

std::vector<Hardware> three_machines() {
    Hardware small = machine(256, {512}, 128 * 1024);
    small.name = "Eyeriss-like";
    // 128 x 128 with 8 B, 64 KB of buffers, 28 MB of SRAM at 150 pJ.
    Hardware large = machine(128 * 128, {8}, 32 * 1024);
    large.levels[1] = {"SRAM 64 KB", 64 * 1024 / 2, 13.5};
    large.levels.insert(large.levels.begin() + 2, {"SRAM 28 MB", 28 * 1024 * 1024 / 2, 150});
    large.name = "TPU-like";
    Hardware optimised = machine(256, {16, 128}, 256 * 1024);
    optimised.name = "optimised";
    return {small, large, optimised};
}

/// The best mapping; with as much utilisation as there is one for.
Optimum best_of(const Problem &problem, Hardware hardware) {
    for (const double utilisation : {0.75, 0.5, 0.25, 0.0}) {
        hardware.utilisation = utilisation;
        const Optimum best = optimum(problem, hardware, {});
        if (best.found) {
            return best;
        }
    }
    Orrery::user_error("{}: no mapping on {}", problem.name, hardware.name);
}

/// A network on one machine: a row for each layer, and the energy of all.
class NetworkRun {
public:
    NetworkRun(const Network &network, const Hardware &hardware)
        : network_(network), hardware_(hardware) {}

    void run() {
        for (const Workload &row : workloads()) {
            if (row.network != network_.table) {
                continue;
            }
            LayerShape shape = row.shape;
            shape.batch *= network_.batch;
            const Problem problem = convolution(row.network + "/" + row.layer, shape);
            const Optimum &best = remembered(problem);
            const double count = double(row.count);
            const double operations = double(problem.operations());
            csv += fmt::format("{},{},{},{},{:.0f},{:.0f},{:.3f}\n", hardware_.name, network_.name,
                               row.layer, row.count, operations, best.total_pj, best.utilisation);
            energy_pj += count * best.total_pj;
            multiplications += count * operations;
        }
    }

    std::string csv;
    double energy_pj = 0, multiplications = 0;

    /// Operations per pJ, which are TOPS/W, with the multipliers.
    double tops_per_watt() const {
        return 2 * multiplications / (energy_pj + multiplications * multiply_pj());
    }

private:
    const Network &network_;
    const Hardware &hardware_;
    std::map<std::vector<int64_t>, Optimum> known_;

    /// Layers of the same shape are mapped once.
    const Optimum &remembered(const Problem &problem) {
        std::vector<int64_t> key;
        for (const Loop &loop : problem.loops) {
            key.push_back(loop.extent);
        }
        for (const Tensor &tensor : problem.tensors) {
            for (const Dimension &dimension : tensor.dimensions) {
                for (const Dimension::Term &term : dimension.terms) {
                    key.push_back(term.coefficient);
                }
            }
        }
        const auto found = known_.find(key);
        return found != known_.end()
                   ? found->second
                   : known_.emplace(key, best_of(problem, hardware_)).first->second;
    }
};

} // namespace

void networks(const std::string &directory) {
    std::string layers = "machine,network,layer,count,macs,energy_pj,utilisation\n";
    std::string summary = "network,batch,machine,macs,energy_uj,tops_per_watt,paper\n";
    BarChart chart{"Whole networks: TOPS/W with multipliers (dark), the paper's figure beside it",
                   "TOPS/W",
                   {"here", "paper"},
                   {}};
    const std::vector<Hardware> machines = three_machines();
    for (const Network &network : all_networks) {
        for (size_t m = 0; m < machines.size(); m++) {
            NetworkRun run(network, machines[m]);
            run.run();
            layers += run.csv;
            summary += fmt::format("{},{},{},{:.0f},{:.1f},{:.3f},{}\n", network.name,
                                   network.batch, machines[m].name, run.multiplications,
                                   run.energy_pj / 1e6, run.tops_per_watt(), network.paper[m]);
            fmt::print("{:<10} {:<13} {:>6.3f} TOPS/W (paper {:.3f})\n", network.name,
                       machines[m].name, run.tops_per_watt(), network.paper[m]);
            std::fflush(stdout);
            chart.bars.push_back(
                {fmt::format("{}, {}", network.name, machines[m].name), {run.tops_per_watt(), 0}});
            chart.bars.push_back({"", {0, network.paper[m]}});
        }
    }
    write_file(directory + "/networks.csv", summary);
    write_file(directory + "/network_layers.csv", layers);
    write_file(directory + "/networks.svg", chart.svg());
}

} // namespace experiments
