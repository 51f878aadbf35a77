#include "fuzz/mutations.h"

#include <algorithm>

namespace Orrery::fuzz {
using namespace hwir;

namespace {

/// One of the elements for which `wanted` holds; null if there is none.
template <typename T, typename F>
T *choose(std::vector<T> &items, Dice &dice, F wanted) {
    std::vector<T *> found;
    for (T &item : items) {
        if (wanted(item)) {
            found.push_back(&item);
        }
    }
    return found.empty() ? nullptr : dice.one_of(found);
}

template <typename T>
bool drop_one(std::vector<T> &items, Dice &dice) {
    items.erase(items.begin() + dice.below(int(items.size())));
    return true;
}

bool drop_enable(Design &d, Dice &dice) {
    Process *p = choose(d.processes, dice, [](const Process &q) { return !q.enables.empty(); });
    return p && drop_one(p->enables, dice);
}

bool drop_predicate(Design &d, Dice &dice) {
    const auto wanted = [](const Access &a) { return !a.predicate.empty(); };
    Process *p = choose(d.processes, dice, [&](const Process &q) {
        return std::any_of(q.loads.begin(), q.loads.end(), wanted);
    });
    return p && drop_one(choose(p->loads, dice, wanted)->predicate, dice);
}

bool one_bank_fewer(Design &d, Dice &dice) {
    Buffer *b = choose(d.buffers, dice, [](const Buffer &c) { return c.bank_count() > 1; });
    if (!b) {
        return false;
    }
    (*choose(b->banks, dice, [](int64_t n) { return n > 1; }))--;
    return true;
}

bool reverse_phases(Design &d, Dice &dice) {
    Buffer *b = choose(d.buffers, dice, [](const Buffer &c) { return c.writers.size() > 1; });
    if (b) {
        std::reverse(b->writers.begin(), b->writers.end());
    }
    return b;
}

/// A generation of a reader becomes one loop longer: tokens are taken less often than given.
bool drop_token(Design &d, Dice &dice) {
    const auto wanted = [](const TokenUse &u) { return u.depth > 0; };
    Buffer *b = choose(d.buffers, dice, [&](const Buffer &c) {
        return std::any_of(c.readers.begin(), c.readers.end(), wanted);
    });
    if (b) {
        choose(b->readers, dice, wanted)->depth--;
    }
    return b;
}

/// A reader that takes no token at all.
bool drop_reader(Design &d, Dice &dice) {
    Buffer *b = choose(d.buffers, dice, [](const Buffer &c) { return !c.readers.empty(); });
    return b && drop_one(b->readers, dice);
}

bool longer_run(Design &d, Dice &dice) {
    Stream *s = choose(d.streams, dice, [](const Stream &) { return true; });
    if (!s) {
        return false;
    }
    Descriptor &run = s->descriptor;
    run.length = d.exprs.add(run.length, d.exprs.constant(1, d.exprs[run.length].type));
    run.max_length++;
    return true;
}

bool start_beside(Design &d, Dice &dice) {
    Stream *s = choose(d.streams, dice, [](const Stream &) { return true; });
    if (s) {
        ExprId &offset = s->descriptor.start.offset;
        offset = d.exprs.add(offset, d.exprs.constant(1));
    }
    return s;
}

/// The last iteration of a serial loop is left out.
bool shorter_loop(Design &d, Dice &dice) {
    const auto wanted = [](const Loop &l) {
        return l.kind == LoopKind::Serial && l.max_extent > 1;
    };
    Process *p = choose(d.processes, dice, [&](const Process &q) {
        return std::any_of(q.loops.begin(), q.loops.end(), wanted);
    });
    if (!p) {
        return false;
    }
    Loop *l = choose(p->loops, dice, wanted);
    l->extent = d.exprs.sub(l->extent, d.exprs.constant(1, d.exprs[l->extent].type));
    return true;
}

bool wrong_coefficient(Design &d, Dice &dice) {
    Process *p = choose(d.processes, dice, [](const Process &q) { return !q.loads.empty(); });
    if (!p) {
        return false;
    }
    Access &a = p->loads[size_t(dice.below(int(p->loads.size())))];
    if (a.indices.empty()) {
        return false;
    }
    Index &i = a.indices[size_t(dice.below(int(a.indices.size())))];
    int64_t *c = choose(i.coefficients, dice, [](int64_t n) { return n != 0; });
    if (c) {
        (*c)++;
    }
    return c;
}

bool wrong_offset(Design &d, Dice &dice) {
    Process *p =
        choose(d.processes, dice, [](const Process &q) { return !q.store.indices.empty(); });
    if (p) {
        p->store.indices[size_t(dice.below(int(p->store.indices.size())))].offset++;
    }
    return p;
}

/// The initial value is taken again in later iterations of one loop of the reduction.
bool drop_first_visit(Design &d, Dice &dice) {
    Process *p = choose(d.processes, dice, [](const Process &q) {
        return q.accumulation && !q.accumulation->first_visit.empty();
    });
    return p && drop_one(p->accumulation->first_visit, dice);
}

bool drop_initial_value(Design &d, Dice &dice) {
    Process *p = choose(d.processes, dice, [](const Process &q) {
        return q.accumulation && q.accumulation->init.defined();
    });
    if (p) {
        p->accumulation->init = ExprId();
        p->accumulation->first_visit.clear();
    }
    return p;
}

bool other_reduction(Design &d, Dice &dice) {
    Process *p = choose(d.processes, dice, [](const Process &q) {
        return q.accumulation && q.accumulation->op != ReduceOp::Other;
    });
    if (p) {
        ReduceOp &op = p->accumulation->op;
        op = op == ReduceOp::Sum ? ReduceOp::Max : ReduceOp::Sum;
    }
    return p;
}

/// A reader that starts early does not wait for what it needs.
bool start_too_early(Design &d, Dice &dice) {
    const auto wanted = [](const TokenUse &u) { return !u.needed.empty(); };
    Buffer *b = choose(d.buffers, dice, [&](const Buffer &c) {
        return std::any_of(c.readers.begin(), c.readers.end(), wanted);
    });
    if (b) {
        for (Index &i : choose(b->readers, dice, wanted)->needed) {
            i.offset -= 1 << 20;
        }
    }
    return b;
}

} // namespace

const std::vector<Mutation> &mutations() {
    static const std::vector<Mutation> all = {
        {"dropped guard of lanes", drop_enable},
        {"dropped predicate of a load", drop_predicate},
        {"one bank fewer", one_bank_fewer},
        {"reversed phases", reverse_phases},
        {"dropped token", drop_token},
        {"reader without tokens", drop_reader},
        {"run one element longer", longer_run},
        {"run starts one element later", start_beside},
        {"loop one iteration shorter", shorter_loop},
        {"wrong coefficient of a load", wrong_coefficient},
        {"store one element beside", wrong_offset},
        {"initial value more than once", drop_first_visit},
        {"no initial value", drop_initial_value},
        {"other operation of a reduction", other_reduction},
        {"early reader that does not wait", start_too_early},
    };
    return all;
}

} // namespace Orrery::fuzz
