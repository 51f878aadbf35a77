// Ports of buffers: word addresses, rotation between lanes and banks, and the banks that a point reaches.
#include "hwgen/lower/process_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

namespace Orrery::lower {

using namespace netlist;

std::vector<Value> ProcessState::rotation_amounts(const AccessMap &map, const std::string &name,
                                                  int cycles) {
    std::vector<Value> amounts;
    for (size_t d = 0; d < map.dimensions().size(); d++) {
        const PortDimension &dim = map.dimensions()[d];
        Value amount;
        if (dim.rotates && dim.banks > 1) {
            std::string wire = fmt::format("{}_rotation{}", name, d);
            amount = dim.modulus != 0
                         ? circle_place(map, d, name)
                         : control->shared(dim.remainder, {index_bits(dim.banks), false}, wire);
            amount = delayed(amount, cycles, fmt::format("{}_after{}", wire, cycles));
        }
        amounts.push_back(amount);
    }
    return amounts;
}

Value ProcessState::affine_sum(const std::vector<int64_t> &coefficients, int64_t base, int width,
                               int64_t modulus, const std::string &name) {
    const hwir::Type type{width, false};
    uint64_t used = 0;
    std::vector<Value> values; // most significant first
    for (int i = loops; i-- > 0;) {
        int64_t k = i < process.serial_count() ? coefficients[i] : 0;
        used |= uint64_t{k != 0} << i;
        values.push_back(constant(width, hwir::wrap(k, type)));
    }
    Value start_value = constant(width, hwir::wrap(base, type));
    if (used == 0) {
        return start_value;
    }
    Value sum = scope.net(name, width);
    scope.instance("u_" + name, templates::address_generator(loops, width, used, modulus),
                   {{"clk_i", clk}, {"start_i", start}, {"step_i", fire}, {"increment_i", increment},
                    {"base_i", start_value}, {"coefficient_i", concat(values)}, {"address_o", sum}});
    return sum;
}

Value ProcessState::circle_place(const AccessMap &map, size_t d, const std::string &name) {
    const PortDimension &dim = map.dimensions()[d];
    const std::string wire = fmt::format("{}_circle{}", name, d);
    auto [known, is_new] = circles.try_emplace(wire);
    if (!is_new) {
        return known->second;
    }
    const int width = index_bits(dim.modulus);
    const bool power_of_two = (dim.modulus & (dim.modulus - 1)) == 0 && dim.modulus > 1;
    Value place = affine_sum(dim.circle_coefficients, dim.circle_offset, width,
                             power_of_two ? 0 : dim.modulus, wire);
    if (dim.circle_rest.defined()) {
        Value rest = control->shared(dim.circle_rest, {width, false}, wire + "_rest");
        place = scope.wire(wire + "_place", binary(ValueOp::Add, place, rest));
    }
    known->second = place;
    return place;
}

Value ProcessState::rotated(const AccessMap &map, Value data, int width,
                            const std::vector<Value> &amounts, bool inverse,
                            const std::string &name) {
    for (size_t d = 0; d < amounts.size(); d++) {
        if (!amounts[d]) {
            continue;
        }
        const PortDimension &dim = map.dimensions()[d];
        if (inverse && width > 1 && dim.single_lane()) {
            data = copied_to_banks(map, dim, data, width, fmt::format("{}_copied{}", name, d));
            continue;
        }
        int outer = static_cast<int>(map.elements() / (dim.inner * dim.banks));
        Value out = scope.net(fmt::format("{}_rotated{}", name, d), data->width);
        scope.instance(fmt::format("u_{}_rotated{}", name, d),
                       templates::bank_rotator(outer, static_cast<int>(dim.banks),
                                               static_cast<int>(dim.inner), width, inverse),
                       {{"data_i", data}, {"amount_i", amounts[d]}, {"data_o", out}});
        data = out;
    }
    return data;
}

Value ProcessState::copied_to_banks(const AccessMap &map, const PortDimension &dim, Value data,
                                    int width, const std::string &name) {
    Value out = scope.net(name, data->width);
    Scope body = scope.generate("gen_" + name, "element", map.elements());
    Integer element = integer_name("element"), block = integer(dim.inner * dim.banks);
    Integer source = element / block * block + element % integer(dim.inner);
    body.assign(slice(out, element * integer(width), width), slice(data, source * integer(width), width));
    return out;
}

Value ProcessState::counter_sum(const std::vector<int64_t> &terms, int64_t offset, hwir::ExprId rest,
                            hwir::Type type, const std::string &name) {
    const int width = type.bits;
    Value sum = affine_sum(terms, offset, width, 0, name + "_affine");
    if (rest.defined()) {
        sum = binary(ValueOp::Add, sum, control->shared(rest, {width, false}, name + "_rest"));
    }
    return sum;
}

namespace {

/// Do the word addresses of banks along dimension d differ by the rotation? (A single lane is at offset 0 of
/// its bank; a bank of a circle has one word.)
bool has_offsets(const AccessMap &map, const std::vector<Value> &amounts, size_t d) {
    const PortDimension &dim = map.dimensions()[d];
    return amounts[d] && !dim.packed && dim.words > 1 && !dim.single_lane() && dim.modulus == 0;
}

} // namespace

Value ProcessState::addresses(const AccessMap &map, const hwir::Buffer &buffer,
                              const std::string &name, const std::vector<int> &cycles,
                              std::vector<Value> &amounts, const Value &target) {
    const int width = address_bits(buffer);
    const hwir::Type type{width, false};
    Value base = counter_sum(map.coefficients(), map.offset(), map.rest(), type, name);
    for (size_t d = 0; d < map.dimensions().size(); d++) {
        const PortDimension &dim = map.dimensions()[d];
        if (dim.modulus != 0 && dim.banks == 1) { // the place is the word
            Value place = circle_place(map, d, name), words = scope.net(fmt::format("{}_turned{}", name, d), width);
            Value stride = constant(width, hwir::wrap(dim.word_stride, type));
            scope.assign(words, binary(ValueOp::Mul, place, stride, width));
            base = binary(ValueOp::Add, base, words);
        }
    }
    if (map.banks() == 1 && map.bank_offset(0) != 0) {
        base = binary(ValueOp::Add, base, constant(width, hwir::wrap(map.bank_offset(0), type)));
    }
    bool fixed = true;
    for (int b = 0; b < map.banks(); b++) {
        fixed = fixed && map.bank_offset(b) == 0;
    }
    bool equal = fixed; // all banks have the same address
    for (size_t d = 0; d < amounts.size(); d++) {
        equal = equal && !has_offsets(map, amounts, d);
    }
    base = base->op == ValueOp::Constant ? base : as_net(base, name + "_word");
    base = copies(base, cycles, map, name + "_word_later", false, equal ? target : nullptr);
    if (map.banks() == 1 || equal) {
        return base;
    }
    const bool apart = base->op == ValueOp::Net; // the banks have the point's address in different cycles
    std::vector<std::pair<const PortDimension *, Value>> moving; // offsets per bank of the dimension
    for (size_t d = 0; d < amounts.size(); d++) {
        const PortDimension &dim = map.dimensions()[d];
        if (!has_offsets(map, amounts, d)) {
            continue;
        }
        std::vector<int64_t> lane_values = dim.lane_value_at;
        for (size_t p = 0; p < lane_values.size(); p++) {
            lane_values[p] = lane_values[p] == -1 ? static_cast<int64_t>(p) : lane_values[p];
        }
        Value offsets = scope.net(fmt::format("{}_offset{}", name, d), static_cast<int>(dim.banks) * width);
        scope.instance(fmt::format("u_{}_offset{}", name, d),
                       templates::bank_offset(static_cast<int>(dim.banks), width, lane_values),
                       {{"amount_i", amounts[d]}, {"offset_o", offsets}});
        moving.emplace_back(&dim, offsets);
    }
    Value vector = scope.net(name + "_addresses", map.banks() * width);
    auto address = [&](Scope &place, const Integer &bank, int64_t offset) {
        Value a = apart ? slice(base, bank * integer(width), width) : base->args[0];
        for (const auto &[dim, offsets] : moving) {
            Integer coordinate = bank / integer(dim->inner / map.pack()) % integer(dim->banks);
            Value step = slice(offsets, coordinate * integer(width), width);
            if (dim->word_stride != 1) {
                std::string step_name = fmt::format("{}_step{}", name, dim - map.dimensions().data());
                Value stride = constant(width, hwir::wrap(dim->word_stride, type));
                step = place.wire(step_name, binary(ValueOp::Mul, step, stride, width));
            }
            a = binary(ValueOp::Add, a, step);
        }
        return offset == 0 ? a : binary(ValueOp::Add, a, constant(width, hwir::wrap(offset, type)));
    };
    if (fixed) {
        Scope body = scope.generate("gen_" + name + "_addresses", "bank", map.banks());
        body.assign(slice(vector, integer_name("bank") * integer(width), width),
                    address(body, integer_name("bank"), 0));
    } else {
        for (int b = 0; b < map.banks(); b++) {
            // A loop of one iteration gives the steps of each bank a scope of their own.
            Scope body = scope.generate(fmt::format("gen_{}_address{}", name, b), "one", 1);
            body.assign(slice(vector, static_cast<int64_t>(b) * width, width),
                        address(body, integer(b), map.bank_offset(b)));
        }
    }
    return vector;
}

Value ProcessState::touched_banks(const AccessMap &map, size_t accesses,
                                  const std::vector<Value> &amounts, const std::string &name) {
    std::vector<uint64_t> bits((map.banks() + 63) / 64, 0);
    for (size_t j = 0; j < accesses; j++) {
        for (int64_t lane = 0; lane < lane_space.count(); lane++) {
            int64_t bank = map.position(static_cast<int>(j), lane_space.counters(lane)) / map.pack();
            bits[bank / 64] |= uint64_t{1} << (bank % 64);
        }
    }
    int64_t touched = 0;
    for (int64_t bank = 0; bank < map.banks(); bank++) {
        touched += bits[bank / 64] >> (bank % 64) & 1;
    }
    if (touched == map.banks()) {
        return nullptr;
    }
    Value mask = constant(map.banks(), bits);
    for (size_t d = 0; d < amounts.size(); d++) {
        const PortDimension &dim = map.dimensions()[d];
        if (!amounts[d] || dim.packed) {
            continue;
        }
        const int inner = static_cast<int>(dim.inner / map.pack()), banks = static_cast<int>(dim.banks);
        Value out = scope.net(fmt::format("{}_banks{}", name, d), map.banks());
        scope.instance(fmt::format("u_{}_banks{}", name, d),
                       templates::bank_rotator(map.banks() / (inner * banks), banks, inner, 1, true),
                       {{"data_i", mask}, {"amount_i", amounts[d]}, {"data_o", out}});
        mask = out;
    }
    return mask;
}

} // namespace Orrery::lower
