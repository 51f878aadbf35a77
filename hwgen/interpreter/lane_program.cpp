#include "hwgen/interpreter/lane_program.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::interpreter {
using namespace hwir;

namespace {

bool is_wide_unsigned(Type type) { return type.bits == 64 && !type.is_signed; }

/// Wraps a value that was computed modulo 2^64.
struct Wrapper {
    int shift;
    bool is_signed;
    explicit Wrapper(Type type) : shift(64 - type.bits), is_signed(type.is_signed) {}
    int64_t operator()(uint64_t v) const {
        return is_signed ? int64_t(v << shift) >> shift : int64_t((v << shift) >> shift);
    }
};

template <typename F>
void unary(int64_t *out, int64_t count, const LaneValues &a, F f) {
    for (int64_t i = 0; i < count; i++) {
        out[i] = f(a.data[a.stride * i]);
    }
}

template <typename F>
void binary(int64_t *out, int64_t count, const LaneValues &a, const LaneValues &b, F f) {
    if (a.stride && b.stride) {
        for (int64_t i = 0; i < count; i++) {
            out[i] = f(a.data[i], b.data[i]);
        }
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        out[i] = f(a.data[a.stride * i], b.data[b.stride * i]);
    }
}

/// Euclidean division by a divisor other than 0.
int64_t euclidean_quotient(int64_t a, int64_t b) {
    int64_t q = a / b;
    return a % b < 0 ? (b > 0 ? q - 1 : q + 1) : q;
}

/// a x 2^amount, rounded down for negative amounts.
uint64_t shifted(int64_t a, int64_t amount) {
    if (amount >= 0) {
        return amount > 63 ? 0 : uint64_t(a) << amount;
    }
    return uint64_t(a >> std::min<int64_t>(-amount, 63));
}

} // namespace

LaneProgram::LaneProgram(const ExprPool &pool, const std::vector<Loop> &loops,
                         const std::vector<ExprId> &wanted, bool lanes) {
    for (const Loop &l : loops) {
        if (lanes && l.kind == LoopKind::Lane) {
            lane_count *= l.max_extent;
        }
    }
    for (ExprId id : wanted) {
        roots.push_back(add(pool, loops, id));
    }
    for (Register &r : registers) { // addresses are final only now
        if (!r.storage.empty()) {
            r.values.data = r.storage.data();
        }
    }
    known.clear();
}

int LaneProgram::add_register(Type type, bool uniform) {
    Register r;
    r.storage.assign(uniform ? 1 : lane_count, 0);
    r.values.stride = uniform ? 0 : 1;
    r.type = type;
    registers.push_back(std::move(r));
    return int(registers.size()) - 1;
}

int LaneProgram::add_lane_counter(const std::vector<Loop> &loops, int loop) {
    int target = add_register(index_type, false);
    int64_t inner = 1;
    for (size_t l = loop + 1; l < loops.size(); l++) {
        inner *= loops[l].max_extent;
    }
    for (int64_t lane = 0; lane < lane_count; lane++) {
        registers[target].storage[lane] = lane / inner % loops[loop].max_extent;
    }
    return target;
}

int LaneProgram::add(const ExprPool &pool, const std::vector<Loop> &loops, ExprId id) {
    auto found = known.find(id);
    if (found != known.end()) {
        return found->second;
    }
    const ExprNode &node = pool[id];
    int target = -1;
    if (node.op == Op::Constant) {
        target = add_register(node.type, true);
        registers[target].storage[0] = node.value;
    } else if (node.op == Op::Counter) {
        if (loops[node.value].kind == LoopKind::Lane) {
            target = add_lane_counter(loops, int(node.value));
        } else {
            target = add_register(node.type, true);
            serial_counters.push_back({int(node.value), target});
        }
    } else if (node.op == Op::Scalar) {
        ORRERY_CHECK(false, "scalar {} has no value: specialize the design", node.value);
    } else if (node.op == Op::Load) {
        target = add_register(node.type, false);
        registers[target].storage.clear();
        load_values.push_back({int(node.value), target});
    } else {
        Step step{node.op, node.type, -1, {}, 1};
        for (ExprId a : node.args) {
            step.args.push_back(add(pool, loops, a));
            if (registers[step.args.back()].values.stride) {
                step.count = lane_count;
            }
        }
        target = step.target = add_register(node.type, step.count == 1);
        steps.push_back(std::move(step));
    }
    known[id] = target;
    return target;
}

void LaneProgram::run(const std::vector<int64_t> &counters,
                      const std::vector<std::vector<int64_t>> &loads) {
    for (auto [loop, target] : serial_counters) {
        registers[target].storage[0] = counters[loop];
    }
    for (auto [load, target] : load_values) {
        registers[target].values.data = loads[load].data();
    }
    for (const Step &step : steps) {
        execute(step);
    }
}

