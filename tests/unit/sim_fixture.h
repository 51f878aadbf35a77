#pragma once
#include <filesystem>
#include <string>

/// A small accelerator written by hand, for the tests of the simulator: output = ~input on bytes,
/// or on a part of them.
namespace Orrery::test {

struct FixtureOptions {
    int bus_bits = 128;
    int width = 37,
        height = 5;     ///< extents of both tensors; dimension 0 begins at -3, dimension 1 at 2
    int row_stride = 0; ///< of both, in elements; 0: the width. Gaps are written as well: a mistake
    int bug = 0;        ///< one of `Bug`
};

/// What the accelerator can do wrong.
enum Bug {
    NoBug,
    WrongElement,    ///< element 5 of the memory
    NoLast,          ///< WLAST stays low
    NoReadReady,     ///< never takes read data
    ValidFalls,      ///< ARVALID falls when it is not accepted at once
    StopsItself,     ///< $stop after the first beat
    DoneTooEarly,    ///< does not wait for the write response
    CrossesPage,     ///< bursts do not respect 4 KB
    ForgetsLast,     ///< the last element is not stored
    WritesOutside,   ///< strobes of the first word are all set
    ReadsOutside,    ///< one word more than the tensor has
    WrongCycles,     ///< the cycle counter runs at half speed
    FinishesInReset, ///< $display and a failed assertion in the first cycle after reset
};

/// Writes rtl/negate.v, design.json and reference.so into `directory`.
void write_fixture(const std::filesystem::path &directory, const FixtureOptions &options = {});

/// An empty directory of that name below the system's temporary directory.
std::filesystem::path fresh_directory(const std::string &name);

} // namespace Orrery::test
