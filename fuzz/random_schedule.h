#pragma once
#include "fuzz/apply.h"
#include "fuzz/call_graph.h"
#include "fuzz/dice.h"

namespace Orrery::fuzz {

/// Draws a schedule, consumers before producers: a producer is placed in loops that are final. Each
/// step is applied as it is drawn; those that Halide refuses are left out.
class RandomSchedule {
public:
    RandomSchedule(const Layer &layer, uint64_t seed);

    const std::vector<Step> &steps() const { return steps_; }

private:
    /// A place where a Func can be computed: one iteration of a loop.
    struct Level {
        std::string func;
        int stage;
        std::string loop;
    };

    bool add(Step step);

    // Loops of one stage.
    void draw_loops(const std::string &func, int stage, bool is_output);
    void split_loops(const std::string &func, int stage, bool is_output);
    void order_loops(const std::string &func, int stage, bool is_output);
    void fuse_loops(const std::string &func, int stage);
    void draw_lanes(const std::string &func, int stage);
    void draw_array(const std::string &func, int stage, const std::vector<std::string> &lanes);
    std::string draw_tail(int extent, int factor, bool is_pure_stage);
    std::string fresh(const std::string &func, int stage, const std::string &base,
                      const char *suffix) const;
    /// The names of the outer and the inner loop; empty if Halide refuses.
    std::pair<std::string, std::string> split(const std::string &func, int stage,
                                              const std::string &loop, int factor,
                                              const std::string &tail);
    int extent(const std::string &func, int stage, const std::string &loop) const;
    void set_extent(const std::string &func, int stage, const std::string &loop, int extent);

    // Funcs.
    void draw_output();
    void draw_func(const NamedFunc &f);
    void draw_copies(const std::string &source);
    void draw_stages(const std::string &func);
    /// Sums a part of an update in a Func of its own; false if that is not possible.
    bool draw_rfactor(const std::string &func, int stage);
    void draw_copy_loops(const std::string &copy);
    /// Computes a Func somewhere around its readers; false if there is no place.
    bool place(const std::string &func);
    void place_at(const std::string &func, const std::vector<Level> &levels, size_t index);
    std::vector<Level> common_levels(const std::string &func) const;
    std::vector<Level> levels_of(const CallGraph::Reader &reader) const;

    // Directives.
    void draw_buffer(const std::string &func);
    void draw_ports();
    void draw_port(const std::string &tensor);

    Dice dice_;
    bool draws_windows_ = false; ///< buffers that are stored further out than they are computed
    ScheduledLayer layer_;
    CallGraph graph_;
    std::vector<Step> steps_, directives_;
    std::map<std::string, int> estimates_;               ///< "func.stage.loop" or variable: extent
    std::map<std::string, std::vector<Level>> levels_;   ///< around the Func, innermost first
    std::map<std::string, std::set<std::string>> lanes_; ///< of "func.stage"
};

} // namespace Orrery::fuzz
