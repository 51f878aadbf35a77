#pragma once
#include "sim/size_expression.h"

#include <HalideRuntime.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the simulator knows of a design: the contents of its design.json (see docs/design-json.md).
namespace Orrery::sim {

struct TensorDimension {
    int64_t min = 0, extent = 1, stride = 1; ///< in elements
};

/// A dimension whose numbers may depend on scalars.
struct DimensionExpressions {
    SizeExpression min, extent, stride;
};

/// A scalar input. Values of a uint64 are kept as the int64 of the same bits.
struct ScalarDescription {
    std::string name;
    halide_type_t type;
    int64_t min = 0, max = 0;         ///< values that the design takes
    std::optional<int64_t> otherwise; ///< the value where none is given
    uint32_t offset = 0;              ///< of its register; types of 64 bits have two words

    bool allows(int64_t value) const;
    std::string text(int64_t value) const;
};

struct PortDescription {
    std::string prefix; ///< of the port's signals: "m_axi_input_"
    int bus_bits = 128;
    int address_bits = 32;
    int outstanding_bursts = 16;
    int max_burst_beats = 256;

    int bus_bytes() const { return bus_bits / 8; }
};

struct TensorDescription {
    std::string name;
    bool is_output = false;
    halide_type_t type;
    /// Innermost first, as in Halide; the greatest that they can be unless DesignDescription::at
    /// has set them.
    std::vector<TensorDimension> dimensions;
    std::vector<DimensionExpressions> shape; ///< what they are for any values of the scalars
    PortDescription port;
    uint32_t base_register =
        0; ///< offset of the register that holds the address of the element at the minima

    int64_t element_bytes() const { return type.bytes(); }
    int64_t element_count() const;
    /// From the first byte of the element at the minima to the last byte of the element at the
    /// maxima.
    int64_t span_bytes() const;
};

/// A 64-bit counter: the low word at `offset`, the high word at `offset + 4`.
struct CounterDescription {
    std::string name;
    uint32_t offset = 0;
};

struct StallDescription {
    std::string cause; ///< what the process waits for: "data in weights_tile"
    CounterDescription counter;
};

struct LoopDescription {
    std::string name;
    int64_t extent = 1;
};

struct ProcessDescription {
    std::string name, func;
    int stage = 0;
    std::vector<LoopDescription> loops, lanes;
    int64_t processing_elements = 0; ///< 0: not an array
    std::optional<CounterDescription> busy, operations;
    std::vector<StallDescription> stalls;

    /// Lane points per iteration point: the most operations of one cycle.
    int64_t lane_points() const;
};

struct BufferDescription {
    std::string name, func, memory;
    halide_type_t type;
    std::vector<int64_t> extents;
    int64_t banks = 1; ///< of all dimensions together
    int64_t words = 0, slots = 1, copies = 1, bits = 0;
    std::vector<CounterDescription> reads, writes; ///< one per port: the sum counts
};

/// A condition on scalars that a run needs.
struct RequirementDescription {
    SizeExpression condition;
    std::string text; ///< what is wrong where it does not hold
};

struct RegisterDescription {
    std::string name;
    uint32_t offset = 0;
    int words = 1;
};

/// An input of the CPU reference that is no tensor: what another function of it computes one step
/// before. The last dimension is the time; in the first step the input is 0.
struct RecurrenceDescription {
    std::string input, function;
};

struct DesignDescription {
    std::filesystem::path directory; ///< where design.json is
    std::string name, top;
    std::vector<std::string> files; ///< Verilog files, relative to `directory`
    std::string clock, reset, interrupt;
    std::string reference_library, reference_function; ///< empty: the design has no CPU reference
    std::vector<RecurrenceDescription> reference_recurrences;
    std::string control_prefix;
    int control_address_bits = 12;
    std::vector<ScalarDescription> scalars;
    std::vector<RequirementDescription> requirements;
    std::vector<TensorDescription> tensors; ///< inputs and outputs
    std::vector<TensorDescription> scratch; ///< memory that only the design reads and writes
    std::vector<RegisterDescription> registers;
    std::vector<ProcessDescription> processes;
    std::vector<BufferDescription> buffers;

    /// Register of that name; nullptr when there is none.
    const RegisterDescription *find_register(const std::string &name) const;
    /// All that needs memory: the tensors, then the scratch tensors.
    size_t memory_count() const { return tensors.size() + scratch.size(); }
    const TensorDescription &memory(size_t i) const {
        return i < tensors.size() ? tensors[i] : scratch[i - tensors.size()];
    }
    /// Index of the tensor, of the scalar of that name; -1 when there is none.
    int find_tensor(const std::string &name) const;
    int find_scalar(const std::string &name) const;
    /// A value for each scalar, in their order: what is given by name, else its default. User error
    /// for names that the design does not have, values outside of their range, missing ones, and
    /// values that break a requirement.
    std::vector<int64_t> scalar_values(const std::map<std::string, int64_t> &given) const;
    std::string values_text(const std::vector<int64_t> &values) const; ///< "n = 3, m = 5"
    /// The design with the dimensions of its tensors for these values of the scalars.
    DesignDescription at(const std::vector<int64_t> &values) const;
};

/// Reads DIRECTORY/design.json. A missing or wrong file is a user error that names the file and the
/// field.
DesignDescription read_design(const std::filesystem::path &directory);

/// The same from the text of a design.json; `directory` is where its files are.
DesignDescription parse_design(const std::string &text, const std::filesystem::path &directory);

/// "int8", "uint16"; the inverse is a user error for any other word.
std::string type_name(halide_type_t type);
halide_type_t parse_type(const std::string &name);

} // namespace Orrery::sim
