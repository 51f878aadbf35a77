#include "auto-schedule/loops.h"

#include "hwgen/optimizer/problem.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <cstdlib>

namespace Orrery::scheduling {

namespace {

/// A loop of the kernel and one of the output that together index a dimension of the input.
struct Window {
    int kernel, position;
};

class Namer {
public:
    Namer(Product &product, std::vector<Operand> operands)
        : product_(product), operands_(std::move(operands)), named_(product.loops.size(), false) {}

    void run() {
        check_loops();
        for (const Operand &operand : operands_) {
            check_dimensions(operand);
        }
        choose_input();
        name_windows();
        name_positions();
        name_weights();
        name_channels();
    }

private:
    Product &product_;
    std::vector<Operand> operands_;
    std::vector<bool> named_;

    std::string sum() const { return name_in_text(product_.sum.function()); }
    std::string loop(int i) const { return name_in_text(product_.loops[size_t(i)].name); }
    int loop_count() const { return int(product_.loops.size()); }
    bool reduction(int i) const { return product_.loops[size_t(i)].reduction; }

    /// With the first number that is free.
    void name(int i, Loop::Letter letter) {
        Loop loop(letter);
        while (taken(loop)) {
            loop.number++;
        }
        product_.loops[size_t(i)].loop = loop;
        named_[size_t(i)] = true;
    }
    bool taken(const Loop &loop) const {
        for (int i = 0; i < loop_count(); i++) {
            if (named_[size_t(i)] && product_.loops[size_t(i)].loop == loop) {
                return true;
            }
        }
        return false;
    }
    /// One of the letters that is free, else the last of them.
    void name(int i, const std::vector<Loop::Letter> &letters) {
        const auto free = std::find_if(letters.begin(), letters.end(),
                                       [&](Loop::Letter letter) { return !taken(letter); });
        name(i, free == letters.end() ? letters.back() : *free);
    }

    int readers(int i) const {
        return int(std::count_if(operands_.begin(), operands_.end(),
                                 [&](const Operand &operand) { return operand.indexed_by(i); }));
    }
    /// By all operands, of which there are several.
    bool shared(int i) const { return operands_.size() > 1 && readers(i) == int(operands_.size()); }

    void check_loops() const {
        if (loop_count() > optimizer::max_loops) {
            user_error("{}: it has {} loops, and the optimizer takes up to {}. Fuse some into one.",
                       sum(), loop_count(), optimizer::max_loops);
        }
        for (int i = 0; i < loop_count(); i++) {
            if (readers(i) == 0) {
                user_error("{0}: loop {1} indexes nothing that {0} is made of, which would be "
                           "computed again in each of its iterations. Compute {0} without {1}.",
                           sum(), loop(i));
            }
        }
    }

    void check_dimensions(const Operand &operand) const {
        std::vector<int> seen(product_.loops.size(), 0);
        for (const std::vector<Operand::Term> &terms : operand.dimensions) {
            for (const Operand::Term &term : terms) {
                seen[size_t(term.loop)]++;
            }
        }
        for (int i = 0; i < loop_count(); i++) {
            if (seen[size_t(i)] > 1) {
                user_error("{0}: loop {1} indexes two dimensions of {2}. Read a Func of its own "
                           "that has one dimension for it.",
                           sum(), loop(i), name_in_text(operand.func));
            }
        }
    }

    /// The loops of a dimension as a window, if they are one.
    std::optional<Window> window(const std::vector<Operand::Term> &dimension) const {
        if (dimension.size() != 2) {
            return std::nullopt;
        }
        Window w{dimension[0].loop, dimension[1].loop};
        if (!reduction(w.kernel)) {
            std::swap(w.kernel, w.position);
        }
        const bool is_window = reduction(w.kernel) && !reduction(w.position) && !shared(w.position);
        return is_window ? std::optional<Window>(w) : std::nullopt;
    }

    /// Loops of the output that index this operand alone, in the order of its dimensions.
    std::vector<int> own_loops(const Operand &operand) const {
        std::vector<int> own;
        for (const auto &dimension : operand.dimensions) {
            for (const Operand::Term &term : dimension) {
                if (!reduction(term.loop) && readers(term.loop) == 1) {
                    own.push_back(term.loop);
                }
            }
        }
        return own;
    }

