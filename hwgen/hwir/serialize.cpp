#include "hwgen/hwir/serialize.h"

#include "hwgen/support/error.h"

#include <nlohmann/json.hpp>

namespace Orrery::hwir {

namespace {

using Json = nlohmann::ordered_json;
constexpr int format = 1;

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

constexpr const char *op_names[] = {
    "Constant",   "Counter", "Load",  "Scalar", "Add",    "Sub",      "Mul",
    "Div",        "Mod",     "Min",   "Max",    "Equal",  "NotEqual", "Less",
    "LessEqual",  "And",     "Or",    "Not",    "Select", "Cast",     "ShiftLeft",
    "ShiftRight", "BitAnd",  "BitOr", "BitXor", "BitNot"};
static_assert(std::size(op_names) == size_t(Op::BitNot) + 1);
constexpr const char *loop_kinds[] = {"Serial", "Lane"};
constexpr const char *memory_kinds[] = {"Buffer", "Tensor"};
constexpr const char *reduce_ops[] = {"Sum", "Max", "Min", "Other"};
constexpr const char *technologies[] = {"Auto", "Sram", "RegisterFile"};
constexpr const char *directions[] = {"Input", "Output", "Scratch"};
constexpr const char *wait_kinds[] = {"Write", "Read", "Load", "Store"};

struct Names {
    const char *const *first;
    size_t count;
};
Names names_of(LoopKind) { return {loop_kinds, std::size(loop_kinds)}; }
Names names_of(MemoryKind) { return {memory_kinds, std::size(memory_kinds)}; }
Names names_of(ReduceOp) { return {reduce_ops, std::size(reduce_ops)}; }
Names names_of(MemoryTechnology) { return {technologies, std::size(technologies)}; }
Names names_of(Direction) { return {directions, std::size(directions)}; }
Names names_of(Wait::Kind) { return {wait_kinds, std::size(wait_kinds)}; }
Names names_of(Op) { return {op_names, std::size(op_names)}; }

/// Structures to JSON. Expressions are numbered as they are met.
class Writer {
public:
    explicit Writer(const ExprPool &p) : pool(p) {}
    Json expressions = Json::array();

    template <class T>
    Json write(const T &value) {
        if constexpr (std::is_enum_v<T>) {
            return names_of(value).first[size_t(value)];
        } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
            return value;
        } else {
            Json outer = std::move(object);
            object = Json::object();
            fields(*this, const_cast<T &>(value)); // which only reads
            Json result = std::move(object);
            object = std::move(outer);
            return result;
        }
    }
    Json write(ExprId id) {
        if (!id.defined()) {
            return -1;
        }
        for_each_node(pool, id, [&](ExprId e, const ExprNode &n) {
            if (!numbers.emplace(e, int(numbers.size())).second) {
                return;
            }
            Json node = {op_names[size_t(n.op)], n.type.bits, int(n.type.is_signed), n.value};
            for (ExprId arg : n.args) {
                node.push_back(numbers.at(arg));
            }
            expressions.push_back(std::move(node));
        });
        return numbers.at(id);
    }
    template <class T>
    Json write(const std::vector<T> &all) {
        Json result = Json::array();
        for (const T &one : all) {
            result.push_back(write(one));
        }
        return result;
    }
    Json write(const std::vector<bool> &all) { return all; }
    template <class T>
    Json write(const std::optional<T> &value) {
        return value ? write(*value) : Json();
    }

    template <class T>
    void operator()(const char *name, T &value) {
        Json j = write(value);
        object[name] = std::move(j);
    }

private:
    const ExprPool &pool;
    Json object;
    std::map<ExprId, int> numbers;
};

/// JSON to structures. What is missing or of another type is an exception of the JSON library.
class Reader {
public:
    std::vector<ExprId> expressions;

