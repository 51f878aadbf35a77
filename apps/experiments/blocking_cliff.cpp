#include "chart.h"
#include "experiments.h"
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/layer_shape.h"
#include "machines.h"

#include <fmt/format.h>

#include <algorithm>

namespace experiments {
using namespace Orrery::optimizer;

void blocking_cliff(const std::string &directory) {
    const Hardware hardware = machine(256, {512}, 128 * 1024);
    const InterstellarModel model(
        convolution("alexnet_conv3", parse_layer("N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3")),
        hardware);
    Constraints constraints;
    parse_fix("spatial C=16 K=16", model.problem(), hardware, constraints);
    std::vector<double> energies;
    SearchOptions options;
    options.prune = false;
    options.each = [&](int64_t energy) { energies.push_back(model.unit().picojoules(energy)); };
    search(model, constraints, options);
    std::sort(energies.begin(), energies.end());
    const double least = energies.front();
    const double bin = 0.25;
    std::vector<size_t> counts(size_t((energies.back() / least - 1) / bin) + 1);
    for (const double energy : energies) {
        counts[size_t((energy / least - 1) / bin)]++;
    }
    std::string csv = "energy_over_least_from,blockings\n";
    BarChart chart{"AlexNet conv3, batch 16, C 16 | K 16, 512 B, 128 KB: energy of all blockings",
                   "% of blockings",
                   {},
                   {}};
    for (size_t i = 0; i < counts.size(); i++) {
        const double percent = 100.0 * double(counts[i]) / double(energies.size());
        csv += fmt::format("{:.2f},{}\n", 1 + bin * double(i), counts[i]);
        if (i < 60) {
            chart.bars.push_back(
                {i % 4 == 0 ? fmt::format("{:.0f} x", 1 + bin * double(i)) : "", {percent}});
        }
    }
    const auto within = [&](double factor) {
        const auto end = std::upper_bound(energies.begin(), energies.end(), least * factor);
        return 100.0 * double(end - energies.begin()) / double(energies.size());
    };
    fmt::print("{} blockings that fit: least {:.5g} uJ, median {:.2f}, worst {:.1f} times that; "
               "{:.3f} % within 10 %, {:.2f} % within 25 %, "
               "{:.1f} % within a factor of 2\n",
               energies.size(), least / 1e6, energies[energies.size() / 2] / least,
               energies.back() / least, within(1.1), within(1.25), within(2));
    write_file(directory + "/cliff.csv", csv);
    write_file(directory + "/cliff.svg", chart.svg());
}

} // namespace experiments
