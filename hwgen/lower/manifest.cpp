#include "hwgen/hwir/print.h"
#include "hwgen/lower/lower.h"
#include "hwgen/lower/stream.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace Orrery {

namespace {

using Json = nlohmann::ordered_json;
using lower::Counter;

/// A number of a type; the greatest uint64 are negative in the hardware IR.
Json number_json(int64_t value, hwir::Type type) {
    bool huge = !type.is_signed && type.bits == 64;
    return huge ? Json(static_cast<uint64_t>(value)) : Json(value);
}

Json scalar_json(const hwir::Scalar &s, int offset) {
    bool all = !s.type.is_signed && s.range.min < 0; // of 64 bits
    Json result = {{"name", s.name},
                   {"type", type_name(s.type)},
                   {"min", number_json(all ? 0 : s.range.min, s.type)},
                   {"max", number_json(all ? -1 : s.range.max, s.type)}};
    if (s.otherwise) {
        result["default"] = number_json(*s.otherwise, s.type);
    }
    result["register"] = offset;
    return result;
}

const char *operation_name(hwir::Op op) {
    switch (op) {
    case hwir::Op::Add:
        return "add";
    case hwir::Op::Sub:
        return "sub";
    case hwir::Op::Mul:
        return "mul";
    case hwir::Op::Div:
        return "div";
    case hwir::Op::Mod:
        return "mod";
    case hwir::Op::Min:
        return "min";
    case hwir::Op::Max:
        return "max";
    case hwir::Op::Equal:
        return "equal";
    case hwir::Op::NotEqual:
        return "not_equal";
    case hwir::Op::Less:
        return "less";
    case hwir::Op::LessEqual:
        return "less_equal";
    case hwir::Op::And:
        return "and";
    case hwir::Op::Or:
        return "or";
    case hwir::Op::Not:
        return "not";
    case hwir::Op::Select:
        return "select";
    case hwir::Op::Cast:
        return "cast";
    case hwir::Op::ShiftLeft:
        return "shift_left";
    case hwir::Op::ShiftRight:
        return "shift_right";
    default:
        return nullptr;
    }
}

/// An expression of scalars as a tree: a number, {"scalar": name} or {"op": ..., "args": [...]}.
Json expression_json(const hwir::ExprPool &pool, hwir::ExprId id) {
    const hwir::ExprNode &node = pool[id];
    if (node.op == hwir::Op::Constant) {
        return node.value;
    }
    if (node.op == hwir::Op::Scalar) {
        return {{"scalar", pool.scalars()[node.value].name}};
    }
    const char *name = operation_name(node.op);
    if (!name) {
        user_error("the shape of a tensor depends on scalar inputs by a bit operation, which is not supported: "
                   "{}. Use sums, products, quotients, minima, maxima and select.",
                   hwir::print_expr(pool, id, {}));
    }
    Json result = {{"op", name}};
    if (node.op == hwir::Op::Cast) {
        result["type"] = type_name(node.type);
    }
    result["args"] = Json::array();
    for (hwir::ExprId a : node.args) {
        result["args"].push_back(expression_json(pool, a));
    }
    return result;
}

Json size_json(const hwir::ExprPool &pool, const hwir::Size &size) {
    return size.is_constant() ? Json(size.most) : expression_json(pool, size.expr);
}

Json dimension_json(const hwir::ExprPool &pool, const hwir::Dimension &d) {
    Json result = {{"min", size_json(pool, d.min)},
                   {"extent", size_json(pool, d.extent)},
                   {"stride", size_json(pool, d.stride)}};
    if (!d.min.is_constant() || !d.extent.is_constant() || !d.stride.is_constant()) {
        result["most"] = {{"min", d.min.most}, {"extent", d.extent.most}, {"stride", d.stride.most}};
    }
    return result;
}

Json tensor_json(const hwir::ExprPool &pool, const hwir::Tensor &t, int base_register) {
    Json dimensions = Json::array();
    for (const hwir::Dimension &d : t.dimensions) {
        dimensions.push_back(dimension_json(pool, d));
    }
    return {{"name", t.name},
            {"direction", t.direction == hwir::Direction::Input    ? "input"
                          : t.direction == hwir::Direction::Output ? "output"
                                                                   : "scratch"},
            {"type", t.is_boolean ? "bool" : type_name(t.type)},
            {"dimensions", dimensions},
            {"port",
             {{"prefix", "m_axi_" + t.name + "_"},
              {"bus_bits", t.bus_bits},
              {"address_bits", lower::axi_address_bits},
              {"outstanding_bursts", t.outstanding_bursts},
              {"max_burst_beats", t.max_burst_beats}}},
            {"base_register", base_register}};
}

Json counter_reference(const Counter &c) { return {{"register", c.register_name}}; }

/// Counters of the last lane.
std::vector<int64_t> last_lane(const hwir::Process &p) {
    std::vector<int64_t> counters;
    for (const hwir::Loop &l : p.loops) {
        counters.push_back(l.max_extent - 1);
    }
    return counters;
}

Json process_json(const hwir::Design &design, int number, const LoweredDesign &lowered) {
    const hwir::Process &p = design.processes[number];
    Json loops = Json::array(), lanes = Json::array(), stalls = Json::array();
    for (const hwir::Loop &l : p.loops) {
        (l.kind == hwir::LoopKind::Serial ? loops : lanes).push_back({{"name", l.name}, {"extent", l.max_extent}});
    }
    Json counters = Json::object();
    for (const Counter &c : lowered.registers.counters) {
        if (c.process != number) {
            continue;
        }
        if (c.kind == Counter::Busy) {
            counters["busy"] = counter_reference(c);
        } else if (c.kind == Counter::Operations) {
            counters["operations"] = counter_reference(c);
        } else if (c.kind == Counter::Stall) {
            stalls.push_back({{"cause", c.cause}, {"register", c.register_name}});
        }
    }
    counters["stalls"] = stalls;
    Json result = {{"name", p.name}, {"func", p.func},   {"stage", p.stage},
                   {"loops", loops}, {"lanes", lanes}, {"latency", lowered.latencies[number]},
                   {"multipliers", hwir::multiplier_count(design.exprs, p)}};
    if (p.array) {
        int64_t elements = hwir::lane_count(p, p.array->rows) * hwir::lane_count(p, p.array->columns);
        result["processing_elements"] = elements;
        result["array"] = {{"rows", hwir::lane_count(p, p.array->rows)},
                           {"columns", hwir::lane_count(p, p.array->columns)}};
        if (p.array->row_links || p.array->column_links) {
            result["array"]["links"] = {{"rows", p.array->row_links},
                                        {"columns", p.array->column_links},
                                        {"hops", hwir::hops(p, last_lane(p))}};
        }
    }
    result["counters"] = counters;
    return result;
}

Json buffer_json(const hwir::Design &design, int number, const LoweredDesign &lowered) {
    const hwir::Buffer &b = design.buffers[number];
    Json reads = Json::array(), writes = Json::array();
    for (const Counter &c : lowered.registers.counters) {
        if (c.buffer == number && (c.kind == Counter::Reads || c.kind == Counter::Writes)) {
            (c.kind == Counter::Reads ? reads : writes).push_back(counter_reference(c));
        }
    }
    const int copies = hwir::memory_copies(design, b);
    int64_t bits = b.bank_count() * b.depth() * b.type.bits * b.memory_slots() * copies;
    bool registers = b.technology == hwir::MemoryTechnology::RegisterFile;
    return {{"name", b.name},
            {"func", b.func},
            {"memory", registers ? "register_file" : "sram"},
            {"type", type_name(b.type)},
            {"extents", b.extents},
            {"banks", b.banks},
            {"words", b.depth()},
            {"slots", b.slots},
            {"copies", copies},
            {"bits", bits},
            {"counters", {{"reads", reads}, {"writes", writes}}}};
}

Json reference_json(const ReferenceNames &reference) {
    Json json = {{"library", reference.library}, {"function", reference.function}};
    for (const ReferenceNames::Recurrence &r : reference.recurrences) {
        json["recurrences"].push_back({{"input", r.input}, {"function", r.function}});
    }
    return json;
}

} // namespace