    template <class T>
    void read(const Json &j, T &value) {
        if constexpr (std::is_enum_v<T>) {
            value = enumerator<T>(j);
        } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
            value = j.get<T>();
        } else {
            const Json *outer = object;
            object = &j;
            fields(*this, value);
            object = outer;
        }
    }
    void read(const Json &j, ExprId &id) {
        const int number = j.get<int>();
        id = number < 0 ? ExprId() : expressions.at(size_t(number));
    }
    template <class T>
    void read(const Json &j, std::vector<T> &all) {
        all.clear();
        for (const Json &one : j) {
            T value{};
            read(one, value);
            all.push_back(std::move(value));
        }
    }
    void read(const Json &j, std::vector<bool> &all) { all = j.get<std::vector<bool>>(); }
    template <class T>
    void read(const Json &j, std::optional<T> &value) {
        value.reset();
        if (!j.is_null()) {
            read(j, value.emplace());
        }
    }

    template <class T>
    void operator()(const char *name, T &value) {
        read(object->at(name), value);
    }

    void read_expressions(const Json &list, ExprPool &pool) {
        for (const Json &j : list) {
            const Op op = enumerator<Op>(j.at(0));
            const Type type{j.at(1).get<int>(), j.at(2).get<int>() != 0};
            const int64_t value = j.at(3).get<int64_t>();
            std::vector<ExprId> args;
            for (size_t i = 4; i < j.size(); i++) {
                args.push_back(expressions.at(j.at(i).get<size_t>()));
            }
            expressions.push_back(op == Op::Constant  ? pool.constant(value, type)
                                  : op == Op::Counter ? pool.counter(int(value))
                                  : op == Op::Load    ? pool.load(int(value), type)
                                  : op == Op::Scalar  ? pool.scalar(int(value))
                                                      : pool.make(op, type, std::move(args)));
        }
    }

private:
    template <class T>
    static T enumerator(const Json &j) {
        const std::string name = j.get<std::string>();
        const Names names = names_of(T{});
        for (size_t i = 0; i < names.count; i++) {
            if (name == names.first[i]) {
                return T(i);
            }
        }
        throw std::out_of_range(name);
    }

    const Json *object = nullptr;
};

/// One line per element of the outermost lists: a file that can be looked at, and compared.
std::string lines(const Json &top) {
    std::string text = "{";
    const char *separator = "\n";
    for (const auto &[key, value] : top.items()) {
        text += fmt::format("{}{}: ", separator, Json(key).dump());
        separator = ",\n";
        if (!value.is_array() || value.empty()) {
            text += value.dump();
            continue;
        }
        const char *between = "[\n  ";
        for (const Json &one : value) {
            text += between + one.dump();
            between = ",\n  ";
        }
        text += "]";
    }
    return text + "\n}\n";
}

} // namespace

std::string to_json(const Design &design, const Timing &timing) {
    Writer writer(design.exprs);
    Json body = writer.write(design);
    Json top = {{"format", format},
                {"scalars", writer.write(design.exprs.scalars())},
                {"expressions", writer.expressions}};
    top.update(body);
    top["timing"] = writer.write(timing);
    return lines(top);
}

void from_json(const std::string &text, const std::string &file, Design &design, Timing &timing) {
    try {
        const Json top = Json::parse(text);
        if (top.at("format") != format) {
            user_error("{}: format {}, this version reads format {}", file, top.at("format").dump(),
                       format);
        }
        design = Design();
        Reader reader;
        std::vector<Scalar> scalars;
        reader.read(top.at("scalars"), scalars);
        for (Scalar &s : scalars) {
            design.exprs.add_scalar(std::move(s));
        }
        reader.read_expressions(top.at("expressions"), design.exprs);
        reader.read(top, design);
        reader.read(top.at("timing"), timing);
    } catch (const Json::exception &error) {
        user_error("{}: {}", file, error.what());
    } catch (const std::out_of_range &error) {
        user_error("{}: unknown {}", file, error.what());
    }
}

} // namespace Orrery::hwir
