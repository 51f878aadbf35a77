#include "tests/dataflows/random_dataflow.h"

#include "hwgen/support/error.h"
#include "tests/equivalence/random_layer.h"

#include <algorithm>

namespace Orrery::test {
using namespace dataflows;

namespace {

std::string text_of(const std::vector<Block> &blocks) {
    std::string text;
    for (const Block &b : blocks) {
        text += " " + name_of(b.loop) + (b.size ? std::to_string(b.size) : "");
    }
    return text;
}

class Generator {
public:
    /// Halide takes a second to compile a reference, so there are few layers.
    explicit Generator(unsigned seed) : dice(seed), layer_dice(seed % layer_count) {}

    RandomDataflow run() {
        make_layer(layer_dice);
        make_array();
        make_tiles();
        make_nest();
        make_copies(Copy::Input, {Loop::C, Loop::X, Loop::Y, Loop::B});
        make_copies(Copy::Weights, {Loop::C, Loop::FX, Loop::FY, Loop::K});
        d.drain_width = dice.once_in(2) ? 1 : dice.between(2, 4);
        d.sum_registers = dice.once_in(2);
        d.bus_bits = 32 << dice.below(3);
        out.text += " drain" + std::to_string(d.drain_width);
        return out;
    }

private:
    void make_layer(Dice &dice) {
        Layer &l = out.layer;
        l.batch = dice.between(1, 3);
        l.channels = dice.between(1, 9);
        l.filters = dice.between(1, 9);
        l.width = dice.between(1, 7);
        l.height = dice.between(1, 7);
        l.kernel_width = dice.between(1, 4);
        l.kernel_height = dice.between(1, 4);
        const auto stride = [&] { return dice.once_in(3) ? dice.between(2, 3) : 1; };
        const auto dilation = [&] { return dice.once_in(4) ? 2 : 1; };
        l.stride.x = stride();
        l.stride.y = stride();
        l.dilation.x = dilation();
        l.dilation.y = dilation();
        out.text = fmt::format("B{} C{} K{} {}x{} kernel {}x{} stride {} {} dilation {} {}",
                               l.batch, l.channels, l.filters, l.width, l.height, l.kernel_width,
                               l.kernel_height, l.stride.x, l.stride.y, l.dilation.x, l.dilation.y);
    }

    void make_array() {
        std::vector<Loop> loops(std::begin(all_loops), std::end(all_loops));
        dice.shuffle(loops);
        const int count = dice.between(1, 4), on_rows = dice.between(1, count);
        for (int i = 0; i < count; i++) {
            (i < on_rows ? d.rows : d.columns).push_back({loops[i], dice.between(2, 4)});
        }
        out.text += " rows" + text_of(d.rows) + " columns" + text_of(d.columns);
    }

    void make_tiles() {
        for (Loop loop : {Loop::K, Loop::X, Loop::Y, Loop::B}) {
            if (dice.once_in(2)) {
                d.tiles.push_back({loop, dice.between(1, 6)});
            }
        }
        dice.shuffle(d.tiles);
        out.text += " tiles" + text_of(d.tiles);
    }

    void make_nest() {
        std::vector<Loop> loops(std::begin(all_loops), std::end(all_loops));
        dice.shuffle(loops);
        for (Loop loop : loops) {
            d.nest.push_back({loop, 0});
        }
        for (int blocks = dice.below(3); blocks > 0; blocks--) {
            const Loop loop = dice.one_of(loops);
            auto at = std::find_if(d.nest.begin(), d.nest.end(),
                                   [&](const Block &b) { return b.loop == loop; });
            if (at->size == 0) {
                const int position = dice.below(int(at - d.nest.begin()) + 1);
                d.nest.insert(d.nest.begin() + position, {loop, dice.between(2, 5)});
            }
        }
        out.text += " nest" + text_of(d.nest);
    }

    /// One to three levels, at loops from outside inwards.
    void make_copies(int operand, const std::vector<Loop> &loops) {
        std::vector<Level> levels{{Level::Root}};
        for (const Block &b : d.tiles) {
            levels.push_back({Level::Tile, b.loop});
        }
        for (size_t i = 0; i < d.nest.size(); i++) {
            const bool first =
                std::none_of(d.nest.begin(), d.nest.begin() + i,
                             [&](const Block &b) { return b.loop == d.nest[i].loop; });
            if (first) {
                levels.push_back({Level::Nest, d.nest[i].loop});
            }
        }
        size_t at = 0;
        for (int count = dice.between(1, 3); count > 0 && at < levels.size(); count--) {
            at += size_t(dice.below(int(levels.size() - at)));
            Copy copy{operand, levels[at], {}, dice.once_in(2), dice.between(1, 2)};
            std::vector<Loop> along = loops;
            dice.shuffle(along);
            const bool dram = d.copies.empty() || d.copies.back().operand != operand;
            if (dram && dice.once_in(2)) {
                copy.wide = {{Loop::C, dice.between(2, 8)}};
            } else if (!dram) {
                for (int wide = dice.below(3); wide > 0; wide--) {
                    copy.wide.push_back({along[wide], dice.between(2, 4)});
                }
            }
            static const char *const places[] = {"root", "tile ", "nest "};
            out.text += fmt::format(" {}@{}{} wide{}", operand == Copy::Input ? "input" : "weights",
                                    places[copy.level.where],
                                    copy.level.where == Level::Root ? "" : name_of(copy.level.loop),
                                    text_of(copy.wide));
            d.copies.push_back(copy);
            at++;
        }
    }

    static constexpr unsigned layer_count = 12;
    Dice dice, layer_dice;
    RandomDataflow out;
    Dataflow &d = out.dataflow;
};

} // namespace

RandomDataflow random_dataflow(unsigned seed) { return Generator(seed).run(); }

} // namespace Orrery::test
