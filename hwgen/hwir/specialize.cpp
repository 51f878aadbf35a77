#include "hwgen/hwir/specialize.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::hwir {

namespace {

/// Replaces the scalars in every expression of a design.
class Specializer {
public:
    Specializer(Design d, const std::vector<int64_t> &v) : design(std::move(d)), values(v) {}

    Design run() {
        for (Tensor &t : design.tensors) {
            for (Dimension &d : t.dimensions) {
                size(d.min);
                size(d.extent);
                size(d.stride);
            }
        }
        requirements();
        for (Process &p : design.processes) {
            process(p);
        }
        for (Buffer &b : design.buffers) {
            buffer(b);
        }
        for (Stream &s : design.streams) {
            descriptor(s.descriptor);
        }
        return std::move(design);
    }

private:
    Design design;
    const std::vector<int64_t> &values;

    void replace(ExprId &e) {
        if (e.defined()) {
            e = substitute(design.exprs, e, [&](const ExprNode &leaf) {
                return leaf.op == Op::Scalar ? design.exprs.constant(values[leaf.value], leaf.type)
                                             : ExprId();
            });
        }
    }

    void replace(std::vector<ExprId> &all) {
        for (ExprId &e : all) {
            replace(e);
        }
    }

    void size(Size &s) {
        if (!s.is_constant()) {
            replace(s.expr);
            s = Size(evaluate(design.exprs, s.expr, {}));
        }
    }

    void requirements() {
        for (Requirement &r : design.requirements) {
            replace(r.condition);
            ORRERY_CHECK(evaluate(design.exprs, r.condition, {}) != 0, "{}", r.text);
        }
        design.requirements.clear();
    }

    void loops(std::vector<Loop> &nest) {
        for (Loop &l : nest) {
            replace(l.extent);
        }
    }

    void index(Index &i) {
        replace(i.base);
        replace(i.lane_table);
    }

    void access(Access &a) {
        for (Index &i : a.indices) {
            index(i);
        }
        replace(a.predicate);
    }

    void buffer(Buffer &b) {
        for (TokenUse &reader : b.readers) {
            for (Index &needed : reader.needed) {
                index(needed);
            }
        }
        if (b.progress) {
            index(*b.progress);
        }
    }

    void process(Process &p) {
        loops(p.loops);
        replace(p.enables);
        for (Access &a : p.loads) {
            access(a);
        }
        access(p.store);
        replace(p.value);
        if (p.accumulation) {
            replace(p.accumulation->increment);
            replace(p.accumulation->init);
        }
    }

    void descriptor(Descriptor &d) {
        loops(d.loops);
        replace(d.conditions);
        replace(d.start.coefficients);
        replace(d.start.offset);
        replace(d.start.base);
        replace(d.length);
    }
};

} // namespace

bool takes(const Design &design, const std::vector<int64_t> &values) {
    const std::vector<Scalar> &scalars = design.exprs.scalars();
    for (size_t i = 0; i < values.size(); i++) {
        if (values[i] < scalars[i].range.min || values[i] > scalars[i].range.max) {
            return false;
        }
    }
    ExprPool pool = design.exprs;
    return std::all_of(
        design.requirements.begin(), design.requirements.end(), [&](const Requirement &r) {
            const ExprId condition = substitute(pool, r.condition, [&](const ExprNode &leaf) {
                return leaf.op == Op::Scalar ? pool.constant(values[leaf.value], leaf.type)
                                             : ExprId();
            });
            return evaluate(pool, condition, {}) != 0;
        });
}

Design specialize(const Design &design, const std::vector<int64_t> &values) {
    const std::vector<Scalar> &scalars = design.exprs.scalars();
    ORRERY_CHECK(values.size() == scalars.size(), "{} values for {} scalars", values.size(),
                 scalars.size());
    for (size_t i = 0; i < values.size(); i++) {
        ORRERY_CHECK(values[i] >= scalars[i].range.min && values[i] <= scalars[i].range.max,
                     "{} is not in the range of scalar {}", values[i], scalars[i].name);
    }
    return Specializer(design, values).run();
}

} // namespace Orrery::hwir
