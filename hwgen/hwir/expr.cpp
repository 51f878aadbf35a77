#include "hwgen/hwir/expr.h"
#include "hwgen/hwir/simplify.h"
#include "hwgen/support/error.h"

namespace Orrery::hwir {

namespace {

bool is_commutative(Op op) {
    switch (op) {
    case Op::Add:
    case Op::Mul:
    case Op::Min:
    case Op::Max:
    case Op::Equal:
    case Op::NotEqual:
    case Op::And:
    case Op::Or:
    case Op::BitAnd:
    case Op::BitOr:
    case Op::BitXor:
        return true;
    default:
        return false;
    }
}

size_t operand_count(Op op) {
    switch (op) {
    case Op::Constant:
    case Op::Counter:
    case Op::Load:
    case Op::Scalar:
        return 0;
    case Op::Not:
    case Op::Cast:
    case Op::BitNot:
        return 1;
    case Op::Select:
        return 3;
    default:
        return 2;
    }
}

bool gives_condition(Op op) {
    switch (op) {
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::And:
    case Op::Or:
    case Op::Not:
        return true;
    default:
        return false;
    }
}

} // namespace

ExprId ExprPool::constant(int64_t value, Type type) {
    return intern({Op::Constant, type, {}, wrap(value, type)});
}

ExprId ExprPool::counter(int loop) { return intern({Op::Counter, index_type, {}, loop}); }

ExprId ExprPool::load(int load, Type type) { return intern({Op::Load, type, {}, load}); }

ExprId ExprPool::add_scalar(Scalar scalar) {
    scalar_table.push_back(std::move(scalar));
    return this->scalar(int(scalar_table.size()) - 1);
}

ExprId ExprPool::scalar(int number) {
    return intern({Op::Scalar, scalar_table.at(number).type, {}, number});
}

ExprId ExprPool::make(Op op, Type type, std::vector<ExprId> args) {
    ORRERY_CHECK(args.size() == operand_count(op) && !args.empty(), "operation {} with {} operands",
                 int(op), args.size());
    for (ExprId a : args) {
        ORRERY_CHECK(a.defined() && size_t(a.index) < nodes.size(),
                     "undefined operand of operation {}", int(op));
    }
    ORRERY_CHECK(type.bits >= 1 && type.bits <= 64, "type of {} bits", type.bits);
    if (gives_condition(op)) {
        type = boolean;
    }
    if (is_commutative(op) && as_constant(args[0])) {
        std::swap(args[0], args[1]);
    }
    if (ExprId simple = simplify(*this, op, type, args); simple.defined()) {
        return simple;
    }
    if (is_commutative(op)) {
        auto swapped =
            known.find(Key{int(op), type.bits, type.is_signed, 0, {args[1].index, args[0].index}});
        if (swapped != known.end()) {
            return ExprId{swapped->second};
        }
    }
    return intern({op, type, std::move(args), 0});
}

std::optional<int64_t> ExprPool::as_constant(ExprId id) const {
    const ExprNode &node = nodes[id.index];
    return node.op == Op::Constant ? std::optional<int64_t>(node.value) : std::nullopt;
}

ExprId ExprPool::intern(ExprNode node) {
    std::vector<int32_t> args;
    for (ExprId a : node.args) {
        args.push_back(a.index);
    }
    Key key{int(node.op), node.type.bits, node.type.is_signed, node.value, std::move(args)};
    auto [entry, added] = known.emplace(std::move(key), int32_t(nodes.size()));
    if (added) {
        nodes.push_back(std::move(node));
    }
    return ExprId{entry->second};
}

void for_each_node(const ExprPool &pool, ExprId id,
                   const std::function<void(ExprId, const ExprNode &)> &visit) {
    std::vector<bool> seen(id.index + 1, false); // operands have smaller indices
    std::function<void(ExprId)> walk = [&](ExprId e) {
        if (seen[e.index]) {
            return;
        }
        seen[e.index] = true;
        for (ExprId a : pool[e].args) {
            walk(a);
        }
        visit(e, pool[e]);
    };
    walk(id);
}

bool uses_counter(const ExprPool &pool, ExprId id, int loop) {
    bool found = false;
    for_each_node(pool, id, [&](ExprId, const ExprNode &node) {
        found |= node.op == Op::Counter && node.value == loop;
    });
    return found;
}

namespace {

bool uses(const ExprPool &pool, ExprId id, Op leaf) {
    bool found = false;
    for_each_node(pool, id, [&](ExprId, const ExprNode &node) { found |= node.op == leaf; });
    return found;
}

} // namespace

bool uses_load(const ExprPool &pool, ExprId id) { return uses(pool, id, Op::Load); }

bool uses_scalar(const ExprPool &pool, ExprId id) { return uses(pool, id, Op::Scalar); }

bool is_fixed_in_run(const ExprPool &pool, ExprId id) {
    return !uses(pool, id, Op::Counter) && !uses(pool, id, Op::Load);
}

ExprId substitute(ExprPool &pool, ExprId id,
                  const std::function<ExprId(const ExprNode &)> &replace) {
    std::vector<ExprId> order;
    for_each_node(pool, id, [&](ExprId e, const ExprNode &) { order.push_back(e); });
    std::map<ExprId, ExprId> changed;
    for (ExprId e : order) {
        const ExprNode node = pool[e]; // a copy: `make` moves the nodes
        ExprId result = e;
        if (node.op == Op::Counter || node.op == Op::Load || node.op == Op::Scalar) {
            if (ExprId r = replace(node); r.defined()) {
                ORRERY_CHECK(pool[r].type == node.type, "a leaf is replaced by another type");
                result = r;
            }
        } else if (!node.args.empty()) {
            std::vector<ExprId> args;
            for (ExprId a : node.args) {
                args.push_back(changed.at(a));
            }
            result = args == node.args ? e : pool.make(node.op, node.type, std::move(args));
        }
        changed[e] = result;
    }
    return changed.at(id);
}

} // namespace Orrery::hwir
