#include "hwgen/frontend/nest_walk.h"

#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/loads.h"
#include "hwgen/frontend/proof.h"
#include "hwgen/frontend/scalars.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

class NestWalk : public IRVisitor {
    using IRVisitor::visit;

    Network &network;
    const LoopLabels &labels;
    const CounterSpace space;

    // State of the traversal: the levels around the current statement and the loop variables they
    // define.
    std::vector<LevelId> nest;
    std::map<std::string, Expr> loop_variables;

    // Stages seen so far, per Func.
    std::map<std::string, int> next_stage;

public:
    NestWalk(Network &n, const LoopLabels &l) : network(n), labels(l), space(n.levels) {}

private:
    Expr in_counters(const Expr &e) {
        return clean(substitute(loop_variables, substitute_in_all_lets(e)));
    }

    LevelId add_level(Level level) {
        network.levels.push_back(std::move(level));
        return static_cast<LevelId>(network.levels.size()) - 1;
    }

    void visit(const For *op) override {
        const std::string loop = labels.of(op->name);
        const bool lane = op->for_type == ForType::Unrolled || op->for_type == ForType::Vectorized;
        if (!lane && op->for_type != ForType::Serial) {
            user_error(
                "loop {}: parallel, GPU and extern loops have no hardware form; use unroll or "
                "vectorize for loops that run in space",
                loop);
        }
        Level level;
        level.kind = lane ? LevelKind::Lane : LevelKind::Serial;
        level.loop = op->name;
        level.label = loop;
        level.for_type = op->for_type;
        level.min = in_counters(op->min);
        level.extent = in_counters(op->extent);
        if (reads_memory(level.min) || reads_memory(level.extent)) {
            user_error("loop {}: its bounds depend on data, which is not supported; loop to the "
                       "greatest bound and select",
                       loop);
        }
        const hwir::Interval extent = extent_range(level, loop);
        if (extent.min == 1 && extent.max == 1) {
            visit_body(*op, level.min);
            return;
        }
        level.max_extent = std::max<int64_t>(1, extent.max);
        const Expr min = level.min;
        nest.push_back(add_level(std::move(level)));
        visit_body(*op, simplify(min + counter_variable(nest.back())));
        nest.pop_back();
    }

    void visit_body(const For &op, const Expr &loop_variable) {
        loop_variables[op.name] = loop_variable;
        op.body.accept(this);
        loop_variables.erase(op.name);
    }

    hwir::Interval extent_range(const Level &level, const std::string &loop) {
        const auto range = space.range(level.extent, nest);
        if (!range) {
            require_bounds(level.extent, fmt::format("loop {}: its extent", loop));
            user_error("loop {}: its extent {} has no constant bound; {}", loop,
                       text(level.extent, network.levels),
                       level.kind == LevelKind::Lane
                           ? "split it and unroll the inner loop, whose extent is the split factor"
                           : "bound the Func (bound(), or set_bounds on the output's dimensions)");
        }
        return *range;
    }

    /// An unbounded scalar is the likeliest cause of a size without bounds.
    void require_bounds(const Expr &e, const std::string &what) const {
        if (const Halide::Parameter scalar = find_unbounded(e); scalar.defined()) {
            user_error("{} {} has no constant bound: {}", what, text(e, network.levels),
                       unbounded_scalar_text(scalar));
        }
    }

    void visit(const LetStmt *op) override {
        loop_variables[op->name] = in_counters(op->value);
        op->body.accept(this);
        loop_variables.erase(op->name);
    }

    void visit(const IfThenElse *op) override {
        if (op->else_case.defined()) {
            user_error(
                "{}: an if with an else branch has no hardware form (specialize() makes one); "
                "write it with select",
                where());
        }
        const size_t outside = nest.size();
        std::vector<Expr> conditions;
        split_into_ands(in_counters(op->condition), conditions);
        for (const Expr &c : conditions) {
            if (reads_memory(c)) {
                user_error("{}: a condition that depends on data guards a store, which is not "
                           "supported; use select instead of RDom::where",
                           where());
            }
            Level guard;
            guard.kind = LevelKind::Guard;
            guard.min = 0;
            guard.condition = c;
            guard.extent = select(c, 1, 0);
            nest.push_back(add_level(std::move(guard)));
        }
        op->then_case.accept(this);
        nest.resize(outside);
    }

    /// The loop that the traversal is in, for messages.
    std::string where() const {
        for (auto id = nest.rbegin(); id != nest.rend(); ++id) {
            if (!network.levels[*id].loop.empty()) {
                return "in loop " + network.levels[*id].label;
            }
        }
        return "at the outermost level";
    }

    void visit(const AssertStmt *op) override {
        const Expr condition = in_counters(op->condition);
        if (is_const_one(condition) || space.always(condition, nest)) {
            return;
        }
        const bool of_scalars = counters_in(condition).empty() && !reads_memory(condition);
        if (of_scalars && !scalars_in(condition).empty() && !never_holds(space, condition)) {
            network.requirements.push_back(
                {condition, fmt::format("the schedule needs {}", text(condition, network.levels))});
            return;
        }
        const auto *call = op->message.as<Call>();
        if (call && call->name == "halide_error_explicit_bounds_too_small") {
            bounds_too_small(*call);
        }
        user_error("{}: Halide would check at run time that {}, which hardware cannot do; fix the "
                   "sizes so that it is always true",
                   where(), text(condition, network.levels));
    }

    [[noreturn]] void bounds_too_small(const Call &call) {
        // Arguments: dimension, Func, given min and max, needed min and max.
        auto argument = [&](size_t i) {
            const auto *string = call.args[i].as<StringImm>();
            return string ? user_name(string->value)
                          : text(in_counters(call.args[i]), network.levels);
        };
        user_error(
            "Func {}: bound({}) gives {} to {}, but the schedule needs {} to {}; round the bound "
            "up or use TailStrategy::GuardWithIf",
            argument(1), argument(0), argument(2), argument(3), argument(4), argument(5));
    }

