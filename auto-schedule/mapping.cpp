#include "auto-schedule/mapping.h"

#include "auto-schedule/problem.h"
#include "auto-schedule/schedule.h"
#include "halide-fork/directives.h"
#include "hwgen/optimizer/access_model.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::scheduling {

namespace HI = Halide::Internal;

namespace {

/// As many as a port can have. The cost of a mapping does not know that memory takes a while to
/// answer: with so many bursts in flight, the shortest ones hide a latency of 64 cycles.
constexpr int mapped_outstanding_bursts = 64;

class Converter {
public:
    Converter(const optimizer::MappedLayer &mapped, const Product &product)
        : mapped_(mapped), product_(product), loops_(optimizer::nest_of(mapped)) {}

    Dataflow run() {
        flow_.name = "mapping";
        set_axes();
        set_tiles();
        set_nest();
        for (size_t i = 0; i < product_.operands.size(); i++) {
            add_copies(int(i));
        }
        flow_.drain_width = optimizer::drain_width(mapped_);
        if (flow_.drain_width > 1) {
            flow_.drain_loop =
                dense_loop(mapped_.problem.tensors[size_t(mapped_.problem.find_tensor("output"))]);
        }
        return flow_;
    }

private:
    const optimizer::MappedLayer &mapped_;
    const Product &product_;
    Dataflow flow_;
    std::vector<optimizer::NestLoop> loops_;
    size_t tiles_ = 0; ///< so many of them are around the sums

    /// The loop of the problem; null: the product need not have one of a single iteration.
    const ProductLoop *find(int loop) const {
        const auto found =
            std::find_if(product_.loops.begin(), product_.loops.end(), [&](const ProductLoop &l) {
                return name_in_problem(l.loop) == mapped_.problem.loops[size_t(loop)].name;
            });
        return found == product_.loops.end() ? nullptr : &*found;
    }

    Loop name(int loop) const {
        const ProductLoop *found = find(loop);
        ORRERY_CHECK(found, "no loop {}", mapped_.problem.loops[size_t(loop)].name);
        return found->loop;
    }

    void set_axes() {
        for (size_t a = 0; a < mapped_.mapping.axes.size(); a++) {
            for (const optimizer::SpatialLoop &loop : mapped_.mapping.axes[a]) {
                if (loop.factor > 1) {
                    if (!find(loop.loop)) {
                        user_error("mapping: the array has {} lanes of {}, a loop that {} does not "
                                   "have",
                                   loop.factor, mapped_.problem.loops[size_t(loop.loop)].name,
                                   name_in_text(product_.sum.function()));
                    }
                    (a == 0 ? flow_.rows : flow_.columns)
                        .push_back({name(loop.loop), int(loop.factor)});
                }
            }
        }
        if (flow_.rows.empty()) {
            flow_.rows.swap(flow_.columns);
        }
        if (flow_.rows.empty()) {
            flow_.rows.push_back({product_.loops.front().loop, 1});
        }
    }

    void set_tiles() {
        while (tiles_ < loops_.size() && loops_[tiles_].level == mapped_.last_level() &&
               !is_reduction(name(loops_[tiles_].loop))) {
            flow_.tiles.push_back({name(loops_[tiles_].loop), int(loops_[tiles_].inside)});
            tiles_++;
        }
        for (size_t i = tiles_; i < loops_.size() && loops_[i].level == mapped_.last_level(); i++) {
            if (!is_reduction(name(loops_[i].loop))) {
                user_error(
                    "mapping: at the level {0}, the loop {1} of the output lies inside of {2}, "
                    "over which sums "
                    "are made: they would go to memory and come back. Let the output stay there: "
                    "orrery optimize --fix \"{0} keeps output\"",
                    mapped_.levels.back(), mapped_.problem.loops[loops_[i].loop].name,
                    mapped_.problem.loops[loops_[tiles_].loop].name);
            }
        }
    }

    void set_nest() {
        for (size_t i = tiles_; i < loops_.size(); i++) {
            const bool last = std::none_of(
                loops_.begin() + int64_t(i) + 1, loops_.end(),
                [&](const optimizer::NestLoop &p) { return p.loop == loops_[i].loop; });
            flow_.nest.push_back({name(loops_[i].loop), last ? 0 : int(loops_[i].inside)});
        }
    }

