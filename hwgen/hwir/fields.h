#pragma once

#include "hwgen/hwir/design.h"
#include "hwgen/hwir/timing.h"

#include <cstddef>
#include <iterator>

/// What a design consists of, for those that write it down or read it back: the fields of each
/// structure by name, and the names of each enumeration. A new field or enumerator is added here,
/// and is then in design.hwir.json.
namespace Orrery::hwir {

inline constexpr const char *op_names[] = {
    "Constant",   "Counter", "Load",  "Scalar", "Add",    "Sub",      "Mul",
    "Div",        "Mod",     "Min",   "Max",    "Equal",  "NotEqual", "Less",
    "LessEqual",  "And",     "Or",    "Not",    "Select", "Cast",     "ShiftLeft",
    "ShiftRight", "BitAnd",  "BitOr", "BitXor", "BitNot"};
static_assert(std::size(op_names) == size_t(Op::BitNot) + 1);
inline constexpr const char *loop_kinds[] = {"Serial", "Lane"};
inline constexpr const char *memory_kinds[] = {"Buffer", "Tensor"};
inline constexpr const char *reduce_ops[] = {"Sum", "Max", "Min", "Other"};
inline constexpr const char *technologies[] = {"Auto", "Sram", "RegisterFile"};
inline constexpr const char *directions[] = {"Input", "Output", "Scratch"};
inline constexpr const char *wait_kinds[] = {"Write", "Read", "Load", "Store"};

struct Names {
    const char *const *first;
    size_t count;
};
inline Names names_of(LoopKind) { return {loop_kinds, std::size(loop_kinds)}; }
inline Names names_of(MemoryKind) { return {memory_kinds, std::size(memory_kinds)}; }
inline Names names_of(ReduceOp) { return {reduce_ops, std::size(reduce_ops)}; }
inline Names names_of(MemoryTechnology) { return {technologies, std::size(technologies)}; }
inline Names names_of(Direction) { return {directions, std::size(directions)}; }
inline Names names_of(Wait::Kind) { return {wait_kinds, std::size(wait_kinds)}; }
inline Names names_of(Op) { return {op_names, std::size(op_names)}; }

// The fields of every structure, once for both directions: `a` is a Writer or a Reader.

template <class A>
void fields(A &a, Type &t) {
    a("bits", t.bits);
    a("is_signed", t.is_signed);
}

template <class A>
void fields(A &a, Interval &i) {
    a("min", i.min);
    a("max", i.max);
}

template <class A>
void fields(A &a, Scalar &s) {
    a("name", s.name);
    a("type", s.type);
    a("range", s.range);
    a("otherwise", s.otherwise);
}

template <class A>
void fields(A &a, Loop &l) {
    a("name", l.name);
    a("kind", l.kind);
    a("extent", l.extent);
    a("max_extent", l.max_extent);
}

template <class A>
void fields(A &a, Index &i) {
    a("coefficients", i.coefficients);
    a("offset", i.offset);
    a("base", i.base);
    a("lane_table", i.lane_table);
    a("modulus", i.modulus);
}

template <class A>
void fields(A &a, Access &x) {
    a("kind", x.kind);
    a("memory", x.memory);
    a("indices", x.indices);
    a("predicate", x.predicate);
}

template <class A>
void fields(A &a, Accumulation &x) {
    a("self_load", x.self_load);
    a("op", x.op);
    a("increment", x.increment);
    a("init", x.init);
    a("first_visit", x.first_visit);
}

template <class A>
void fields(A &a, Array &x) {
    a("rows", x.rows);
    a("columns", x.columns);
    a("row_links", x.row_links);
    a("column_links", x.column_links);
}

template <class A>
void fields(A &a, Process &p) {
    a("name", p.name);
    a("func", p.func);
    a("stage", p.stage);
    a("loops", p.loops);
    a("enables", p.enables);
    a("loads", p.loads);
    a("store", p.store);
    a("value", p.value);
    a("accumulation", p.accumulation);
    a("array", p.array);
    a("pass_depth", p.pass_depth);
}

template <class A>
void fields(A &a, TokenUse &u) {
    a("process", u.process);
    a("depth", u.depth);
    a("needed", u.needed);
    a("slide", u.slide);
    a("previous", u.previous);
}

template <class A>
void fields(A &a, ReadPort &p) {
    a("process", p.process);
    a("loads", p.loads);
}

template <class A>
void fields(A &a, Buffer &b) {
    a("name", b.name);
    a("func", b.func);
    a("type", b.type);
    a("extents", b.extents);
    a("technology", b.technology);
    a("slots", b.slots);
    a("writers", b.writers);
    a("readers", b.readers);
    a("progress", b.progress);
    a("banks", b.banks);
    a("packed", b.packed);
    a("read_ports", b.read_ports);
}

template <class A>
void fields(A &a, Size &s) {
    a("most", s.most);
    a("expr", s.expr);
}

template <class A>
void fields(A &a, Dimension &d) {
    a("min", d.min);
    a("extent", d.extent);
    a("stride", d.stride);
}

template <class A>
void fields(A &a, Tensor &t) {
    a("name", t.name);
    a("type", t.type);
    a("is_boolean", t.is_boolean);
    a("direction", t.direction);
    a("dimensions", t.dimensions);
    a("bus_bits", t.bus_bits);
    a("outstanding_bursts", t.outstanding_bursts);
    a("max_burst_beats", t.max_burst_beats);
    a("writers", t.writers);
    a("readers", t.readers);
}

template <class A>
void fields(A &a, RunStart &s) {
    a("coefficients", s.coefficients);
    a("offset", s.offset);
    a("base", s.base);
}

template <class A>
void fields(A &a, Descriptor &d) {
    a("loops", d.loops);
    a("conditions", d.conditions);
    a("start", d.start);
    a("length", d.length);
    a("max_length", d.max_length);
}

template <class A>
void fields(A &a, Stream &s) {
    a("name", s.name);
    a("tensor", s.tensor);
    a("process", s.process);
    a("load", s.load);
    a("lanes", s.lanes);
    a("shifted", s.shifted);
    a("descriptor", s.descriptor);
}

template <class A>
void fields(A &a, Requirement &r) {
    a("condition", r.condition);
    a("text", r.text);
}

template <class A>
void fields(A &a, Wait &w) {
    a("kind", w.kind);
    a("number", w.number);
    a("cause", w.cause);
}

template <class A>
void fields(A &a, Release &r) {
    a("buffer", r.buffer);
    a("cycle", r.cycle);
}

template <class A>
void fields(A &a, CountedReads &r) {
    a("buffer", r.buffer);
    a("read_port", r.read_port);
    a("elements", r.elements);
}

template <class A>
void fields(A &a, ProcessTiming &t) {
    a("waits", t.waits);
    a("result", t.result);
    a("commit", t.commit);
    a("releases", t.releases);
    a("reads", t.reads);
}

template <class A>
void fields(A &a, Timing &t) {
    a("start", t.start);
    a("processes", t.processes);
}

template <class A>
void fields(A &a, Design &d) {
    a("name", d.name);
    a("processes", d.processes);
    a("buffers", d.buffers);
    a("tensors", d.tensors);
    a("requirements", d.requirements);
    a("streams", d.streams);
}

} // namespace Orrery::hwir
