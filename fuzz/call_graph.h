#pragma once
#include "fuzz/apply.h"

#include <string>
#include <vector>

namespace Orrery::fuzz {

/// Who reads whom in a layer whose schedule is being made: by the names of the case, with the
/// copies of `in` between readers and what they read.
class CallGraph {
public:
    explicit CallGraph(const ScheduledLayer &layer) : layer_(layer) {}

    /// `copy` stands between `reader` and `source` from now on.
    void add_copy(const std::string &source, const std::string &reader, const std::string &copy);
    /// A Func that rfactor made.
    void add_func(const std::string &name) { funcs_.push_back(name); }
    /// A Func that is computed where it is read.
    void set_inline(const std::string &name) { inlined_.insert(name); }
    bool is_inline(const std::string &name) const { return inlined_.count(name) > 0; }

    struct Reader {
        std::string func;
        int stage;
    };
    /// The stages that name `source` in their definitions.
    std::vector<Reader> direct_readers(const std::string &source) const;
    /// The stages whose loops compute what reads `source`: readers that are inline are replaced by
    /// theirs.
    std::vector<Reader> readers(const std::string &source) const;

private:
    std::vector<std::string> names() const;

    const ScheduledLayer &layer_;
    std::vector<std::string> funcs_;
    std::set<std::string> inlined_;
    struct Copy {
        std::string source, reader, copy;
    };
    std::vector<Copy> copies_;
};

} // namespace Orrery::fuzz
