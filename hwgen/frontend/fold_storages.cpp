#include "hwgen/frontend/fold_storages.h"

#include "hwgen/frontend/affine.h"
#include "hwgen/frontend/coordinates.h"
#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/row_lives.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

[[noreturn]] void window_leaves_out(const Storage &storage, const Stage &reader) {
    user_error("Func {}: the window that Halide makes of its store_at and compute_at leaves out "
               "elements that {} reads; compute it where it is stored, or let fewer Funcs slide "
               "along the same loop",
               user_name(storage.func), stage_label(reader));
}

/// What the accesses of a storage ask of the modulus of a dimension.
struct Needs {
    bool power_of_two =
        false;         ///< a coordinate is no sum of counters: only then is a remainder cheap
    int64_t lanes = 1; ///< rows that lanes reach at once
    std::optional<int64_t> given; ///< by fold_storage
};

/// A circle for one dimension that is being tried.
struct Candidate {
    size_t dimension = 0;
    int64_t modulus = 0;
    int64_t step = 0; ///< rows by which each Realize starts further on than the one before
};

class StorageFold {
    Network &network;
    Storage &storage;
    const FuncSchedule &func_schedule;
    const std::vector<std::string> &arguments;
    const int slots;
    StorageLives lives;
    std::vector<Needs> needs;

public:
    StorageFold(Network &n, Storage &s, const Function &function, int slot_count)
        : network(n), storage(s), func_schedule(function.schedule()), arguments(function.args()),
          slots(slot_count), needs(s.min.size()) {}

    void run() {
        check_writers();
        lives = storage_lives(network, storage);
        if (lives.written_again) {
            written_again();
        }
        if (lives.reads_unwritten) {
            window_leaves_out(storage, *lives.reads_unwritten);
        }
        std::vector<Candidate> candidates;
        for (size_t d = 0; d < needs.size(); d++) {
            if (lives.moves[d]) {
                find_needs(d);
                candidates.push_back(smallest(d, {0}, [&](const Candidate &c) { return fits(c); }));
            }
        }
        if (slots > 1) { // Realizes follow each other, at least those of invocations that overlap
            keep_realizes_apart(candidates);
        }
        storage.circles.resize(needs.size());
        for (const Candidate &candidate : candidates) {
            apply(candidate);
        }
    }

private:
    std::string name() const { return user_name(storage.func); }

    /// With two slots, one stage may write a generation while readers are in the one before; two
    /// stages would write to the same memory at once.
    void check_writers() const {
        const auto writers = std::count_if(network.stages.begin(), network.stages.end(),
                                           [&](const Stage &s) { return s.func == storage.func; });
        if (slots > 1 && writers > 1) {
            user_error("buffer({}): it slides (store_at further out than compute_at) and is "
                       "computed by several stages, which cannot run ahead of its readers; use "
                       "slots(1), or let a copy of it slide ({}.in())",
                       name(), name());
        }
    }

    [[noreturn]] void written_again() const {
        std::string loops;
        for (size_t i = storage.prefix.size(); i < storage.generation.size(); i++) {
            const Level &level = network.levels[storage.generation[i]];
            loops += level.loop.empty() ? "" : (loops.empty() ? "" : ", ") + level.label;
        }
        user_error(
            "Func {}: between its store_at and its compute_at are the loops {}, and a window "
            "that slides along them would compute elements again that it has already; "
            "store it just outside of the loop along which the window slides, or compute "
            "it where it is stored. If a Func behind it slides too: let the tiles divide "
            "(TailStrategy::RoundUp), and give the store_at to what pads the other one's rows, "
            "not to the Func that it pads, which needs none",
            name(), loops);
    }

    void find_needs(size_t d) {
        for (const Stage &stage : network.stages) {
            if (stage.func == storage.func) {
                add_needs(stage, stage.store, d);
            }
            for (const StageAccess &load : stage.loads) {
                if (load.memory == storage.func) {
                    add_needs(stage, load, d);
                }
            }
        }
        for (const StorageDim &dim : func_schedule.storage_dims()) {
            if (dim.fold_factor.defined() && dim.var == arguments[d]) {
                needs[d].given = as_const_int(simplify(dim.fold_factor));
            }
        }
    }

    void add_needs(const Stage &stage, const StageAccess &access, size_t d) {
        const std::string where = stage_label(stage) + ", access to " + name();
        const Expr coordinate = reduced_coordinate(network, stage, access, d, storage.min[d]);
        const AffineForm form = affine_form(coordinate, network.levels, where);
        if (form.modulus) {
            user_error("{}: a remainder along a dimension in which the window slides is not "
                       "supported; compute {} where it is stored",
                       where, name());
        }
        needs[d].power_of_two = needs[d].power_of_two || form.base.defined();
        Expr lane_part = form.lane_table.defined() ? form.lane_table : Expr(0);
        for (const auto &[level, coefficient] : form.coefficients) {
            if (network.levels[level].kind == LevelKind::Lane) {
                lane_part += counter_variable(level) * static_cast<int>(coefficient);
            }
        }
        const auto range = CounterSpace(network.levels).range(simplify(lane_part), {});
        ORRERY_CHECK(range, "{}: lanes without bounds", where);
        needs[d].lanes = std::max(needs[d].lanes, range->max - range->min + 1);
    }

