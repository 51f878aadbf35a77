// The rings of tokens of buffers and of scratch tensors.
#include "hwgen/lower/top_state.h"
#include "hwgen/templates/templates.h"

#include <fmt/format.h>

namespace Orrery::lower {

using namespace netlist;

void Top::add_ring(const std::string &name, int slots, const std::vector<TokenPins> &writers,
                   const std::vector<TokenPins> &readers, uint64_t previous) {
    Value ready[2], acquire[2], release[2];
    for (bool writer : {true, false}) {
        const std::vector<TokenPins> &all = writer ? writers : readers;
        ready[writer] = scope.net(name + (writer ? "_writer_ready" : "_reader_ready"),
                                  static_cast<int>(all.size()));
        std::vector<Value> taken, given;
        for (size_t k = 0; k < all.size(); k++) {
            taken.push_back(wire_of(all[k].taker, all[k].acquire));
            given.push_back(wire_of(all[k].giver, all[k].release));
            feed(all[k].taker, all[k].ready, bit(ready[writer], integer(static_cast<int64_t>(k))));
        }
        acquire[writer] = joined(taken);
        release[writer] = joined(given);
    }
    scope.instance("u_" + name + "_tokens",
                   templates::token_ring(slots, static_cast<int>(writers.size()),
                                         static_cast<int>(readers.size()), previous),
                   {{"clk_i", clk},
                    {"rst_i", rst},
                    {"idle_i", idle},
                    {"writer_ready_o", ready[true]},
                    {"writer_acquire_i", acquire[true]},
                    {"writer_commit_i", release[true]},
                    {"reader_ready_o", ready[false]},
                    {"reader_acquire_i", acquire[false]},
                    {"reader_release_i", release[false]}});
}

void Top::add_token_ring(int b) {
    const hwir::Buffer &buffer = design.buffers[b];
    std::vector<TokenPins> pins[2];
    for (bool writer : {true, false}) {
        for (const hwir::TokenUse &use : writer ? buffer.writers : buffer.readers) {
            const std::string &process = design.processes[use.process].name;
            const std::string prefix = buffer.name + (writer ? "_writer" : "_reader");
            if (!use.needed.empty()) {
                const std::string &last = design.processes[buffer.writers.back().process].name;
                feed(process, prefix + "_progress_i",
                     wire_of(last, buffer.name + "_writer_progress_o"));
            }
            pins[writer].push_back({process, prefix + "_ready_i", prefix + "_acquire_o", process,
                                    prefix + "_release_o"});
        }
    }
    uint64_t previous = 0;
    for (size_t k = 0; k < buffer.readers.size(); k++) {
        previous |= uint64_t{buffer.readers[k].previous} << k;
    }
    add_ring(buffer.name, buffer.slots, pins[true], pins[false], previous);
}

/// The streams of a scratch tensor take turns: the one that stores, then those that load. Where a
/// process updates the tensor, its two streams take turns in every pass as well: the loads go
/// ahead, and the next pass waits for the stores.
void Top::add_scratch_tokens(int t) {
    const hwir::Tensor &tensor = design.tensors[t];
    const int writer = tensor.writers.front().process;
    std::string stores, updates;
    std::vector<TokenPins> readers;
    for (const StreamModule &s : streams) {
        const hwir::Stream &stream = design.streams[s.stream];
        if (stream.tensor != t) {
            continue;
        }
        if (stream.load < 0) {
            stores = s.name;
        } else if (stream.process == writer) {
            updates = s.name;
        } else {
            readers.push_back({s.name, "generation_ready_i", "generation_acquire_o", s.name,
                               "generation_release_o"});
        }
    }
    scope.comment(
        fmt::format("Tensor {} in DRAM: loads wait for the answers of the stores.", tensor.name));
    const std::string &first = updates.empty() ? stores : updates;
    add_ring(
        tensor.name, 1,
        {{first, "generation_ready_i", "generation_acquire_o", stores, "generation_release_o"}},
        readers);
    if (!updates.empty()) {
        add_ring(tensor.name + "_pass", 1,
                 {{updates, "pass_ready_i", "pass_acquire_o", updates, "pass_acquire_o"}},
                 {{stores, "pass_ready_i", "pass_acquire_o", stores, "pass_release_o"}});
    }
}

} // namespace Orrery::lower
