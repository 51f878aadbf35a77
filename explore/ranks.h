#pragma once
#include "explore/workers.h"

namespace Orrery::explore {

/// The processes of an MPI job. Rank 0 hands out the points, searches some itself and takes all
/// results; the others search. Where Orrery was built without MPI, a user error says so.
class Ranks {
public:
    Ranks(int &argc, char **&argv);
    ~Ranks();
    Ranks(const Ranks &) = delete;
    Ranks &operator=(const Ranks &) = delete;

    int rank() const;
    int size() const;

    /// Rank 0: returns when all points are found, with the ranks that no longer answer. A point of
    /// such a rank is handed out again when there are no others.
    std::vector<int> lead(const Sweep &sweep, const std::vector<size_t> &points,
                          const Found &found);
    /// The other ranks: returns when there is nothing more to do.
    void follow(const Sweep &sweep);
    /// Ends all ranks, also those that do not answer.
    [[noreturn]] void abort(int status);

private:
    struct Job;
    Job *job_;
};

} // namespace Orrery::explore
