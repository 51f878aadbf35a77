#include "chart.h"
#include "experiments.h"
#include "hwgen/optimizer/layer_shape.h"
#include "machines.h"

#include <fmt/format.h>

#include <algorithm>

namespace experiments {
using namespace Orrery::optimizer;

namespace {

struct NamedLayer {
    const char *name, *layer;
};
constexpr NamedLayer layers[] = {{"alexnet_conv3", "K=384 C=256 OY=13 OX=13 FY=3 FX=3"},
                                 {"googlenet_4c_3x3_reduce", "K=128 C=512 OY=14 OX=14"}};

/// The first loops of the axes are u and v; others may be replicated behind them.
Constraints dataflow(int u, int v) {
    Constraints constraints;
    constraints.accepts = [u, v](const std::vector<Axis> &axes) {
        const auto first = [&](size_t axis) {
            return axes[axis].empty() ? -1 : axes[axis][0].loop;
        };
        return (first(0) == u && first(1) == v) || (first(0) == v && first(1) == u);
    };
    return constraints;
}

/// One layer, one size of register files: a chart of all dataflows, sorted by energy.
std::string compare(const NamedLayer &layer, int batch, int64_t register_bytes,
                    const std::string &directory) {
    const Problem problem =
        convolution(layer.name, parse_layer(fmt::format("{} N={}", layer.layer, batch)));
    const Hardware hardware = machine(256, {register_bytes}, 128 * 1024);
    BarChart chart;
    chart.title = fmt::format("{}, batch {}: {}, 16 x 16", layer.name, batch, hardware.name);
    chart.unit = "uJ";
    std::vector<std::pair<double, BarChart::Bar>> bars;
    std::string rows;
    for (int u = 0; u < int(problem.loops.size()); u++) {
        for (int v = u + 1; v < int(problem.loops.size()); v++) {
            const Optimum best = optimum(problem, hardware, dataflow(u, v));
            if (!best.found) {
                continue;
            }
            const std::string name = problem.loops[u].name + "|" + problem.loops[v].name;
            BarChart::Bar bar{name, {}};
            rows += fmt::format("{},{},{},{},{:.0f}", layer.name, batch, register_bytes, name,
                                best.total_pj);
            for (const double pj : best.pj) {
                bar.parts.push_back(pj / 1e6);
                rows += fmt::format(",{:.0f}", pj);
            }
            rows += fmt::format(",{:.3f}\n", best.utilisation);
            chart.parts = best.parts;
            bars.emplace_back(best.total_pj, bar);
        }
    }
    std::stable_sort(bars.begin(), bars.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });
    for (const auto &[total, bar] : bars) {
        chart.bars.push_back(bar);
    }
    const double spread = bars.back().first / bars.front().first;
    const size_t close = size_t(std::count_if(bars.begin(), bars.end(), [&](const auto &bar) {
        return bar.first <= 1.1 * bars.front().first;
    }));
    fmt::print("{:<24} batch {:>2}, RF {:>3} B: {} dataflows, best {} {:.4g} uJ, worst {} {:.2f} "
               "times that, {} within 10 %\n",
               layer.name, batch, register_bytes, bars.size(), bars.front().second.label,
               bars.front().first / 1e6, bars.back().second.label, spread, close);
    write_file(fmt::format("{}/dataflows_{}_batch{}_rf{}.svg", directory, layer.name, batch,
                           register_bytes),
               chart.svg());
    return rows;
}

} // namespace

void dataflow_energies(const std::string &directory) {
    std::string csv =
        "layer,batch,rf_bytes,dataflow,energy_pj,rf_pj,hop_pj,sram_pj,dram_pj,utilisation\n";
    for (const NamedLayer &layer : layers) {
        for (const int batch : {1, 16}) {
            for (const int64_t bytes : {512, 64}) {
                csv += compare(layer, batch, bytes, directory);
            }
        }
    }
    write_file(directory + "/dataflows.csv", csv);
}

} // namespace experiments
