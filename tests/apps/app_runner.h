#pragma once
#include "sim/check.h"

#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace Orrery::test {

/// The tensors of a design by name, elements as int64.
class Tensors {
public:
    Tensors(const sim::DesignDescription &design, std::vector<sim::Buffer> &buffers)
        : design_(design), buffers_(buffers) {}
    bool has(const std::string &name) const { return design_.find_tensor(name) >= 0; }
    sim::Buffer &buffer(const std::string &name) const;
    int extent(const std::string &name, int dimension) const {
        return buffer(name).dim(dimension).extent();
    }
    int64_t get(const std::string &name, const std::vector<int> &at) const;
    void set(const std::string &name, const std::vector<int> &at, int64_t value) const;
    /// Calls `visit` with the coordinates of every element.
    void each(const std::string &name,
              const std::function<void(const std::vector<int> &)> &visit) const;

private:
    const sim::DesignDescription &design_;
    std::vector<sim::Buffer> &buffers_;
};

/// A generator of apps/ with parameters, and what it must compute.
struct AppCase {
    std::string name, generator;
    std::map<std::string, std::string> parameters; ///< of the generator
    std::map<std::string, int64_t> scalars;
    /// Sets inputs that are not just random.
    std::function<void(const Tensors &, std::mt19937 &)> prepare;
    /// Sets the output with plain loops, which know nothing of Halide.
    std::function<void(const AppCase &, const Tensors &)> plain;
    /// More about the case for other references, written beside its tensors: name and JSON text of
    /// each value.
    std::map<std::string, std::string> notes;

    int number(const std::string &parameter, int otherwise) const;
    std::string text(const std::string &parameter, const std::string &otherwise) const;
};

/// Runs generators, and their designs, all in one Verilator build, as Verilog: without stalls, then
/// twice with random latency, stalls and addresses. The outputs must be those of Halide and of the
/// plain loops. Leaves the tensors of the first run and a case.json in <directory>/<name>.
class AppRunner {
public:
    explicit AppRunner(std::filesystem::path directory);
    void add(const AppCase &app);
    void run();

private:
    struct Compiled {
        AppCase app;
        sim::DesignDescription design;
    };
    void simulate(const Compiled &c, const sim::Model &model) const;
    void save(const Compiled &c, std::vector<sim::Buffer> &tensors) const;

    std::filesystem::path directory_;
    std::vector<Compiled> cases_;
};

} // namespace Orrery::test