    /// Does a window slide over the operand, or a loop of the output stride over it?
    bool slides(const Operand &operand) const {
        return std::any_of(operand.dimensions.begin(), operand.dimensions.end(),
                           [&](const std::vector<Operand::Term> &terms) {
                               return window(terms) ||
                                      (terms.size() == 1 && std::abs(terms[0].coefficient) > 1 &&
                                       !reduction(terms[0].loop) && !shared(terms[0].loop));
                           });
    }

    size_t input() const {
        for (size_t i = 0; i < operands_.size(); i++) {
            if (slides(operands_[i])) {
                return i;
            }
        }
        for (size_t i = 0; i < operands_.size(); i++) {
            if (own_loops(operands_[i]).size() > 1) {
                return i;
            }
        }
        const std::vector<int> own = own_loops(operands_[0]);
        const bool first = !own.empty() && product_.loops[size_t(own[0])].output_dimension == 0;
        return first && operands_.size() > 1 ? 1 : 0;
    }

    void choose_input() {
        std::rotate(operands_.begin(), operands_.begin() + int64_t(input()),
                    operands_.begin() + int64_t(input()) + 1);
        for (size_t i = 0; i < operands_.size(); i++) {
            operands_[i].name = i == 0   ? "input"
                                : i == 1 ? "weights"
                                         : "weights" + std::to_string(i);
        }
        product_.operands = operands_;
    }

    void name_windows() {
        const std::pair<Loop::Letter, Loop::Letter> letters[] = {
            {Loop::FX, Loop::X}, {Loop::FY, Loop::Y}, {Loop::FZ, Loop::Z}};
        size_t count = 0;
        for (const auto &dimension : operands_[0].dimensions) {
            if (const std::optional<Window> w = window(dimension)) {
                const auto &[kernel, position] = letters[std::min<size_t>(count++, 2)];
                name(w->kernel, kernel);
                name(w->position, position);
            }
        }
    }

    /// Loops of the output in the input, those with a stride first; the last one of the others is
    /// the batch, unless they are the two of an image. Of an input alone, what else has no window
    /// is no position: channels that are pooled, each for itself, are groups.
    void name_positions() {
        std::vector<int> strided, others;
        for (const int i : own_loops(operands_[0])) {
            if (!named_[size_t(i)]) {
                (std::abs(coefficient(i)) > 1 ? strided : others).push_back(i);
            }
        }
        const bool alone = operands_.size() == 1,
                   image = !alone && strided.empty() && others.size() == 2 && !taken(Loop::X);
        if (!image && others.size() > (alone ? 1 : 0)) {
            name(others.back(), Loop::B);
            others.pop_back();
        }
        for (const int i : strided) {
            name(i, {Loop::X, Loop::Y, Loop::Z});
        }
        for (const int i : others) {
            name(i, alone ? std::vector{Loop::G} : std::vector{Loop::X, Loop::Y, Loop::Z});
        }
    }

    /// Of a loop in the input, which it indexes.
    int64_t coefficient(int i) const {
        for (const auto &dimension : operands_[0].dimensions) {
            for (const Operand::Term &term : dimension) {
                if (term.loop == i) {
                    return term.coefficient;
                }
            }
        }
        ORRERY_CHECK(false, "loop {} does not index the input", loop(i));
    }

    void name_weights() {
        for (int i = 0; i < loop_count(); i++) {
            if (!reduction(i) && !named_[size_t(i)]) {
                name(i, shared(i) ? Loop::G : Loop::K);
            }
        }
    }

    /// Loops of the reduction without a window: the channels, and kernels as large as the input.
    void name_channels() {
        for (const auto &dimension : operands_[0].dimensions) {
            for (const Operand::Term &term : dimension) {
                if (reduction(term.loop) && !named_[size_t(term.loop)]) {
                    name(term.loop, letters_of_channel(term.loop));
                }
            }
        }
        for (int i = 0; i < loop_count(); i++) { // those that do not index the input
            if (!named_[size_t(i)]) {
                name(i, Loop::C);
            }
        }
    }

    std::vector<Loop::Letter> letters_of_channel(int i) const {
        std::vector<Loop::Letter> letters{Loop::C};
        if (operands_.size() == 2 && shared(i)) {
            if (!taken(Loop::X)) {
                letters.push_back(Loop::FX);
            }
            if (!taken(Loop::Y)) {
                letters.push_back(Loop::FY);
            }
            letters.push_back(Loop::C);
        }
        return letters;
    }
};

} // namespace

void name_loops(Product &product, std::vector<Operand> operands) {
    Namer(product, std::move(operands)).run();
}

} // namespace Orrery::scheduling