    void add_copies(int operand) {
        const int number = mapped_.problem.find_tensor(product_.operands[size_t(operand)].name);
        const optimizer::Tensor &tensor = mapped_.problem.tensors[size_t(number)];
        for (int level = mapped_.last_level() - 1; level >= 0; level--) {
            if (mapped_.mapping.bypasses(level, size_t(number))) {
                continue;
            }
            Copy copy{operand, level_outside(level, tensor), {}, level <= mapped_.array_level, 2};
            if (copy.level.where == Level::Root) {
                copy.slots = 1;
            }
            if (const int width = optimizer::fill_width(mapped_, tensor, level); width > 1) {
                copy.wide = {{dense_loop(tensor), width}};
            }
            flow_.copies.push_back(copy);
        }
    }

    /// A loop along the dense dimension of a tensor that is wider than one element.
    Loop dense_loop(const optimizer::Tensor &tensor) const {
        for (const optimizer::Dimension::Term &term :
             tensor.dimensions[size_t(tensor.dense)].terms) {
            if (const ProductLoop *found = find(term.loop)) {
                return found->loop;
            }
        }
        ORRERY_CHECK(false, "no loop along the dense dimension of {}", tensor.name);
    }

    /// Where the copy of a level is refilled.
    Level level_outside(int level, const optimizer::Tensor &tensor) const {
        const int at = optimizer::refill_loop(mapped_, loops_, tensor, level);
        if (at < 0) {
            return {};
        }
        Level found{size_t(at) < tiles_ ? Level::Tile : Level::Nest, name(loops_[at].loop), 0};
        for (size_t i = tiles_; i < size_t(at); i++) {
            found.part += loops_[i].loop == loops_[at].loop ? 1 : 0;
        }
        return found;
    }
};

void check_problem(const optimizer::Problem &mapped, const Product &product) {
    const optimizer::Problem wanted = problem_of(product);
    if (text_of(wanted) == text_of(mapped)) {
        return;
    }
    const auto given = layer_of(mapped), layer = layer_of(wanted);
    user_error("mapping: it maps {}, and {} is {}. {}", given ? text_of(*given) : text_of(mapped),
               name_in_text(product.sum.function()), layer ? text_of(*layer) : text_of(wanted),
               layer ? "Optimize that layer: orrery optimize --layer \"" + text_of(*layer) + "\""
                     : "Let the auto-scheduler map it (autoscheduler=orrery)");
}

bool is_scheduled(const HI::Definition &definition) {
    const HI::StageSchedule &schedule = definition.schedule();
    return schedule.touched() || !schedule.splits().empty() ||
           !definition.specializations().empty();
}

bool is_scheduled(HI::Function func) {
    Halide::LoopLevel level = func.schedule().compute_level();
    level.lock(); // Halide lets nobody look at a level that could still be changed
    bool scheduled = !level.is_inlined() || !func.schedule().wrappers().empty() ||
                     (func.has_pure_definition() && is_scheduled(func.definition()));
    for (const HI::Definition &update : func.updates()) {
        scheduled = scheduled || is_scheduled(update);
    }
    return scheduled;
}

} // namespace

void check_unscheduled(const Halide::Func &output) {
    for (const auto &[name, func] : HI::build_environment({output.function()})) {
        if (is_scheduled(func)) {
            user_error("{}: it has a schedule already, and a mapping gives all of it. Leave the "
                       "schedule out (in a generator: if (!using_autoscheduler())), or do not ask "
                       "for a mapping.",
                       name_in_text(func));
        }
    }
    const auto scope = Directives::find_scope(output.function());
    if (scope && !(scope->arrays.empty() && scope->systolic.empty() && scope->buffers.empty() &&
                   scope->feedback.empty())) {
        user_error(
            "{}: it has directives already, and a mapping gives all of them but port. "
            "Leave pe_array, systolic, buffer and feedback out, or do not ask for a mapping.",
            name_in_text(output.function()));
    }
}

Dataflow dataflow_of(const optimizer::MappedLayer &mapped, const Product &product) {
    check_problem(mapped.problem, product);
    return Converter(mapped, product).run();
}

std::string apply_mapping(const Halide::Func &output, const optimizer::MappedLayer &mapped) {
    check_unscheduled(output);
    const Product product = find_product(output);
    Dataflow flow = dataflow_of(mapped, product);
    const auto scope = Directives::find_scope(output.function());
    if (!scope || scope->ports.empty()) { // else those that were asked for are enough
        flow.outstanding_bursts = mapped_outstanding_bursts;
    }
    return schedule(product, flow);
}

} // namespace Orrery::scheduling
