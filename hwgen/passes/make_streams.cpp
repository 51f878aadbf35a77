#include "hwgen/passes/make_streams.h"

#include "hwgen/passes/runs.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <cstdlib>

namespace Orrery::passes {
using namespace hwir;

namespace {

/// Makes the stream of one access.
class StreamMaker {
public:
    StreamMaker(Design &d, int process_index, int load_index)
        : design(d), pool(d.exprs), process_number(process_index), load(load_index),
          process(d.processes[process_index]),
          access(load < 0 ? process.store : process.loads[load]), tensor(d.tensors[access.memory]) {
    }

    Stream make() {
        check_supported();
        ElementSequence sequence{{}, element_address(), 0, {}};
        split_lanes(sequence.address);
        sequence.facts = stream_facts();
        Stream stream;
        stream.name = name();
        stream.tensor = access.memory;
        stream.process = process_number;
        stream.load = load;
        stream.lanes = lanes;
        for (const Affine &sum : sequence.facts.not_negative) {
            stream.shifted = check_neighbours(sum) || stream.shifted;
        }
        check_others(sequence.facts.others);
        for (int l = 0; l < int(process.loops.size()); l++) {
            if (process.loops[l].kind == LoopKind::Serial) {
                sequence.order.push_back(l);
            }
        }
        sequence.order.insert(sequence.order.end(), lanes.begin(), lanes.end());
        sequence.separate = token_loops();
        stream.descriptor = make_runs(pool, process, std::move(sequence));
        return stream;
    }

private:
    Design &design;
    ExprPool &pool;
    int process_number, load;
    const Process &process;
    const Access &access;
    const Tensor &tensor;
    std::vector<int> lanes;   ///< lane loops of the stream
    std::vector<int> ignored; ///< lane loops on which the address does not depend

    /// "acc stage 1 (load from weights)"
    std::string place() const {
        return fmt::format("Func {} stage {} ({} tensor {})", process.func, process.stage,
                           load < 0 ? "store to" : "load from", tensor.name);
    }

    /// By its tensor; later streams of the same tensor get a number.
    std::string name() const {
        auto earlier = std::count_if(design.streams.begin(), design.streams.end(),
                                     [&](const Stream &s) { return s.tensor == access.memory; });
        std::string base = tensor.name + "_stream";
        return earlier ? fmt::format("{}{}", base, earlier + 1) : base;
    }

    void check_supported() const {
        if (load >= 0 && tensor.direction == Direction::Output) {
            user_error("{}: the output of the accelerator is read back. Compute the Func that is "
                       "updated inside the scope "
                       "(compute_at or compute_root) and copy it to the output.",
                       place());
        }
        if (load < 0 && tensor.direction == Direction::Input) {
            user_error("{}: an input is written.", place());
        }
        for (size_t d = 0; d < access.indices.size(); d++) {
            const Index &index = access.indices[d];
            if (index.lane_table.defined() || index.modulus != 0) {
                user_error("{}: dimension {} is no affine function of the unrolled loops. Copy the "
                           "tensor into a buffer "
                           "with in() first, or do not unroll or vectorize {}.",
                           place(), d, lane_names(index));
            }
        }
    }

    std::string lane_names(const Index &index) const {
        std::string text;
        for (int l : lane_loops(process)) {
            if (hwir::depends_on(pool, index, l)) {
                text += (text.empty() ? "loop " : ", ") + process.loops[l].name;
            }
        }
        return text.empty() ? "its loops" : text;
    }

    /// The loops around what one token of a scratch tensor stands for.
    size_t token_loops() const {
        int depth = hwir::generation_depth(tensor, process_number);
        if (!tensor.writers.empty() && tensor.writers.front().process == process_number) {
            depth = std::max(depth, process.pass_depth);
        }
        return size_t(depth);
    }

    ElementAddress element_address() {
        ElementAddress address(process.loops.size());
        for (size_t d = 0; d < access.indices.size(); d++) {
            const Index &index = access.indices[d];
            const Polynomial stride =
                Polynomial::of(pool, expression(pool, tensor.dimensions[d].stride));
            for (size_t l = 0; l < process.loops.size(); l++) {
                address.add_counter(int(l), stride * index.coefficients[l]);
            }
            address.add_offset(stride * index.offset);
            if (index.base.defined()) {
                address.add(pool, index.base, stride);
            }
        }
        return address;
    }

