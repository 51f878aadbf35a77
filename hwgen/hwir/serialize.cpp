#include "hwgen/hwir/serialize.h"

#include "hwgen/hwir/fields.h"
#include "hwgen/support/error.h"

#include <nlohmann/json.hpp>

namespace Orrery::hwir {

namespace {

using Json = nlohmann::ordered_json;
constexpr int format = 2;

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
            read(one, all.emplace_back());
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
