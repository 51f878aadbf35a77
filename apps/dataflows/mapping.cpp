#include "mapping.h"

#include "hwgen/optimizer/access_model.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace dataflows {
namespace optimizer = Orrery::optimizer;

namespace {

Loop loop_named(const std::string &name) {
    static const std::pair<const char *, Loop> loops[] = {
        {"FX", Loop::FX}, {"FY", Loop::FY}, {"OX", Loop::X}, {"OY", Loop::Y},
        {"K", Loop::K},   {"C", Loop::C},   {"N", Loop::B}};
    for (const auto &[known, loop] : loops) {
        if (name == known) {
            return loop;
        }
    }
    Orrery::user_error("mapping: the loop {} has no place in a convolution with one group", name);
}

class Converter {
public:
    explicit Converter(const optimizer::MappedLayer &mapped)
        : mapped_(mapped), loops_(optimizer::nest_of(mapped)) {}

    Dataflow run() {
        flow_.name = "mapping";
        set_axes();
        set_tiles();
        set_nest();
        add_copies(Copy::Input, "input");
        add_copies(Copy::Weights, "weights");
        flow_.drain_width = optimizer::drain_width(mapped_);
        return flow_;
    }

private:
    const optimizer::MappedLayer &mapped_;
    Dataflow flow_;
    std::vector<optimizer::NestLoop> loops_;
    size_t tiles_ = 0; ///< so many of them are around the sums

    Loop name(int loop) const { return loop_named(mapped_.problem.loops[loop].name); }

    void set_axes() {
        for (size_t a = 0; a < mapped_.mapping.axes.size(); a++) {
            for (const optimizer::SpatialLoop &loop : mapped_.mapping.axes[a]) {
                if (loop.factor > 1) {
                    (a == 0 ? flow_.rows : flow_.columns)
                        .push_back({name(loop.loop), int(loop.factor)});
                }
            }
        }
        if (flow_.rows.empty()) {
            flow_.rows.swap(flow_.columns);
        }
        if (flow_.rows.empty()) {
            flow_.rows.push_back({Loop::K, 1});
        }
    }

    void set_tiles() {
        while (tiles_ < loops_.size() && loops_[tiles_].level == mapped_.last_level() &&
               !is_reduction(name(loops_[tiles_].loop))) {
            flow_.tiles.push_back({name(loops_[tiles_].loop), int(loops_[tiles_].inside)});
            tiles_++;
        }
        for (size_t i = tiles_; i < loops_.size() && loops_[i].level == mapped_.last_level(); i++) {
            if (!is_reduction(name(loops_[i].loop))) {
                Orrery::user_error(
                    "mapping: at the level {0}, the loop {1} of the output lies inside of {2}, "
                    "over which sums "
                    "are made: they would go to memory and come back. Let the output stay there: "
                    "orrery optimize --fix \"{0} keeps output\"",
                    mapped_.levels.back(), mapped_.problem.loops[loops_[i].loop].name,
                    mapped_.problem.loops[loops_[tiles_].loop].name);
            }
        }
    }

    void set_nest() {
        for (size_t i = tiles_; i < loops_.size(); i++) {
            const bool last = std::none_of(
                loops_.begin() + int64_t(i) + 1, loops_.end(),
                [&](const optimizer::NestLoop &p) { return p.loop == loops_[i].loop; });
            flow_.nest.push_back({name(loops_[i].loop), last ? 0 : int(loops_[i].inside)});
        }
    }

    void add_copies(Copy::Operand operand, const char *tensor_name) {
        const auto tensor =
            std::find_if(mapped_.problem.tensors.begin(), mapped_.problem.tensors.end(),
                         [&](const optimizer::Tensor &t) { return t.name == tensor_name; });
        for (int level = mapped_.last_level() - 1; level >= 0; level--) {
            if (mapped_.mapping.bypasses(level, size_t(tensor - mapped_.problem.tensors.begin()))) {
                continue;
            }
            Copy copy{operand, level_outside(level, *tensor), {}, level <= mapped_.array_level, 2};
            if (copy.level.where == Level::Root) {
                copy.slots = 1;
            }
            const int width = optimizer::fill_width(mapped_, level);
            if (width > 1) {
                copy.wide = {{Loop::C, width}};
            }
            flow_.copies.push_back(copy);
        }
    }

    /// Where the copy of a level is refilled.
    Level level_outside(int level, const optimizer::Tensor &tensor) const {
        const int at = optimizer::refill_loop(mapped_, loops_, tensor, level);
        if (at < 0) {
            return {};
        }
        Level found{size_t(at) < tiles_ ? Level::Tile : Level::Nest, name(loops_[at].loop), 0};
        for (size_t i = tiles_; i < size_t(at); i++) {
            found.part += loops_[i].loop == loops_[at].loop ? 1 : 0;
        }
        return found;
    }
};

} // namespace

Layer layer_of(const optimizer::MappedLayer &mapped) {
    const optimizer::LayerShape &shape = mapped.shape;
    if (shape.groups != 1) {
        Orrery::user_error(
            "mapping: the layer has {} groups, and this generator one: optimize a group "
            "(K and C divided by the groups)",
            shape.groups);
    }
    Layer layer;
    layer.batch = int(shape.batch);
    layer.channels = int(shape.channels);
    layer.filters = int(shape.filters);
    layer.width = int(shape.out_width);
    layer.height = int(shape.out_height);
    layer.kernel_width = int(shape.kernel_width);
    layer.kernel_height = int(shape.kernel_height);
    layer.stride = int(shape.stride);
    return layer;
}

Dataflow dataflow_of(const optimizer::MappedLayer &mapped) {
    layer_of(mapped);
    return Converter(mapped).run();
}

} // namespace dataflows