    void visit(const ProducerConsumer *op) override {
        Storage *storage = network.find_storage(op->name);
        if (op->is_producer && storage) {
            find_generation(*storage);
        }
        IRVisitor::visit(op);
    }

    /// The Func of the storage is produced here: the generations of its buffer are the iterations
    /// of the loops around.
    void find_generation(Storage &storage) {
        const auto inside = nest.begin() + static_cast<long>(storage.prefix.size());
        const auto is = [&](LevelKind kind) {
            return [this, kind](LevelId id) { return network.levels[id].kind == kind; };
        };
        if (std::none_of(inside, nest.end(), is(LevelKind::Serial))) {
            // Between are lanes at most. Each computes all that it reads, some of it perhaps as
            // other lanes do: it has elements of its own, as if it were stored here.
            if (std::any_of(inside, nest.end(), is(LevelKind::Lane))) {
                storage.prefix = storage.generation = nest;
            }
            return;
        }
        const auto lane = std::find_if(inside, nest.end(), is(LevelKind::Lane));
        if (lane != nest.end()) {
            user_error("Func {}: it is stored outside of the unrolled loop {} and computed inside, "
                       "but a window cannot slide from lane to lane, which work in the same "
                       "cycle; compute it at a loop outside of that one",
                       user_name(storage.func), network.levels[*lane].label);
        }
        storage.generation = nest;
    }

    void visit(const Realize *op) override {
        Storage storage;
        storage.func = op->name;
        storage.prefix = nest;
        if (network.find_storage(op->name)) {
            user_error("Func {0} is computed in several places, because it has no compute_at and "
                       "several stages read it; give {0} a compute_at around all of them",
                       user_name(op->name));
        }
        storage.generation = nest;
        if (op->types.size() != 1) {
            user_error("Func {}: tuples are not supported yet; use one Func per element",
                       user_name(op->name));
        }
        storage.type = op->types[0];
        for (size_t d = 0; d < op->bounds.size(); d++) {
            storage.min.push_back(in_counters(op->bounds[d].min));
            const Expr extent = in_counters(op->bounds[d].extent);
            const auto range = space.range(extent, nest);
            if (!range) {
                require_bounds(extent,
                               fmt::format("Func {}: the size of dimension {} of its buffer,",
                                           user_name(op->name), d));
                user_error(
                    "Func {}: the size of dimension {} of its buffer, {}, has no constant bound; "
                    "bound the Func or compute it at an inner loop",
                    user_name(op->name), d, text(extent, network.levels));
            }
            storage.max_extents.push_back(std::max<int64_t>(1, range->max));
        }
        network.storages.push_back(std::move(storage));
        op->body.accept(this);
    }

    /// Stages come in order, but one without any point is not there: the loops around know the
    /// number.
    int stage_index(const std::string &func) {
        int index = next_stage[func];
        for (LevelId id : nest) {
            const auto stage = stage_of_loop(network.levels[id].loop);
            if (stage && stage->first == func) {
                index = stage->second;
            }
        }
        next_stage[func] = index + 1;
        return index;
    }

    void visit(const Provide *op) override {
        Stage stage;
        stage.func = op->name;
        stage.index = stage_index(op->name);
        stage.nest = nest;
        const std::string label = stage_label(stage);
        if (op->values.size() != 1) {
            user_error("{}: tuples are not supported yet; use one Func per element", label);
        }
        stage.store.memory = op->name;
        stage.store.is_tensor = op->name == network.output;
        Expr value = op->values[0];
        if (stage.store.is_tensor && value.type() != memory_type(value.type())) {
            value = cast(memory_type(value.type()), value);
        }
        stage.store.type = value.type();
        for (const Expr &a : op->args) {
            stage.store.coordinates.push_back(in_counters(a));
            if (reads_memory(stage.store.coordinates.back())) {
                user_error("{}: the address of its store depends on data, which is not supported; "
                           "addresses must be made of loop variables",
                           label);
            }
        }
        stage.value = collect_loads(in_counters(value), network.output, space, label, stage.loads);
        if (!is_const_one(op->predicate)) {
            split_into_ands(in_counters(op->predicate), stage.predicate);
        }
        for (const Expr &c : stage.predicate) {
            if (reads_memory(c)) {
                user_error("{}: a condition that depends on data guards its store, which is not "
                           "supported; use select",
                           label);
            }
        }
        network.stages.push_back(std::move(stage));
    }

    [[noreturn]] void unsupported(const std::string &what, const std::string &name) {
        user_error("{}: {} of '{}' has no hardware form; remove it from the schedule", where(),
                   what, user_name(name));
    }
    void visit(const Evaluate *) override {}
    void visit(const Prefetch *op) override { unsupported("prefetch()", op->name); }
    void visit(const Atomic *op) override { unsupported("atomic()", op->producer_name); }
    void visit(const Acquire *) override { unsupported("async()", "a producer"); }
    void visit(const Fork *) override { unsupported("async()", "a producer"); }
    void visit(const Allocate *op) override { unsupported("an allocation", op->name); }
    void visit(const Store *op) override { unsupported("a flattened store", op->name); }
    // Where storage is allocated does not matter to hardware, which allocates all of it for good.
    void visit(const HoistedStorage *op) override { op->body.accept(this); }
};

} // namespace

Network walk_nest(const Stmt &s, const std::string &output, const LoopLabels &labels) {
    Network network;
    network.output = output;
    NestWalk walk(network, labels);
    s.accept(&walk);
    return network;
}

} // namespace Orrery::frontend
