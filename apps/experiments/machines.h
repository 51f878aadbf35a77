#pragma once
#include "hwgen/optimizer/hardware.h"
#include "hwgen/optimizer/search.h"

#include <string>
#include <vector>

/// The machines of the Interstellar paper, priced with its table of energies
/// (data/energy-28nm.csv).
namespace experiments {

/// pJ of an access to a register file, by its bytes.
double register_file_pj(int64_t bytes);
/// Of an SRAM, by its usable bytes: it is double-buffered, so priced as one of twice the size.
/// Beyond the table, each doubling costs as much more as the last one in it.
double sram_pj(int64_t usable_bytes);
double dram_pj();
double hop_pj();
double multiply_pj(); ///< one 16-bit multiply-accumulate

/// Register files of each processing element, from the inside outwards, one SRAM and DRAM.
Orrery::optimizer::Hardware machine(int64_t elements, const std::vector<int64_t> &register_bytes,
                                    int64_t sram_bytes);

/// Energy by level, hops behind the array's level, in pJ; and what the search says.
struct Optimum {
    bool found = false, optimal = false;
    std::vector<std::string> parts;
    std::vector<double> pj;
    double total_pj = 0;
    double utilisation = 0;
    std::string nest;
};

Optimum optimum(const Orrery::optimizer::Problem &problem,
                const Orrery::optimizer::Hardware &hardware,
                const Orrery::optimizer::Constraints &constraints);

} // namespace experiments
