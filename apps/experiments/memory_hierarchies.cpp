#include "chart.h"
#include "experiments.h"
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/layer_shape.h"
#include "machines.h"

#include <fmt/format.h>

#include <optional>

namespace experiments {
using namespace Orrery::optimizer;

namespace {

constexpr int64_t sram_sizes[] = {32, 64, 128, 256, 512}; // KB

/// Energies of one layer on many hierarchies, C | K on 16 x 16.
class Exploration {
public:
    explicit Exploration(std::string layer)
        : layer_(std::move(layer)), problem_(convolution(layer_, shape_of(layer_))) {}

    void add(const std::vector<int64_t> &registers, int64_t sram_kb) {
        const Hardware hardware = machine(256, registers, sram_kb * 1024);
        Constraints constraints;
        parse_fix("spatial C=16 K=16", problem_, hardware, constraints);
        const Optimum best = optimum(problem_, hardware, constraints);
        std::string name;
        for (const int64_t bytes : registers) {
            name += fmt::format("{} B, ", bytes);
        }
        name += fmt::format("{} KB", sram_kb);
        rows_ += fmt::format("{},{},{},{}", layer_, registers.size() + 2,
                             registers.size() > 1 ? fmt::format("{},{}", registers[0], registers[1])
                                                  : fmt::format("{},", registers[0]),
                             sram_kb);
        if (!best.found) {
            rows_ += ",,,,,\n";
            return;
        }
        // Both register files in one column and one part.
        const size_t levels = best.pj.size();
        double registers_pj = 0;
        for (size_t i = 0; i < registers.size(); i++) {
            registers_pj += best.pj[i];
        }
        const std::vector<double> parts{registers_pj, best.pj[levels - 3], best.pj[levels - 2],
                                        best.pj[levels - 1]};
        rows_ += fmt::format(",{:.0f}", best.total_pj);
        BarChart::Bar bar{name, {}};
        for (const double pj : parts) {
            rows_ += fmt::format(",{:.0f}", pj);
            bar.parts.push_back(pj / 1e6);
        }
        rows_ += "\n";
        bars_.push_back(bar);
        if (!best_ || best.total_pj < best_->total_pj) {
            best_ = best;
            best_name_ = name;
            best_parts_ = parts;
        }
    }

    /// Says what was best, and draws all since the last time.
    std::string finish(const std::string &levels, const std::string &directory) {
        BarChart chart{fmt::format("{}, batch 16, C 16 | K 16: {}", layer_, levels),
                       "uJ",
                       {"register files", "hops", "SRAM", "DRAM"},
                       bars_};
        write_file(fmt::format("{}/memories_{}_{}.svg", directory, layer_, levels.substr(0, 1)),
                   chart.svg());
        fmt::print("{:<24} {}: best {}: {:.5g} uJ (register files {:.0f} %, hops {:.1f} %, SRAM "
                   "{:.0f} %, DRAM {:.0f} %)\n",
                   layer_, levels, best_name_, best_->total_pj / 1e6, share(0), share(1), share(2),
                   share(3));
        bars_.clear();
        best_.reset();
        return std::move(rows_);
    }

private:
    std::string layer_;
    Problem problem_;
    std::string rows_, best_name_;
    std::vector<BarChart::Bar> bars_;
    std::optional<Optimum> best_;
    std::vector<double> best_parts_;

    double share(size_t part) const { return 100 * best_parts_[part] / best_->total_pj; }
    static LayerShape shape_of(const std::string &layer) {
        return parse_layer(layer == "alexnet_conv3" ? "N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3"
                                                    : "N=16 K=128 C=512 OY=14 OX=14");
    }
};

} // namespace

void memory_hierarchies(const std::string &directory) {
    std::string csv =
        "layer,levels,rf_bytes,second_rf_bytes,sram_kb,energy_pj,rf_pj,hop_pj,sram_pj,dram_pj\n";
    for (const char *layer : {"alexnet_conv3", "googlenet_4c_3x3_reduce"}) {
        Exploration exploration(layer);
        for (const int64_t registers : {16, 32, 64, 128, 256, 512}) {
            for (const int64_t sram : sram_sizes) {
                exploration.add({registers}, sram);
            }
        }
        csv += exploration.finish("3 levels", directory);
        for (const int64_t first : {8, 16, 32, 64}) {
            for (const int64_t second : {64, 128, 256, 512}) {
                for (const int64_t sram : {128, 256}) {
                    if (second > first) {
                        exploration.add({first, second}, sram);
                    }
                }
            }
        }
        csv += exploration.finish("4 levels", directory);
    }
    write_file(directory + "/memories.csv", csv);
}

} // namespace experiments
