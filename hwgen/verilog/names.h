#pragma once
#include <set>
#include <string>

namespace Orrery::verilog {

/// A legal identifier that resembles any name: "conv.s1.r$x" -> "conv_s1_r_x". Characters that
/// Verilog does not allow become underscores, a leading digit gets a letter before it, and keywords
/// of Verilog, SystemVerilog and C++ (Verilator warns of these) get an underscore behind them.
std::string legal_identifier(const std::string &name);

/// Gives out identifiers of one scope. The names depend only on the order of the requests.
class Names {
public:
    /// A legal identifier that was not given out or reserved before: collisions get _2, _3 and so
    /// on.
    std::string unique(const std::string &wanted);
    /// Keeps an identifier from being given out.
    void reserve(const std::string &identifier) { taken.insert(identifier); }

private:
    std::set<std::string> taken;
};

} // namespace Orrery::verilog
