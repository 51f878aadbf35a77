#pragma once
#include "hwgen/netlist/signature.h"
#include "hwgen/netlist/width.h"

namespace Orrery::templates {

using netlist::bits_for;
using netlist::index_bits;

/// A signature in the making.
class PortList {
public:
    explicit PortList(std::string module) { signature.module = std::move(module); }
    PortList &parameter(const std::string &name, int64_t value) {
        netlist::ParameterValue v;
        v.integer = value;
        signature.parameters.push_back({name, v});
        return *this;
    }
    PortList &packed(const std::string &name, int width, std::vector<uint64_t> bits) {
        netlist::ParameterValue v;
        v.width = width;
        v.bits = std::move(bits);
        signature.parameters.push_back({name, v});
        return *this;
    }
    PortList &in(const std::string &name, int64_t width = 1) {
        signature.ports.push_back({name, netlist::PortDirection::Input, static_cast<int>(width), false});
        return *this;
    }
    PortList &out(const std::string &name, int64_t width = 1) {
        signature.ports.push_back({name, netlist::PortDirection::Output, static_cast<int>(width), false});
        return *this;
    }
    PortList &clock() { return in("clk_i"); }
    PortList &clock_reset() { return in("clk_i").in("rst_i"); }
    netlist::Signature done() const { return signature; }

private:
    netlist::Signature signature;
};

} // namespace Orrery::templates