std::string manifest(const hwir::Design &design, const LoweredDesign &lowered,
                     const std::vector<std::string> &files, const ReferenceNames &reference) {
    Json scalars = Json::array();
    const std::vector<hwir::Scalar> &all_scalars = design.exprs.scalars();
    for (size_t s = 0; s < all_scalars.size(); s++) {
        scalars.push_back(scalar_json(all_scalars[s], lowered.registers.scalar_offset[s]));
    }
    Json requirements = Json::array();
    for (const hwir::Requirement &r : design.requirements) {
        requirements.push_back({{"condition", expression_json(design.exprs, r.condition)}, {"text", r.text}});
    }
    Json registers = Json::array(), tensors = Json::array(), processes = Json::array(), buffers = Json::array();
    for (const lower::Register &r : lowered.registers.registers) {
        registers.push_back({{"name", r.name}, {"offset", r.offset}, {"words", r.words},
                             {"access", r.access}, {"description", r.description}});
    }
    for (size_t t = 0; t < design.tensors.size(); t++) {
        tensors.push_back(tensor_json(design.exprs, design.tensors[t], lowered.registers.base_offset[t]));
    }
    for (size_t p = 0; p < design.processes.size(); p++) {
        processes.push_back(process_json(design, static_cast<int>(p), lowered));
    }
    for (size_t b = 0; b < design.buffers.size(); b++) {
        buffers.push_back(buffer_json(design, static_cast<int>(b), lowered));
    }
    Json result = {
        {"format", 1},
        {"name", design.name},
        {"top", lowered.netlist.top},
        {"files", files},
        {"clock", "clk_i"},
        {"reset", "rst_i"},
        {"interrupt", "irq_o"},
        {"reference", reference_json(reference)},
        {"scalars", scalars},
        {"requirements", requirements},
        {"tensors", tensors},
        {"control", {{"prefix", "s_axi_"}, {"address_bits", lowered.registers.address_bits}}},
        {"registers", registers},
        {"processes", processes},
        {"buffers", buffers}};
    return result.dump(2) + "\n";
}

} // namespace Orrery
