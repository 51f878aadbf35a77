#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"
#include "layer.h"
#include "presets.h"
#include "schedule.h"
#include <orrery.h>

#include <iostream>

namespace {

using namespace Halide;

/// The convolution in any of the presets, or as the optimizer maps it.
class ConvolutionDataflow : public Generator<ConvolutionDataflow> {
public:
    GeneratorParam<std::string> dataflow{"dataflow", "weight_stationary_c_k"}; ///< name of a preset
    /// "K=16 C=8 OY=7 OX=7 FY=3 FX=3 stride=2", as for `orrery optimize`, instead of what follows.
    GeneratorParam<std::string> layer_text{"layer", ""};
    GeneratorParam<bool> print_schedule{"print_schedule", false}; ///< to the standard output

    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port
    /// Bursts in flight, of every port; 0: as the schedule has them.
    GeneratorParam<int> outstanding{"outstanding", 0};

    GeneratorParam<int> batch{"batch", 1};
    GeneratorParam<int> channels{"channels", 64};
    GeneratorParam<int> filters{"filters", 64};
    GeneratorParam<int> width{"width", 14};   ///< of the output
    GeneratorParam<int> height{"height", 14}; ///< of the output
    GeneratorParam<int> kernel_width{"kernel_width", 3};
    GeneratorParam<int> kernel_height{"kernel_height", 3};
    GeneratorParam<int> stride{"stride", 1};
    GeneratorParam<int> dilation{"dilation", 1};

    Input<Buffer<int8_t, 4>> input{"input"};     ///< c, x, y, b
    Input<Buffer<int8_t, 4>> weights{"weights"}; ///< c, fx, fy, k
    Input<Buffer<int32_t, 1>> bias{"bias"};      ///< k
    Output<Buffer<int8_t, 4>> output{"output"};  ///< k, x, y, b

    void generate() {
        const dataflows::Layer l = layer();
        const int input_shape[] = {l.channels, l.input_width(), l.input_height(), l.batch},
                  kernel_shape[] = {l.channels, l.kernel_width, l.kernel_height, l.filters};
        for (int d = 0; d < 4; d++) {
            input.dim(d).set_bounds(0, input_shape[d]);
            weights.dim(d).set_bounds(0, kernel_shape[d]);
        }
        bias.dim(0).set_bounds(0, l.filters);
        convolution = std::make_unique<dataflows::Convolution>(l, input, weights, bias);
        output = convolution->output;
    }

    void schedule() {
        if (using_autoscheduler()) { // autoscheduler=orrery or mapping=
            if (bus_bits != 128 || outstanding != 0) {
                give_ports();
            }
            return;
        }
        dataflows::Dataflow flow = preset();
        flow.bus_bits = bus_bits == 128 ? 0 : int(bus_bits);
        flow.outstanding_bursts = outstanding;
        const std::string text = dataflows::schedule(*convolution, flow);
        if (print_schedule) {
            std::cout << text;
        }
    }

private:
    void give_ports() {
        Orrery::Accelerator hw = Orrery::accelerate(output);
        for (const Func &tensor : {Func(input), Func(weights), Func(bias), Func(output)}) {
            Orrery::PortSettings port = hw.port(tensor).bus_bits(bus_bits);
            if (outstanding != 0) {
                port.outstanding(outstanding);
            }
        }
    }

    dataflows::Dataflow preset() const {
        const std::string name = dataflow;
        const dataflows::Preset *found = dataflows::find_preset(name);
        if (!found) {
            std::string known;
            for (const dataflows::Preset &p : dataflows::presets()) {
                known += std::string(" ") + p.name;
            }
            Orrery::user_error("dataflow={}: there is no such preset; choose one of{}", name,
                               known);
        }
        return found->make(layer());
    }

    dataflows::Layer layer() const {
        const std::string text = layer_text;
        if (!text.empty()) {
            const Orrery::optimizer::LayerShape shape = Orrery::optimizer::parse_layer(text);
            for (const auto &[tensor, loop] : Orrery::optimizer::unusual_dense_loops(shape)) {
                Orrery::user_error("layer: {}={}: in this convolution channels are innermost",
                                   tensor, loop);
            }
            return dataflows::layer_of(shape);
        }
        dataflows::Layer l;
        l.batch = batch;
        l.channels = channels;
        l.filters = filters;
        l.width = width;
        l.height = height;
        l.kernel_width = kernel_width;
        l.kernel_height = kernel_height;
        l.stride = {stride, stride};
        l.dilation = {dilation, dilation};
        return l;
    }

    std::unique_ptr<dataflows::Convolution> convolution;
};

} // namespace

HALIDE_REGISTER_GENERATOR(ConvolutionDataflow, convolution_dataflow)
