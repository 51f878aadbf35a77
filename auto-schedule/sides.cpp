#include "auto-schedule/sides.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::scheduling {

namespace HI = Halide::Internal;

namespace {

bool is_behind(const Operand &operand, const HI::Function &func) {
    return HI::build_environment({operand.func}).count(func.name()) != 0;
}

/// Is it read once per element of the output, with neighbours along the output's dense dimension
/// beside each other?
bool streams(const Product &product, const Access &access) {
    const std::vector<std::string> &names = product.output.function().args();
    for (const std::string &name : names) {
        if (std::none_of(access.args.begin(), access.args.end(),
                         [&](const Halide::Expr &arg) { return refers_to(arg, name); })) {
            return false;
        }
    }
    const int along = dense_dimension(wrapped_input(access.func));
    return along >= 0 && product.dense_output >= 0 &&
           coefficient_of(access.args[size_t(along)], names[size_t(product.dense_output)]) ==
               int64_t(1);
}

/// A copy is made for the Func that reads; operands have their own.
void check_copy(const Product &product, const Access &access) {
    const std::string sum = name_in_text(product.sum.function()), func = name_in_text(access.func);
    for (const Operand &operand : product.operands) {
        if (access.reader.same_as(product.sum.function()) && access.func.same_as(operand.func)) {
            user_error("{0}: {1} is a factor and in the initial value as well. Read it through a "
                       "Func of its own in one of the two, copy(...) = {1}(...).",
                       sum, func);
        }
        if (is_behind(operand, access.reader)) {
            user_error("{0}: {1} reads {2} for a factor and beside the product as well. Let two "
                       "Funcs read it.",
                       sum, name_in_text(access.reader), func);
        }
    }
}

void add(Product &product, const Access &access, bool initial) {
    const bool copied = initial || !streams(product, access);
    if (copied) {
        check_copy(product, access);
    }
    for (SideTensor &side : product.sides) {
        if (side.func.same_as(access.func) && side.reader.same_as(access.reader)) {
            side.copied = side.copied || copied;
            return;
        }
    }
    product.sides.push_back({access.func, access.reader, initial, copied});
}

} // namespace

void find_sides(Product &product, const Environment &environment,
                const std::vector<Access> &reads_of_output) {
    const HI::Function sum = product.sum.function();
    for (const Halide::Expr &value : sum.values()) {
        for (const Access &access :
             accesses_behind(sum, value, environment, [](const HI::Function &) { return false; })) {
            add(product, access, true);
        }
    }
    for (const Access &access : reads_of_output) {
        if (access.func.get_contents().defined() && !access.func.same_as(sum)) {
            add(product, access, false);
        }
    }
}

} // namespace Orrery::scheduling
