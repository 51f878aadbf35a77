#pragma once
#include <string>

/// The experiments of the Interstellar paper, and a front. Each prints what it found, and writes a
/// CSV and SVGs into a directory.
namespace experiments {

/// Energy of every dataflow (pair of loops in the array) of two layers, with optimal blocking.
void dataflow_energies(const std::string &directory);
/// Register files and SRAMs of many sizes, and two levels of register files.
void memory_hierarchies(const std::string &directory);
/// Whole networks on three machines.
void networks(const std::string &directory);
/// The distribution of energy over all blockings of a layer.
void blocking_cliff(const std::string &directory);
/// The Pareto front of energy, cycles and area over 60 hardware, in the cost model `orrery`, of
/// tiles that divide.
void front(const std::string &directory);

/// Draws a front.json of `orrery optimize --objective pareto`.
void plot_front(const std::string &file, const std::string &directory);

} // namespace experiments