    /// The greatest distance that a step of the loop can be.
    int64_t greatest_step(const ElementAddress &address, int loop) {
        const Interval range =
            bounds(pool, address.coefficients[loop].build(pool), std::vector<int64_t>{});
        return std::max(std::abs(range.min), std::abs(range.max));
    }

    void split_lanes(const ElementAddress &address) {
        for (int l : lane_loops(process)) {
            bool moves = !address.coefficients[l].is_zero() && process.loops[l].max_extent > 1;
            (moves ? lanes : ignored).push_back(l);
        }
        std::stable_sort(lanes.begin(), lanes.end(), [&](int a, int b) {
            return greatest_step(address, a) > greatest_step(address, b);
        });
    }

    std::vector<ExprId> conditions() const {
        std::vector<ExprId> all = process.enables;
        if (load >= 0) {
            all.insert(all.end(), access.predicate.begin(), access.predicate.end());
        }
        return all;
    }

    Facts stream_facts() {
        Facts facts;
        for (ExprId condition : conditions()) {
            if (uses_load(pool, condition)) {
                user_error("{}: whether an element is moved depends on data. Move the element "
                           "always and choose afterwards "
                           "with select().",
                           place());
            }
            check_ignored_lanes(condition);
            add_facts(pool, at_zero(pool, condition, ignored), process.loops, facts);
        }
        return facts;
    }

    /// The element that several lanes share is moved for the first of them: it must be enabled when
    /// any other one is.
    void check_ignored_lanes(ExprId condition) {
        Facts facts;
        add_facts(pool, condition, process.loops, facts);
        for (int l : ignored) {
            bool fails = process.loops[l].max_extent > 1 &&
                         (std::any_of(facts.not_negative.begin(), facts.not_negative.end(),
                                      [&](const Affine &a) {
                                          return a.coefficients[l] > 0 || atoms_use(pool, a, l);
                                      }) ||
                          std::any_of(facts.others.begin(), facts.others.end(),
                                      [&](ExprId e) { return uses_counter(pool, e, l); }));
            if (fails) {
                user_error("{}: unrolled loop {} shares the element between its iterations, but "
                           "its first iteration is "
                           "not always enabled. Copy the tensor into a buffer with in() first, or "
                           "do not unroll {}.",
                           place(), process.loops[l].name, process.loops[l].name);
            }
        }
    }

    /// The enabled lanes are neighbours in the order of the stream where every condition sees only
    /// the outermost lane loop, or only the position. Is the condition a lower bound?
    bool check_neighbours(const Affine &sum) {
        bool only_outermost = true, only_position = true;
        int64_t weight = 1, step = lanes.empty() ? 0 : sum.coefficients[lanes.back()];
        for (size_t i = lanes.size(); i-- > 0;) {
            int64_t k = sum.coefficients[lanes[i]];
            only_outermost = only_outermost && (i == 0 || k == 0);
            only_position = only_position && k == step * weight;
            weight *= process.loops[lanes[i]].max_extent;
        }
        for (int l : lanes) {
            if (atoms_use(pool, sum, l) || !(only_outermost || only_position)) {
                refuse_lane(l);
            }
        }
        return !lanes.empty() && sum.coefficients[lanes.front()] > 0;
    }

    [[noreturn]] void refuse_lane(int l) const {
        user_error("{}: the enabled lanes of unrolled loop {} are no neighbours in memory. "
                   "Vectorize or unroll one loop only "
                   "(the one with the smallest stride), or choose tiles that divide the extents.",
                   place(), process.loops[l].name);
    }

    /// Conditions that are not affine must not depend on the lanes of the stream.
    void check_others(const std::vector<ExprId> &others) const {
        for (int l : lanes) {
            for (ExprId e : others) {
                if (uses_counter(pool, e, l)) {
                    refuse_lane(l);
                }
            }
        }
    }
};

} // namespace

void make_streams(Design &design) {
    design.streams.clear();
    for (int p = 0; p < int(design.processes.size()); p++) {
        const Process &process = design.processes[p];
        for (int l = 0; l < int(process.loads.size()); l++) {
            if (process.loads[l].kind == MemoryKind::Tensor) {
                design.streams.push_back(StreamMaker(design, p, l).make());
            }
        }
        if (process.store.kind == MemoryKind::Tensor) {
            design.streams.push_back(StreamMaker(design, p, -1).make());
        }
    }
}

} // namespace Orrery::passes