    /// Rows along the dimension, at most.
    int64_t row_count(size_t d) const {
        size_t rows = 1;
        for (const RealizeLives &shape : lives.shapes) {
            rows = std::max(rows, shape.rows[d].size());
        }
        return static_cast<int64_t>(rows);
    }

    /// The smallest modulus that `fits` with one of the steps ({0}: none; empty: all).
    template <typename Fits>
    Candidate smallest(size_t d, const std::vector<int64_t> &steps, Fits fits) const {
        const int64_t most = 4 * row_count(d) + 4 * needs[d].lanes;
        for (int64_t m = needs[d].lanes; m <= most; m++) {
            const bool allowed = !needs[d].power_of_two || (m & (m - 1)) == 0;
            const int64_t step_count = steps.empty() ? m : static_cast<int64_t>(steps.size());
            for (int64_t i = 0; allowed && i < step_count; i++) {
                const Candidate candidate{d, m, steps.empty() ? i : steps[i]};
                if (fits(candidate)) {
                    return with_given(candidate, fits);
                }
            }
        }
        user_error("buffer({}): no circle of rows along {} allows its writer to be a generation "
                   "ahead; use slots(1)",
                   name(), user_name(arguments[d]));
    }

    /// fold_storage asks for a modulus of its own.
    template <typename Fits>
    Candidate with_given(const Candidate &least, Fits fits) const {
        const auto &given = needs[least.dimension].given;
        if (!given || *given >= row_count(least.dimension)) {
            return least;
        }
        const Needs &need = needs[least.dimension];
        const bool cheap = !need.power_of_two || (*given & (*given - 1)) == 0;
        for (int64_t step = 0; cheap && *given >= need.lanes && step < *given; step++) {
            const Candidate candidate{least.dimension, *given, step};
            if (fits(candidate)) {
                return candidate;
            }
        }
        user_error("Func {}: fold_storage({}, {}) is not possible; with {} slot(s) the smallest "
                   "factor is {}{}",
                   name(), user_name(arguments[least.dimension]), *given, slots, least.modulus,
                   need.power_of_two ? ", and it must be a power of two" : "");
    }

    /// Are rows with the same place in the circle never needed at the same time?
    bool fits(const Candidate &candidate) const {
        if (candidate.step != 0) {
            return false;
        }
        return std::all_of(
            lives.shapes.begin(), lives.shapes.end(),
            [&](const RealizeLives &shape) { return fits_within(shape, candidate); });
    }

