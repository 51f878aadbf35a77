#include "hwgen/lower/stream.h"

#include "hwgen/hwir/timing.h"
#include "hwgen/lower/access_map.h"
#include "hwgen/lower/control.h"
#include "hwgen/lower/sequencer.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>
#include <map>
#include <memory>

namespace Orrery::lower {

using namespace netlist;
using hwir::ExprId;

namespace {

class StreamState {
public:
    StreamState(Build &b, int stream_number, int chunk, bool shared)
        : build(b), stream(b.design.streams[stream_number]), tensor(b.design.tensors[stream.tensor]),
          chunk_bytes(chunk), shared_port(shared), number(stream_number), scope(module.items) {
        module.name = stream.name;
        module.purpose = fmt::format("Runs and DMA of stream {} of tensor {}.", stream.name, tensor.name);
    }
    StreamModule run();

private:
    void add_sequencer();
    void add_tokens();
    void add_token(const std::string &name, int depth, bool takes, bool gives);
    Value add_address();
    void add_runs();
    Value add_drain();
    void add_dma(Value valid, Value ready, Value address, Value length);

    Build &build;
    const hwir::Stream &stream;
    const hwir::Tensor &tensor;
    const int chunk_bytes;
    const bool shared_port;
    const int number;
    Module module;
    Scope scope;
    std::unique_ptr<Control> control;
    int loops = 1;
    Value clk, rst, idle, start, done, index, increment, valid, in_range, fire, stall;
    Value settled;               ///< all runs are in memory (a writer), or have come (a reader of a scratch tensor)
    Value first_from, last_from; ///< only where there are tokens
    std::vector<Value> waits;    ///< reasons for which a point stays without a run
};

void StreamState::add_sequencer() {
    const std::vector<hwir::Loop> &nest = stream.descriptor.loops;
    const SequencerSize size = sequencer_size(nest);
    loops = size.loops;
    clk = module.input("clk_i", 1);
    rst = module.input("rst_i", 1);
    Value request = module.input("start_i", 1);
    idle = module.input("idle_i", 1);
    start = scope.net("run_start", 1);
    const bool ends = hwir::ends_invocations(build.design, stream);
    done = ends ? scope.net("run_done", 1) : nullptr;
    index = scope.net("index", loops * size.index_width);
    increment = scope.net("increment", loops);
    valid = scope.net("valid", 1);
    in_range = scope.net("in_range", 1);
    fire = scope.net("fire", 1);
    stall = scope.net("stall", 1);
    const bool scratch = tensor.direction == hwir::Direction::Scratch;
    if (scratch) {
        first_from = scope.net("first_from", loops + 1);
        last_from = scope.net("last_from", loops + 1);
    }
    if (ends) {
        settled = scope.net("settled", 1);
    }
    control = std::make_unique<Control>(build, module, nest, index, size.index_width, start);
    SequencerNets nets;
    nets.clk = clk;
    nets.rst = rst;
    nets.request = request;
    nets.stall = stall;
    nets.extents = sequencer_extents(build, *control, nest);
    nets.index = index;
    nets.first_from = first_from;
    nets.last_from = last_from;
    nets.increment = increment;
    nets.valid = valid;
    nets.in_range = in_range;
    nets.fire = fire;
    nets.done = done;
    nets.start = start;
    instantiate_sequencer(scope, size, nets);
}

void StreamState::add_tokens() {
    if (tensor.direction != hwir::Direction::Scratch) {
        return;
    }
    const hwir::Process &process = build.design.processes[stream.process];
    const int generation = hwir::generation_depth(tensor, stream.process);
    const bool updates = tensor.writers.front().process == stream.process && process.pass_depth >= 0;
    const bool stores = stream.load < 0;
    add_token("generation", generation, !updates || !stores, !updates || stores);
    if (updates) {
        add_token("pass", process.pass_depth, true, stores);
    }
}

void StreamState::add_token(const std::string &name, int depth, bool takes, bool gives) {
    if (takes) {
        Value enter = bit(first_from, integer(depth));
        Value missing = unary(ValueOp::Not, module.input(name + "_ready_i", 1));
        waits.push_back(scope.wire(name + "_waits", binary(ValueOp::And, enter, missing)));
        scope.assign(module.output(name + "_acquire_o", 1), binary(ValueOp::And, fire, enter));
    }
    if (gives) {
        Value leave = binary(ValueOp::And, fire, bit(last_from, integer(depth)));
        Value unsettled = scope.net(name + "_unsettled", 1);
        scope.instance("u_" + name + "_fence", templates::settle_fence(),
                       {{"clk_i", clk},
                        {"rst_i", rst},
                        {"leave_i", scope.wire(name + "_leaves", leave)},
                        {"settled_i", settled},
                        {"waiting_o", unsettled},
                        {"release_o", module.output(name + "_release_o", 1)}});
        waits.push_back(unsettled);
    }
}

Value StreamState::add_address() {
    const int width = axi_address_bits, bytes = tensor.type.bits / 8;
    const hwir::Type type{width, false};
    const hwir::RunStart &start_of_run = stream.descriptor.start;
    auto in_bytes = [&](ExprId elements, const std::string &name) {
        return control->shared(build.pool.mul(elements, build.pool.constant(bytes)), type, name);
    };
    Value base = module.input("base_i", width);
    // A first element that depends on scalars is added behind the generator, which begins before they are there.
    Value first = in_bytes(start_of_run.offset, "first");
    const bool fixed = build.pool.as_constant(start_of_run.offset).has_value();
    Value origin = fixed ? binary(ValueOp::Add, base, first) : base;
    uint64_t used = 0;
    std::vector<Value> coefficients; // most significant first
    for (int i = loops; i-- > 0;) {
        bool real = i < static_cast<int>(start_of_run.coefficients.size());
        Value step = real ? in_bytes(start_of_run.coefficients[i], "step" + std::to_string(i))
                          : constant(width, 0);
        bool zero = !real || build.pool.as_constant(start_of_run.coefficients[i]) == 0;
        used |= uint64_t{!zero} << i;
        coefficients.push_back(step);
    }
    Value address = scope.net("affine_address", width);
    scope.instance("u_address", templates::address_generator(loops, width, used),
                   {{"clk_i", clk}, {"start_i", start}, {"step_i", fire}, {"increment_i", increment},
                    {"base_i", scope.wire("origin", origin)}, {"coefficient_i", concat(coefficients)},
                    {"address_o", address}});
    if (!fixed) {
        address = binary(ValueOp::Add, address, first);
    }
    if (start_of_run.base.defined()) {
        address = binary(ValueOp::Add, address, in_bytes(start_of_run.base, "address_rest"));
    }
    return scope.wire("run_address", address);
}

/// The stream is done with an invocation when memory has answered all of its runs. Until then those of the next one wait.
Value StreamState::add_drain() {
    Value drains = scope.net("drains", 1);
    Value goes_on = binary(ValueOp::And, drains, unary(ValueOp::Not, settled));
    scope.add_register(drains, binary(ValueOp::Or, done, goes_on), true);
    scope.assign(module.output("done_o", 1), binary(ValueOp::And, drains, settled));
    return drains;
}

void StreamState::add_runs() {
    hwir::ExprPool &pool = build.pool;
    const int bytes = tensor.type.bits / 8;
    Value wanted = binary(ValueOp::And, valid, in_range);
    int n = 0;
    for (ExprId c : stream.descriptor.conditions) {
        Value v = control->shared(c, hwir::boolean, "condition" + std::to_string(n++));
        wanted = binary(ValueOp::And, wanted, v);
    }
    ExprId some = pool.less(pool.constant(0), stream.descriptor.length);
    wanted = binary(ValueOp::And, wanted, control->shared(some, hwir::boolean, "not_empty"));
    if (done) {
        waits.push_back(add_drain());
    }
    Value waiting;
    for (const Value &w : waits) {
        waiting = waiting ? binary(ValueOp::Or, waiting, w) : w;
    }
    if (waiting) {
        waiting = waits.size() == 1 ? waiting : scope.wire("waiting", waiting);
        wanted = binary(ValueOp::And, wanted, unary(ValueOp::Not, waiting));
    }
    Value run_valid = scope.wire("run_valid", wanted);
    const int length_bits = std::max(16, bits_for(stream.descriptor.max_length * bytes));
    ExprId length = pool.mul(stream.descriptor.length, pool.constant(bytes));
    Value run_length = control->shared(length, hwir::Type{length_bits, false}, "run_length");
    Value ready = scope.net("run_ready", 1);
    Value refused = binary(ValueOp::And, run_valid, unary(ValueOp::Not, ready));
    scope.assign(stall, waiting ? binary(ValueOp::Or, waiting, refused) : refused);
    add_dma(run_valid, ready, add_address(), run_length);
}

void StreamState::add_dma(Value run_valid, Value ready, Value address, Value length) {
    const bool reads = stream.load >= 0;
    const int bus_bytes = tensor.bus_bits / 8;
    const int buffer_beats = shared_port ? hwir::shared_port_beats : 0;
    Signature dma =
        reads ? templates::axi_read_stream(axi_address_bits, length->width, bus_bytes, chunk_bytes,
                                           tensor.max_burst_beats, tensor.outstanding_bursts, buffer_beats)
              : templates::axi_write_stream(axi_address_bits, length->width, bus_bytes, chunk_bytes,
                                            tensor.max_burst_beats, tensor.outstanding_bursts);
    std::map<std::string, Value> pins{{"clk_i", clk},
                                      {"rst_i", rst},
                                      {"idle_i", idle},
                                      {"run_valid_i", run_valid},
                                      {"run_ready_o", ready},
                                      {"run_address_i", address},
                                      {"run_length_i", length},
                                      {"settled_o", settled}};
    // Every other pin of the DMA is a port of this module; the process knows its own side by shorter names.
    const std::map<std::string, std::string> renamed{{"chunk_valid_i", "valid_i"},
                                                     {"chunk_ready_o", "ready_o"},
                                                     {"chunk_count_i", "count_i"},
                                                     {"chunk_data_i", "data_i"}};
    std::vector<Connection> connections;
    for (const Port &p : dma.ports) {
        auto known = pins.find(p.name);
        auto name = renamed.find(p.name);
        std::string port = name == renamed.end() ? p.name : name->second;
        Value v = known != pins.end()                      ? known->second
                  : p.direction == PortDirection::Input ? module.input(port, p.width)
                                                        : module.output(port, p.width);
        connections.push_back({p.name, v});
    }
    scope.instance("u_dma", dma, connections);
}

StreamModule StreamState::run() {
    add_sequencer();
    add_tokens();
    add_runs();
    control->finish();
    absorb_unused(module);
    StreamModule result{number, module.name, module.signature()};
    build.modules.push_back(std::move(module));
    return result;
}

} // namespace

StreamModule lower_stream(Build &build, int stream, int chunk_bytes, bool shared_port) {
    return StreamState(build, stream, chunk_bytes, shared_port).run();
}

} // namespace Orrery::lower