void LaneProgram::execute(const Step &step) {
    const Register &first = registers[step.args[0]];
    int64_t *out = registers[step.target].storage.data();
    const LaneValues &a = first.values,
                     &b = registers[step.args.size() > 1 ? step.args[1] : step.args[0]].values;
    Wrapper wrapped(step.type);
    auto each_one = [&](auto f) { unary(out, step.count, a, f); };
    auto each = [&](auto f) { binary(out, step.count, a, b, f); };
    if (is_wide_unsigned(first.type) && step.op != Op::Add && step.op != Op::Sub &&
        step.op != Op::Mul) {
        return execute_any(step); // the order of such values is not that of int64_t
    }
    switch (step.op) {
    case Op::Add:
        return each([=](int64_t x, int64_t y) { return wrapped(uint64_t(x) + uint64_t(y)); });
    case Op::Sub:
        return each([=](int64_t x, int64_t y) { return wrapped(uint64_t(x) - uint64_t(y)); });
    case Op::Mul:
        return each([=](int64_t x, int64_t y) { return wrapped(uint64_t(x) * uint64_t(y)); });
    case Op::Min:
        return each([](int64_t x, int64_t y) { return std::min(x, y); });
    case Op::Max:
        return each([](int64_t x, int64_t y) { return std::max(x, y); });
    case Op::Equal:
        return each([](int64_t x, int64_t y) -> int64_t { return x == y; });
    case Op::NotEqual:
        return each([](int64_t x, int64_t y) -> int64_t { return x != y; });
    case Op::Less:
        return each([](int64_t x, int64_t y) -> int64_t { return x < y; });
    case Op::LessEqual:
        return each([](int64_t x, int64_t y) -> int64_t { return x <= y; });
    case Op::And:
        return each([](int64_t x, int64_t y) -> int64_t { return x && y; });
    case Op::Or:
        return each([](int64_t x, int64_t y) -> int64_t { return x || y; });
    case Op::BitAnd:
        return each([](int64_t x, int64_t y) { return x & y; });
    case Op::BitOr:
        return each([](int64_t x, int64_t y) { return x | y; });
    case Op::BitXor:
        return each([](int64_t x, int64_t y) { return x ^ y; });
    case Op::Not:
        return each_one([](int64_t x) -> int64_t { return x == 0; });
    case Op::BitNot:
        return each_one([=](int64_t x) { return wrapped(~uint64_t(x)); });
    case Op::Cast:
        return each_one([=](int64_t x) { return wrapped(uint64_t(x)); });
    case Op::ShiftLeft:
        return each([=](int64_t x, int64_t y) { return wrapped(shifted(x, y)); });
    case Op::ShiftRight:
        return each([=](int64_t x, int64_t y) { return wrapped(shifted(x, -y)); });
    case Op::Div:
    case Op::Mod:
        if (first.type.bits < 64) {
            bool quotient = step.op == Op::Div;
            return each([=](int64_t x, int64_t y) -> int64_t {
                int64_t q = y ? euclidean_quotient(x, y) : 0;
                return wrapped(uint64_t(quotient ? q : y ? x - q * y : 0));
            });
        }
        return execute_any(step);
    case Op::Select: {
        const LaneValues &c = registers[step.args[2]].values;
        for (int64_t i = 0; i < step.count; i++) {
            out[i] = a[i] ? b[i] : c[i];
        }
        return;
    }
    default:
        return execute_any(step);
    }
}

/// Any operation, by the definition of its meaning: slow.
void LaneProgram::execute_any(const Step &step) {
    std::vector<int64_t> args(step.args.size());
    std::vector<Type> types;
    for (int a : step.args) {
        types.push_back(registers[a].type);
    }
    for (int64_t i = 0; i < step.count; i++) {
        for (size_t k = 0; k < args.size(); k++) {
            args[k] = registers[step.args[k]].values[i];
        }
        registers[step.target].storage[i] = apply(step.op, step.type, args, types);
    }
}

std::vector<uint8_t> LaneProgram::reached(size_t i,
                                          const std::vector<std::vector<uint8_t>> &marked) const {
    std::vector<std::vector<uint8_t>> marks(registers.size(),
                                            std::vector<uint8_t>(size_t(lane_count), 0));
    for (auto [load, target] : load_values) {
        marks[target] = marked[load];
    }
    for (const Step &step : steps) {
        for (int64_t lane = 0; lane < lane_count; lane++) {
            marks[step.target][lane] = passes_mark(step, marks, lane);
        }
    }
    return marks[roots[i]];
}

uint8_t LaneProgram::passes_mark(const Step &step, const std::vector<std::vector<uint8_t>> &marks,
                                 int64_t lane) const {
    const auto mark = [&](int arg) { return marks[step.args[arg]][lane]; };
    const auto value = [&](int arg) { return registers[step.args[arg]].values[lane]; };
    if (step.op == Op::Select) {
        return mark(0) | mark(value(0) ? 1 : 2);
    }
    if (step.op == Op::And || step.op == Op::Or) {
        // The value of one operand that makes that of the other one of no account.
        const bool decides = step.op == Op::Or;
        const auto decided_by = [&](int arg) { return !mark(arg) && (value(arg) != 0) == decides; };
        return !decided_by(0) && !decided_by(1) && (mark(0) || mark(1));
    }
    return std::any_of(step.args.begin(), step.args.end(),
                       [&](int arg) { return marks[arg][lane] != 0; });
}

} // namespace Orrery::interpreter
