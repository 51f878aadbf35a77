#pragma once
#include "fuzz/case.h"

#include <string>

/// Running cases: what a run ends with, and the interpreter against Halide.
namespace Orrery::fuzz {

enum class Verdict {
    Agrees,        ///< the same result as Halide's, everywhere
    Refused,       ///< by Halide or the compiler, with a user error
    Differs,       ///< another result than Halide's
    BreaksRule,    ///< the interpreter or the simulator found a rule of the hardware broken
    Mispredicted,  ///< the simulation measured other numbers than the model predicts
    InternalError, ///< a check of our own failed
    Crash,         ///< the process died
    Hang           ///< the process did not end in time
};

const char *name_of(Verdict verdict);

struct Outcome {
    Verdict verdict = Verdict::Agrees;
    std::string message; ///< what was refused, what differs, what broke

    bool is_failure() const { return verdict > Verdict::Refused; }
};

/// Is it the same fault, as far as its message tells? Numbers and names may differ.
bool same_fault(const Outcome &a, const Outcome &b);
/// A message without its numbers and names: to count messages of one kind.
std::string kind_of_message(const Outcome &outcome);

/// Compiles the case to hardware IR and a netlist, runs the hardware IR in the interpreter, with
/// one point per cycle and with random progress of the processes, and compares with Halide.
/// References of the last layer are kept. Neither throws nor catches what is not an exception.
Outcome interpret(const Case &c);

} // namespace Orrery::fuzz
