#include "tests/dataflows/cases.h"

#include <algorithm>

namespace Orrery::test {
using namespace dataflows;

namespace {

struct Shape {
    const char *name;
    int stride, dilation;
};
constexpr Shape shapes[] = {{"", 1, 1}, {"_stride2", 2, 1}, {"_dilation2", 1, 2}};

/// No extent is a multiple of 2, and only FY is one of 3: nearly every array is ragged.
Layer layer_of(const Shape &shape) {
    Layer layer;
    layer.batch = 5;
    layer.channels = 5;
    layer.filters = 7;
    layer.width = 7;
    layer.height = 7;
    layer.kernel_width = 5;
    layer.kernel_height = 3;
    layer.stride = {shape.stride, shape.stride};
    layer.dilation = {shape.dilation, shape.dilation};
    return layer;
}

int lanes_of(const Dataflow &dataflow, Loop loop) {
    for (const auto *axis : {&dataflow.rows, &dataflow.columns}) {
        for (const Block &b : *axis) {
            if (b.loop == loop) {
                return b.size;
            }
        }
    }
    return 1;
}

/// About `least` iterations, all lanes used: a multiple of the lanes.
Block tile(const Dataflow &dataflow, Loop loop, int least) {
    const int lanes = lanes_of(dataflow, loop);
    return {loop, (least + lanes - 1) / lanes * lanes};
}

std::string text_of(const std::vector<Block> &axis) {
    std::string text;
    for (const Block &b : axis) {
        text += (text.empty() ? "" : "+") + name_of(b.loop);
    }
    return text;
}

class Matrix {
public:
    explicit Matrix(bool all) : all_(all) {}

    std::vector<MatrixCase> run() {
        for (Loop loop : all_loops) {
            add({{loop, 4}}, {});
        }
        for (int i = 0; i < 7; i++) {
            for (int j = i + 1; j < 7; j++) {
                add_pair(all_loops[i], all_loops[j]);
            }
        }
        add_fully_connected();
        return std::move(cases_);
    }

private:
    void add_pair(Loop a, Loop b) {
        std::vector<Loop> others;
        std::copy_if(std::begin(all_loops), std::end(all_loops), std::back_inserter(others),
                     [&](Loop l) { return l != a && l != b; });
        add({{a, 3}}, {{b, 4}});
        for (size_t o = 0; o < others.size(); o++) {
            if (all_ || o == pairs_ % others.size()) {
                add({{a, 2}, {others[o], 2}}, {{b, 3}});
            }
            if (all_ || o == (pairs_ + 2) % others.size()) {
                add({{a, 3}}, {{b, 2}, {others[o], 2}});
            }
        }
        pairs_++;
        turn_ += 1; // so that the shapes of the next pair are not those of this one
    }

    /// Every weight is used once, and they come through a narrow port: no array can be busy.
    void add_fully_connected() {
        Layer layer;
        layer.channels = 150;
        layer.filters = 201;
        Dataflow d;
        d.name = "K_C_fully_connected";
        d.rows = {{Loop::K, 3}};
        d.columns = {{Loop::C, 4}};
        d.tiles = {{Loop::K, 12}};
        d.copies = {{Copy::Input, {Level::Root}, {{Loop::C, 4}}, false, 1},
                    {Copy::Weights, {Level::Tile, Loop::K}, {{Loop::C, 4}}}};
        d.bus_bits = 32;
        cases_.push_back({d.name, layer, d});
    }

    void add(const std::vector<Block> &rows, const std::vector<Block> &columns) {
        for (size_t s = 0; s < std::size(shapes); s++) {
            if (all_ || s == turn_ % std::size(shapes)) {
                add(rows, columns, shapes[s]);
            }
        }
        turn_++;
    }

    void add(const std::vector<Block> &rows, const std::vector<Block> &columns,
             const Shape &shape) {
        Dataflow d;
        d.rows = rows;
        d.columns = columns;
        d.tiles = {tile(d, Loop::B, 2), tile(d, Loop::Y, 4), tile(d, Loop::K, 4)};
        d.copies = {{Copy::Input, {Level::Tile, Loop::Y}, {{Loop::C, 8}}},
                    {Copy::Weights, {Level::Tile, Loop::K}, {{Loop::C, 8}}}};
        d.name = text_of(rows) + (columns.empty() ? "" : "_" + text_of(columns)) + shape.name;
        cases_.push_back({d.name, layer_of(shape), d});
    }

    bool all_;
    std::vector<MatrixCase> cases_;
    size_t pairs_ = 0, turn_ = 0;
};

} // namespace

std::vector<MatrixCase> matrix_cases(bool all) { return Matrix(all).run(); }

} // namespace Orrery::test
