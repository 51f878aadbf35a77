#pragma once
#include "halide-fork/orrery.h"
#include "hwgen/hwir/design.h"
#include "hwgen/interpreter/interpreter.h"
#include "sim/check.h"

#include <Halide.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace Orrery::test {

/// A pipeline written out by hand: its output with schedule and directives, and its inputs with
/// bounds.
struct Layer {
    Halide::Func output;
    std::vector<Halide::ImageParam> inputs;
};

/// Makes the same layer twice: with its schedule and directives, and as the plain algorithm.
using MakeNamedLayer = std::function<Layer(bool scheduled)>;

/// What a design did: in the interpreter, and in Verilog behind a memory without stalls.
struct Measured {
    std::string name;
    std::shared_ptr<Orrery::Design> design;
    interpreter::Result interpreted;
    sim::Result simulated;
    sim::DesignDescription description;

    const hwir::Design &hardware() const { return design->hardware(); }
    int buffer(const std::string &name) const; ///< number of a buffer of the design
    int process(const std::string &name) const;
    int tensor(const std::string &name) const;
};

/// Compiles named designs, runs each in the interpreter and, all in one Verilator build, as
/// Verilog: aligned and without stalls, then twice with random latency, stalls and addresses, and
/// as three invocations of different inputs that overlap. Every result is compared with Halide;
/// what differs or goes wrong is a failed check of the running test.
class DesignRunner {
public:
    explicit DesignRunner(std::filesystem::path directory);
    void add(const std::string &name, const MakeNamedLayer &make);
    /// The designs that passed, in the order in which they were added.
    std::vector<Measured> run();
    /// Is the design caught when `from` is replaced by `to` in one of its Verilog files? Each of
    /// `seeds` is run behind a slow memory, until one goes wrong.
    bool catches(const std::string &name, const MakeNamedLayer &make, const std::string &file,
                 const std::string &from, const std::string &to, int seeds);

private:
    /// Buffers of all tensors, and the same with the outputs that Halide computes.
    struct Values {
        std::vector<sim::Buffer> tensors, expected;
    };
    struct Case {
        Measured measured;
        MakeNamedLayer make;
        Values values;
    };
    bool compile(Case &c);
    static Values random_values(const Case &c, unsigned seed);
    bool interpret(Case &c);
    bool simulate(Case &c, const sim::Model &model);
    static bool overlap(const Case &c, sim::Simulator &simulator);
    static sim::Outcome outcome_of(Case &c, sim::Simulator &simulator,
                                   const sim::RunOptions &options);
    static void compare(const Case &c, const std::vector<sim::Buffer> &tensors,
                        const std::vector<sim::Buffer> &expected, sim::Outcome &outcome);

    std::filesystem::path directory;
    std::vector<Case> cases;
};

} // namespace Orrery::test
