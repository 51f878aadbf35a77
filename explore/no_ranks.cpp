// In place of ranks.cpp where there is no MPI.
#include "explore/ranks.h"

#include "hwgen/support/error.h"

#include <cstdlib>

namespace Orrery::explore {

struct Ranks::Job {};

Ranks::Ranks(int &, char **&) : job_(nullptr) {
    user_error("orrery explore was built without MPI, and so has threads only: start it without "
               "mpirun, or install Open MPI and Boost.MPI and build again (Debian: openmpi-bin "
               "libopenmpi-dev libboost-mpi-dev)");
}
Ranks::~Ranks() = default;
int Ranks::rank() const { return 0; }
int Ranks::size() const { return 1; }
std::vector<int> Ranks::lead(const Sweep &, const std::vector<size_t> &, const Found &) {
    return {};
}
void Ranks::follow(const Sweep &) {}
void Ranks::abort(int status) { std::_Exit(status); }

} // namespace Orrery::explore
