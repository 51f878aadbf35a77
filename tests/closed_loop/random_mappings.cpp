// Random mappings, with tiles that do not divide, on every level: what is counted from the mapping
// must be what the design does, for the model of the hardware (which predicts all counters of the
// simulation), and the interpreter computes what Halide does.
//
// ORRERY_SEED=n starts at another seed, ORRERY_RUNS=n draws so many.
#include "apps/dataflows/layer.h"
#include "auto-schedule/mapping.h"
#include "hwgen/optimizer/access_model.h"
#include "hwgen/optimizer/layer_shape.h"
#include "tests/dataflows/layer_run.h"
#include "tests/equivalence/predicted_counters.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace Orrery;
using namespace Orrery::optimizer;

namespace {

class Draw {
public:
    explicit Draw(unsigned seed) : random_(seed) {}

    MappedLayer mapping() {
        LayerShape shape{number(1, 2),
                         number(1, 11),
                         number(1, 19),
                         number(1, 7),
                         number(1, 11),
                         number(1, 3),
                         number(1, 3),
                         1,
                         {number(1, 2), number(1, 2)},
                         {number(1, 2), number(1, 2)},
                         {}};
        draw_dense_loops(shape);
        mapped_.problem = convolution("random", shape);
        const int levels = int(number(2, 4));
        for (int level = 0; level < levels; level++) {
            mapped_.levels.push_back("L" + std::to_string(level));
        }
        const size_t loops = mapped_.problem.loops.size();
        mapped_.mapping.temporal.assign(size_t(levels), std::vector<int64_t>(loops, 1));
        mapped_.mapping.ragged.assign(size_t(levels), std::vector<int64_t>(loops, 0));
        draw_axes();
        for (size_t d = 0; d < loops; d++) {
            draw_tiles(d);
        }
        for (int level = 0; level < levels; level++) {
            draw_order(level);
        }
        draw_bypassed();
        return mapped_;
    }

private:
    std::mt19937 random_;
    MappedLayer mapped_;

    int64_t number(int64_t low, int64_t high) {
        return low + int64_t(random_() % uint64_t(high - low + 1));
    }

    std::string one_of(const std::vector<std::string> &loops) {
        return loops[size_t(number(0, int64_t(loops.size()) - 1))];
    }

    /// Of an input with one column, the rest of which is padding, the columns are not dense.
    void draw_dense_loops(LayerShape &shape) {
        shape.dense = {one_of({"C", "OX", "OY", "N", "none"}),
                       one_of({"C", "FX", "FY", "K", "none"}),
                       one_of({"K", "OX", "OY", "N", "none"})};
        if ((shape.dense.input == "OX" && shape.out_width == 1) ||
            (shape.dense.input == "OY" && shape.out_height == 1)) {
            shape.dense.input = "none";
        }
    }

    void draw_axes() {
        int previous = -1;
        for (int axis = 0; axis < 2; axis++) {
            const int loop = int(number(0, 6));
            const int64_t most = std::min<int64_t>(4, mapped_.problem.loops[size_t(loop)].extent);
            mapped_.mapping.axes.emplace_back();
            if (loop != previous) {
                mapped_.mapping.axes.back().push_back({loop, number(1, most)});
            }
            previous = loop;
        }
    }

    void draw_tiles(size_t d) {
        Mapping &mapping = mapped_.mapping;
        const int64_t lanes = mapping.spatial(int(d));
        int64_t left = mapped_.problem.loops[d].extent;
        for (int level = mapped_.last_level(); level > 0; level--) {
            const int64_t tile = number(0, 1) == 0 ? left : number(lanes, left);
            mapping.temporal[size_t(level)][d] = (left + tile - 1) / tile;
            mapping.ragged[size_t(level)][d] = left % tile == 0 ? 0 : tile;
            left = tile;
        }
        mapping.temporal[0][d] = (left + lanes - 1) / lanes;
    }

    void draw_order(int level) {
        std::vector<int> order(mapped_.problem.loops.size());
        for (size_t i = 0; i < order.size(); i++) {
            order[i] = int(i);
        }
        std::shuffle(order.begin(), order.end(), random_);
        if (level == mapped_.last_level()) { // sums stay: loops of the reduction innermost
            std::stable_partition(order.begin(), order.end(), [&](int d) {
                const std::string &name = mapped_.problem.loops[size_t(d)].name;
                return name == "C" || name == "FX" || name == "FY";
            });
        }
        mapped_.mapping.order.push_back(order);
    }

    void draw_bypassed() {
        mapped_.mapping.bypassed.assign(mapped_.levels.size(), 0);
        for (const int tensor : {0, 2}) {
            const int64_t held = number(0, mapped_.last_level() - 1);
            for (int level = 0; level < mapped_.last_level(); level++) {
                mapped_.mapping.bypassed[size_t(level)] |=
                    level != held && number(0, 2) == 0 ? TensorSet(1) << tensor : 0;
            }
        }
    }
};

std::string text_of(const MappedLayer &mapped) {
    Hardware hardware;
    for (const std::string &level : mapped.levels) {
        hardware.levels.push_back({level, 0, 1});
    }
    return text_of(mapped.problem) + "\n" + loop_nest(mapped.problem, hardware, mapped.mapping);
}

} // namespace

TEST_CASE("random mappings with ragged tiles do what is counted from them") {
    const int first = test::from_environment("ORRERY_SEED", 53),
              runs = test::from_environment("ORRERY_RUNS", 30);
    for (int seed = first; seed < first + runs; seed++) {
        const MappedLayer mapped = Draw(unsigned(seed)).mapping();
        INFO("seed " << seed << "\n" << text_of(mapped));
        const dataflows::Layer layer = dataflows::layer_of(*layer_of(mapped.problem));
        const HardwareAccesses counted = hardware_accesses(mapped);
        try {
            const Design design = test::compile_layer(
                layer,
                [&](dataflows::Convolution &c) { scheduling::apply_mapping(c.output, mapped); },
                test::order_of(mapped.problem));
            CHECK(test::interpret(design, test::data_of(layer), counted.points) == "");
            test::PredictedCounters(design.hardware())
                .check(counted, {"padded", "weights"}, "sum", "output");
        } catch (const std::exception &error) {
            FAIL_CHECK(error.what());
        }
    }
}
