#include "hwgen/hwir/verify.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace Orrery::hwir {
namespace {

bool is_identifier(const std::string &name) {
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) {
        return false;
    }
    return std::all_of(name.begin(), name.end(),
                       [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

/// Which leaves an expression may have: counters of some loops, and loads of some range.
struct Leaves {
    std::function<bool(int)> counter;
    int loads = 0;
};

class Verifier {
public:
    explicit Verifier(const Design &d) : design(d), pool(d.exprs) {}

    void run() {
        names();
        for (const Scalar &s : design.exprs.scalars()) {
            scalar(s);
        }
        for (const Requirement &r : design.requirements) {
            where = "the requirement that " + r.text;
            condition(r.condition, "the condition", {[](int) { return false; }, 0});
        }
        for (const Tensor &t : design.tensors) {
            tensor(t);
        }
        for (const Process &p : design.processes) {
            process(p);
        }
        for (const Buffer &b : design.buffers) {
            buffer(b);
        }
        for (const Stream &s : design.streams) {
            stream(s);
        }
    }

private:
    const Design &design;
    const ExprPool &pool;
    std::string where; ///< the object being checked, for messages

    void names() {
        std::set<std::string> seen;
        auto name = [&](const std::string &n) {
            ORRERY_CHECK(is_identifier(n), "'{}' is not an identifier", n);
            ORRERY_CHECK(seen.insert(n).second, "two objects are named {}", n);
        };
        for (const Scalar &s : pool.scalars()) {
            name(s.name);
        }
        for (const Tensor &t : design.tensors) {
            name(t.name);
        }
        for (const Buffer &b : design.buffers) {
            name(b.name);
        }
        for (const Process &p : design.processes) {
            name(p.name);
        }
        for (const Stream &s : design.streams) {
            name(s.name);
        }
    }

    void type(Type t) { ORRERY_CHECK(t.bits >= 1 && t.bits <= 64, "{}: {} bits", where, t.bits); }

    void scalar(const Scalar &s) {
        where = "scalar " + s.name;
        type(s.type);
        ORRERY_CHECK(s.range.min <= s.range.max, "{}: {} to {}", where, s.range.min, s.range.max);
        bool inside = !s.otherwise || (*s.otherwise >= s.range.min && *s.otherwise <= s.range.max);
        ORRERY_CHECK(inside, "{}: the default is outside of the range", where);
    }

    void expression(ExprId id, const char *what, const Leaves &leaves) {
        ORRERY_CHECK(id.defined() && size_t(id.index) < pool.size(), "{}: {} is undefined", where,
                     what);
        for_each_node(pool, id, [&](ExprId, const ExprNode &node) {
            type(node.type);
            if (node.op == Op::Counter) {
                ORRERY_CHECK(leaves.counter(int(node.value)), "{}: {} refers to loop {}", where,
                             what, node.value);
            }
            if (node.op == Op::Load) {
                ORRERY_CHECK(node.value >= 0 && node.value < leaves.loads,
                             "{}: {} refers to load {}", where, what, node.value);
            }
        });
    }

    /// An expression that has one value throughout a run.
    void fixed(ExprId id, const char *what) {
        expression(id, what, {[](int) { return false; }, 0});
    }

    void condition(ExprId id, const char *what, const Leaves &leaves) {
        expression(id, what, leaves);
        ORRERY_CHECK(pool[id].type == boolean, "{}: {} is not a condition", where, what);
    }

    void tensor(const Tensor &t) {
        where = "tensor " + t.name;
        type(t.type);
        for (const Dimension &d : t.dimensions) {
            ORRERY_CHECK(d.extent.most >= 1 && d.stride.most >= 0, "{}: extent {}, stride {}",
                         where, d.extent.most, d.stride.most);
            for (const Size *size : {&d.min, &d.extent, &d.stride}) {
                if (!size->is_constant()) {
                    fixed(size->expr, "a size");
                }
            }
        }
        bool power = t.bus_bits >= 8 && (t.bus_bits & (t.bus_bits - 1)) == 0;
        ORRERY_CHECK(power, "{}: a bus of {} bits", where, t.bus_bits);
        ORRERY_CHECK(t.outstanding_bursts >= 1, "{}: {} outstanding bursts", where,
                     t.outstanding_bursts);
        ORRERY_CHECK(t.max_burst_beats >= 1 && t.max_burst_beats <= 256, "{}: bursts of {} beats",
                     where, t.max_burst_beats);
        if (t.direction != Direction::Scratch) {
            ORRERY_CHECK(t.writers.empty() && t.readers.empty(),
                         "{}: tokens of a tensor of the user", where);
            return;
        }
        for (const TokenUse &use : t.readers) {
            ORRERY_CHECK(!use.previous, "{}: {} reads the previous generation", where,
                         design.processes[use.process].name);
        }
        ORRERY_CHECK(t.writers.size() == 1, "{}: {} writers", where, t.writers.size());
        ORRERY_CHECK(!t.readers.empty(), "{}: no reader", where);
        token_users(t.writers, t.readers);
    }

    /// The processes that hold tokens, each once; a writer may read the previous generation.
    std::set<int> token_users(const std::vector<TokenUse> &writers,
                              const std::vector<TokenUse> &readers) {
        std::set<int> users;
        for (const std::vector<TokenUse> *uses : {&writers, &readers}) {
            for (const TokenUse &use : *uses) {
                token(use);
                const bool another = users.insert(use.process).second;
                const bool also_writes = std::any_of(
                    writers.begin(), writers.end(),
                    [&](const TokenUse &w) { return uses != &writers && w.process == use.process; });
                ORRERY_CHECK(another || (use.previous && also_writes && taken_once(*uses, use)),
                             "{}: {} takes two tokens", where, design.processes[use.process].name);
            }
        }
        return users;
    }

    static bool taken_once(const std::vector<TokenUse> &uses, const TokenUse &use) {
        return std::count_if(uses.begin(), uses.end(), [&](const TokenUse &u) {
                   return u.process == use.process;
               }) == 1;
    }

    void loops(const std::vector<Loop> &nest) {
        bool lanes = false;
        std::set<std::string> seen;
        for (size_t i = 0; i < nest.size(); i++) {
            const Loop &l = nest[i];
            ORRERY_CHECK(seen.insert(l.name).second, "{}: two loops are named {}", where, l.name);
            ORRERY_CHECK(l.max_extent >= 0, "{}: loop {} has maximum extent {}", where, l.name,
                         l.max_extent);
            if (l.kind == LoopKind::Lane) {
                lanes = true;
                ORRERY_CHECK(l.max_extent >= 1 && pool.as_constant(l.extent) == l.max_extent,
                             "{}: the extent of lane loop {} is not its maximum", where, l.name);
                continue;
            }
            ORRERY_CHECK(!lanes, "{}: serial loop {} inside a lane loop", where, l.name);
            expression(l.extent, "a loop extent", {[&](int c) { return c >= 0 && c < int(i); }, 0});
        }
    }

    bool is_serial(const Process &p, int loop) const {
        return loop >= 0 && loop < int(p.loops.size()) && p.loops[loop].kind == LoopKind::Serial;
    }
    bool is_lane(const Process &p, int loop) const {
        return loop >= 0 && loop < int(p.loops.size()) && p.loops[loop].kind == LoopKind::Lane;
    }

    void index(const Process &p, const Index &i) {
        ORRERY_CHECK(i.coefficients.size() == p.loops.size(), "{}: {} coefficients for {} loops",
                     where, i.coefficients.size(), p.loops.size());
        ORRERY_CHECK(i.modulus >= 0, "{}: modulus {}", where, i.modulus);
        if (i.base.defined()) {
            expression(i.base, "the base of an index", {[&](int c) { return is_serial(p, c); }, 0});
        }
        if (i.lane_table.defined()) {
            expression(i.lane_table, "the lane table of an index",
                       {[&](int c) { return is_lane(p, c); }, 0});
        }
    }

    Leaves counters(const Process &p) const {
        return {[&p](int c) { return c >= 0 && c < int(p.loops.size()); }, 0};
    }

    void access(const Process &p, const Access &a) {
        size_t dimensions = 0;
        if (a.kind == MemoryKind::Buffer) {
            ORRERY_CHECK(a.memory >= 0 && a.memory < int(design.buffers.size()), "{}: buffer {}",
                         where, a.memory);
            dimensions = design.buffers[a.memory].extents.size();
        } else {
            ORRERY_CHECK(a.memory >= 0 && a.memory < int(design.tensors.size()), "{}: tensor {}",
                         where, a.memory);
            dimensions = design.tensors[a.memory].dimensions.size();
        }
        ORRERY_CHECK(a.indices.size() == dimensions, "{}: {} indices for {} dimensions", where,
                     a.indices.size(), dimensions);
        for (const Index &i : a.indices) {
            index(p, i);
        }
        for (ExprId e : a.predicate) {
            condition(e, "a predicate", counters(p));
        }
    }

    Type memory_type(const Access &a) const {
        return a.kind == MemoryKind::Buffer ? design.buffers[a.memory].type
                                            : design.tensors[a.memory].type;
    }

    void process(const Process &p) {
        where = "process " + p.name;
        loops(p.loops);
        for (ExprId e : p.enables) {
            condition(e, "an enable", counters(p));
        }
        for (const Access &a : p.loads) {
            access(p, a);
        }
        access(p, p.store);
        ORRERY_CHECK(p.store.predicate.empty(), "{}: the store has a predicate", where);
        if (p.accumulation) {
            accumulation(p, *p.accumulation);
        } else {
            ORRERY_CHECK(p.value.defined(), "{}: no value", where);
        }
        if (p.value.defined()) {
            datapath(p, p.value, "the value");
        }
        if (p.array) {
            array(p);
        }
        scratch(p);
    }

    /// Whoever touches a scratch tensor has a token of it, and passes if it loads what it stores.
    void scratch(const Process &p) {
        const int number = int(&p - design.processes.data());
        bool updates = false;
        auto touches = [&](const Access &a, bool stores) {
            if (a.kind != MemoryKind::Tensor ||
                design.tensors[a.memory].direction != Direction::Scratch) {
                return;
            }
            const Tensor &t = design.tensors[a.memory];
            const bool writer = t.writers.front().process == number;
            const bool reader = std::any_of(t.readers.begin(), t.readers.end(),
                                            [&](const TokenUse &u) { return u.process == number; });
            ORRERY_CHECK(stores ? writer : writer || reader, "{}: no token of {}", where, t.name);
            if (writer && !stores) {
                updates = true;
                ORRERY_CHECK(p.pass_depth >= t.writers.front().depth &&
                                 p.pass_depth <= p.serial_count(),
                             "{}: passes at depth {}", where, p.pass_depth);
            }
        };
        touches(p.store, true);
        for (const Access &a : p.loads) {
            touches(a, false);
        }
        ORRERY_CHECK(updates == (p.pass_depth >= 0), "{}: passes at depth {}", where, p.pass_depth);
    }

    void datapath(const Process &p, ExprId id, const char *what) {
        Leaves leaves = counters(p);
        leaves.loads = int(p.loads.size());
        expression(id, what, leaves);
        Type stored = memory_type(p.store);
        ORRERY_CHECK(pool[id].type == stored, "{}: {} has another type than the memory", where,
                     what);
        for_each_node(pool, id, [&](ExprId, const ExprNode &node) {
            if (node.op == Op::Load) {
                ORRERY_CHECK(node.type == memory_type(p.loads[node.value]),
                             "{}: load {} has another type than its memory", where, node.value);
            }
        });
    }

    void accumulation(const Process &p, const Accumulation &a) {
        ORRERY_CHECK(a.self_load >= 0 && a.self_load < int(p.loads.size()), "{}: self load {}",
                     where, a.self_load);
        const Access &self = p.loads[a.self_load];
        ORRERY_CHECK(self.kind == p.store.kind && self.memory == p.store.memory,
                     "{}: the self load reads another memory", where);
        ORRERY_CHECK(self.kind == MemoryKind::Buffer, "{}: accumulation in a tensor", where);
        if (a.op == ReduceOp::Other) {
            ORRERY_CHECK(p.value.defined(), "{}: no value", where);
            for (int l : reduction_lanes(pool, p)) {
                ORRERY_CHECK(p.loops[l].max_extent == 1,
                             "{}: lane {} is reduced by an unknown operator", where,
                             p.loops[l].name);
            }
        } else {
            datapath(p, a.increment, "the increment");
        }
        if (a.init.defined()) {
            datapath(p, a.init, "the initial value");
        }
        for (int l : a.first_visit) {
            ORRERY_CHECK(is_serial(p, l), "{}: first_visit names loop {}", where, l);
        }
    }

    void array(const Process &p) {
        std::set<int> seen;
        for (const std::vector<int> *axis : {&p.array->rows, &p.array->columns}) {
            for (int l : *axis) {
                ORRERY_CHECK(is_lane(p, l), "{}: array axis {} is not a lane loop", where, l);
                ORRERY_CHECK(seen.insert(l).second, "{}: array axis {} is used twice", where, l);
            }
        }
        ORRERY_CHECK(!p.array->row_links || !p.array->rows.empty(), "{}: links without rows",
                     where);
        ORRERY_CHECK(!p.array->column_links || !p.array->columns.empty(),
                     "{}: links without columns", where);
    }

    void token(const TokenUse &use) {
        ORRERY_CHECK(use.process >= 0 && use.process < int(design.processes.size()),
                     "{}: token of process {}", where, use.process);
        const Process &p = design.processes[use.process];
        ORRERY_CHECK(use.depth >= 0 && use.depth <= p.serial_count(), "{}: token of {} at depth {}",
                     where, p.name, use.depth);
        ORRERY_CHECK(use.slide >= 0 && use.slide <= use.depth, "{}: slide {} of {}", where,
                     use.slide, p.name);
    }

    void buffer(const Buffer &b) {
        where = "buffer " + b.name;
        type(b.type);
        for (int64_t e : b.extents) {
            ORRERY_CHECK(e >= 1, "{}: extent {}", where, e);
        }
        ORRERY_CHECK(b.slots == 1 || b.slots == 2, "{}: {} slots", where, b.slots);
        ORRERY_CHECK(!b.writers.empty(), "{}: no writer", where);
        for (const std::vector<TokenUse> *uses : {&b.writers, &b.readers}) {
            for (const TokenUse &use : *uses) {
                ORRERY_CHECK((use.slide > 0) == b.slides(), "{}: {} does not slide alike", where,
                             design.processes[use.process].name);
            }
        }
        tokens_of_accesses(b, token_users(b.writers, b.readers));
        previous_generations(b);
        verify_early_start(design, b);
        if (!b.banks.empty()) {
            banks(b);
        }
    }

    /// The generation before is there beside the one that is written.
    void previous_generations(const Buffer &b) {
        for (const TokenUse &use : b.writers) {
            ORRERY_CHECK(!use.previous, "{}: writer of a previous generation", where);
        }
        for (const TokenUse &use : b.readers) {
            ORRERY_CHECK(!use.previous || (b.memory_slots() == 2 && use.needed.empty()),
                         "{}: {} reads the previous generation, which is not there", where,
                         design.processes[use.process].name);
        }
    }

    int number(const Buffer &b) const { return int(&b - design.buffers.data()); }

    /// Every process that touches the buffer holds a token of it, and agrees with the others on the
    /// circles.
    void tokens_of_accesses(const Buffer &b, const std::set<int> &users) {
        const std::vector<Index> &example = design.processes[b.writers[0].process].store.indices;
        for (size_t i = 0; i < design.processes.size(); i++) {
            const Process &p = design.processes[i];
            auto touches = [&](const Access &a) {
                if (a.kind != MemoryKind::Buffer || a.memory != number(b)) {
                    return false;
                }
                for (size_t d = 0; b.slides() && d < b.extents.size(); d++) {
                    int64_t modulus = a.indices[d].modulus;
                    ORRERY_CHECK(modulus == example[d].modulus &&
                                     (modulus == 0 || modulus == b.extents[d]),
                                 "{}: modulus {} of {} in dimension {}", where, modulus, p.name, d);
                }
                return true;
            };
            bool any = touches(p.store) || std::any_of(p.loads.begin(), p.loads.end(), touches);
            ORRERY_CHECK(!any || users.count(int(i)), "{}: {} has no token", where, p.name);
        }
    }

    void banks(const Buffer &b) {
        ORRERY_CHECK(b.banks.size() == b.extents.size(), "{}: {} bank counts", where,
                     b.banks.size());
        ORRERY_CHECK(b.packed.size() == b.extents.size(), "{}: {} packed flags", where,
                     b.packed.size());
        for (int64_t n : b.banks) {
            ORRERY_CHECK(n >= 1, "{}: {} banks", where, n);
        }
        std::set<std::pair<int, int>> served;
        for (const ReadPort &port : b.read_ports) {
            ORRERY_CHECK(port.process >= 0 && port.process < int(design.processes.size()),
                         "{}: port of process {}", where, port.process);
            const Process &p = design.processes[port.process];
            for (int l : port.loads) {
                ORRERY_CHECK(l >= 0 && l < int(p.loads.size()), "{}: port of load {}", where, l);
                const Access &a = p.loads[l];
                ORRERY_CHECK(a.kind == MemoryKind::Buffer && a.memory == number(b),
                             "{}: load {} of {} reads elsewhere", where, l, p.name);
                ORRERY_CHECK(served.insert({port.process, l}).second,
                             "{}: load {} of {} has two ports", where, l, p.name);
            }
        }
        every_load_is_served(b, served);
    }

    void every_load_is_served(const Buffer &b, const std::set<std::pair<int, int>> &served) {
        for (size_t i = 0; i < design.processes.size(); i++) {
            const Process &p = design.processes[i];
            for (size_t l = 0; l < p.loads.size(); l++) {
                const Access &a = p.loads[l];
                bool self = p.accumulation && p.accumulation->self_load == int(l);
                if (a.kind == MemoryKind::Buffer && a.memory == number(b)) {
                    ORRERY_CHECK(served.count({int(i), int(l)}) != size_t(self),
                                 "{}: load {} of {}: ports", where, l, p.name);
                }
            }
        }
    }

    void stream(const Stream &s) {
        where = "stream " + s.name;
        ORRERY_CHECK(s.process >= 0 && s.process < int(design.processes.size()), "{}: process {}",
                     where, s.process);
        const Process &p = design.processes[s.process];
        ORRERY_CHECK(s.load >= -1 && s.load < int(p.loads.size()), "{}: load {}", where, s.load);
        const Access &a = s.load < 0 ? p.store : p.loads[s.load];
        ORRERY_CHECK(a.kind == MemoryKind::Tensor && a.memory == s.tensor,
                     "{}: the access is not one of its tensor", where);
        Direction direction = s.load < 0 ? Direction::Output : Direction::Input;
        const Direction of_tensor = design.tensors[s.tensor].direction;
        ORRERY_CHECK(of_tensor == direction || of_tensor == Direction::Scratch,
                     "{}: wrong direction", where);
        for (int l : s.lanes) {
            ORRERY_CHECK(is_lane(p, l), "{}: loop {} is not a lane", where, l);
        }
        descriptor(s.descriptor);
    }

    void descriptor(const Descriptor &d) {
        loops(d.loops);
        Leaves leaves{[&](int c) { return c >= 0 && c < int(d.loops.size()); }, 0};
        for (const Loop &l : d.loops) {
            ORRERY_CHECK(l.kind == LoopKind::Serial, "{}: lane loop {} in the descriptor", where,
                         l.name);
        }
        for (ExprId e : d.conditions) {
            condition(e, "a condition", leaves);
        }
        expression(d.length, "the length", leaves);
        ORRERY_CHECK(d.max_length >= 1, "{}: maximum length {}", where, d.max_length);
        ORRERY_CHECK(d.start.coefficients.size() == d.loops.size(), "{}: {} coefficients", where,
                     d.start.coefficients.size());
        for (ExprId e : d.start.coefficients) {
            fixed(e, "a coefficient of the start");
        }
        fixed(d.start.offset, "the offset of the start");
        if (d.start.base.defined()) {
            expression(d.start.base, "the start", leaves);
        }
    }
};

} // namespace

void verify(const Design &design) { Verifier(design).run(); }

} // namespace Orrery::hwir