    bool fits_within(const RealizeLives &shape, const Candidate &candidate) const {
        const std::vector<RowLife> &rows = shape.rows[candidate.dimension];
        const int64_t count = static_cast<int64_t>(rows.size());
        for (int64_t a = 0; a < count; a++) {
            for (int64_t b = a + candidate.modulus; b < count; b += candidate.modulus) {
                const bool written = rows[a].first_write >= 0 && rows[b].first_write >= 0;
                if (written && rows[b].first_write < rows[a].last_use + slots &&
                    rows[a].first_write < rows[b].last_use + slots) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Is every loop around the Realize of constant extent? Then each Realize has a number that is
    /// a sum of counters.
    bool realizes_are_numbered() const {
        return std::all_of(storage.prefix.begin(), storage.prefix.end(), [&](LevelId id) {
            const Level &level = network.levels[id];
            return level.kind == LevelKind::Lane ||
                   (level.kind == LevelKind::Serial && is_const(level.extent));
        });
    }

    /// The writer may begin the next Realize while readers are still in the last generation of this
    /// one: along one dimension, rows of the two must be apart. Takes the dimension that makes the
    /// smallest buffer.
    void keep_realizes_apart(std::vector<Candidate> &candidates) const {
        const std::vector<int64_t> steps =
            realizes_are_numbered() ? std::vector<int64_t>() : std::vector<int64_t>{0};
        std::optional<size_t> best;
        std::vector<Candidate> apart;
        for (const Candidate &candidate : candidates) {
            apart.push_back(smallest(candidate.dimension, steps, [&](const Candidate &c) {
                return fits({c.dimension, c.modulus, 0}) && realizes_fit(c);
            }));
            const auto growth = [&](size_t i) { // of the buffer, as a fraction
                return double(apart[i].modulus) / double(candidates[i].modulus);
            };
            if (!best || growth(apart.size() - 1) < growth(*best)) {
                best = apart.size() - 1;
            }
        }
        if (!best) {
            user_error("buffer({}): one element cannot be replaced while it is read; use slots(1)",
                       name());
        }
        candidates[*best] = apart[*best];
    }

    /// Within an invocation each Realize starts `step` further on than the one before; the first
    /// one of the next invocation starts where the first one of this did.
    bool realizes_fit(const Candidate &candidate) const {
        int64_t count = 1;
        for (LevelId id : storage.prefix) {
            const Level &level = network.levels[id];
            count *= level.kind == LevelKind::Serial ? level.max_extent : 1;
        }
        const int64_t back = -(count - 1) % candidate.modulus * candidate.step;
        return std::all_of(lives.shapes.begin(), lives.shapes.end(), [&](const RealizeLives &a) {
            return std::all_of(
                lives.shapes.begin(), lives.shapes.end(), [&](const RealizeLives &b) {
                    return (count == 1 || follows(a, b, candidate)) &&
                           follows(a, b, {candidate.dimension, candidate.modulus, back});
                });
        });
    }

    /// May b be the next Realize after a, `step` rows further on?
    bool follows(const RealizeLives &a, const RealizeLives &b, const Candidate &candidate) const {
        const std::vector<RowLife> &before = a.rows[candidate.dimension];
        const std::vector<RowLife> &after = b.rows[candidate.dimension];
        for (size_t i = 0; i < before.size(); i++) {
            for (size_t j = 0; j < after.size(); j++) {
                const bool same_place =
                    (static_cast<int64_t>(j) + candidate.step - static_cast<int64_t>(i)) %
                        candidate.modulus ==
                    0;
                const bool written = before[i].first_write >= 0 && after[j].first_write >= 0;
                if (same_place && written &&
                    a.generations + after[j].first_write < before[i].last_use + slots) {
                    return false;
                }
            }
        }
        return true;
    }

    void apply(const Candidate &candidate) {
        const int64_t rows = row_count(candidate.dimension);
        if (candidate.modulus >= rows && candidate.step == 0) {
            storage.max_extents[candidate.dimension] = rows;
            return; // all rows have a place of their own
        }
        Circle &circle = storage.circles[candidate.dimension];
        circle.modulus = candidate.modulus;
        storage.max_extents[candidate.dimension] = candidate.modulus;
        int64_t step = candidate.step;
        for (auto id = storage.prefix.rbegin(); step != 0 && id != storage.prefix.rend(); ++id) {
            const Level &level = network.levels[*id];
            if (level.kind == LevelKind::Serial) {
                circle.shifts[*id] = step;
                step = step * level.max_extent % candidate.modulus;
            }
        }
    }
};

/// Where a loop begins earlier for another Func that slides, Halide may leave out all iterations in
/// which this one is computed.
void check_written(const Network &network, const Storage &storage) {
    const Stage *reader = nullptr;
    for (const Stage &stage : network.stages) {
        if (stage.func == storage.func) {
            return;
        }
        if (std::any_of(stage.loads.begin(), stage.loads.end(),
                        [&](const StageAccess &l) { return l.memory == storage.func; })) {
            reader = &stage;
        }
    }
    if (reader) {
        window_leaves_out(storage, *reader);
    }
}

/// fold_storage of a Func that is computed where it is stored: a generation needs all of its rows.
void check_given_folds(const Storage &storage, const Function &function) {
    for (const StorageDim &dim : function.schedule().storage_dims()) {
        const auto factor =
            dim.fold_factor.defined() ? as_const_int(simplify(dim.fold_factor)) : std::nullopt;
        const auto &arguments = function.args();
        const auto at = std::find(arguments.begin(), arguments.end(), dim.var);
        if (factor && *factor < storage.max_extents[at - arguments.begin()]) {
            user_error("Func {}: fold_storage({}, {}) is not possible: it holds {} at once; only a "
                       "Func with store_at further out than compute_at is folded",
                       user_name(storage.func), user_name(dim.var), *factor,
                       storage.max_extents[at - arguments.begin()]);
        }
    }
}

/// A tensor in DRAM holds all of its Realize; nothing of it is folded.
void check_whole(const Storage &storage) {
    if (storage.slides()) {
        user_error(
            "Func {}: it is kept in DRAM, but stored further out than it is computed; use the "
            "same loop in store_at and compute_at",
            user_name(storage.func));
    }
}

void check_size(const Storage &storage) {
    int64_t elements = 1;
    for (int64_t extent : storage.max_extents) {
        elements *= extent;
        if (elements > max_buffer_elements) {
            user_error("Func {}: its buffer would hold more than the limit of {} elements; compute "
                       "it at an inner loop, or keep it in DRAM (Memory::Dram)",
                       user_name(storage.func), max_buffer_elements);
        }
    }
}

} // namespace

void fold_storages(Network &network, const HardwareSchedule &schedule,
                   const std::map<std::string, Halide::Internal::Function> &environment) {
    for (Storage &storage : network.storages) {
        const Function &function = environment.at(storage.func);
        check_written(network, storage);
        if (schedule.in_dram(storage.func)) {
            check_whole(storage);
            continue;
        }
        if (storage.slides()) {
            const auto directive = schedule.buffers.find(storage.func);
            const int slots = directive == schedule.buffers.end() ? 1 : directive->second.slots;
            StorageFold(network, storage, function, slots).run();
        } else {
            check_given_folds(storage, function);
        }
        check_size(storage);
    }
}

} // namespace Orrery::frontend
