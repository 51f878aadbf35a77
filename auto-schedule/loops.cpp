#include "auto-schedule/loops.h"

#include "hwgen/support/error.h"

#include <algorithm>

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

    void name(int i, Loop letter) {
        product_.loops[size_t(i)].loop = letter;
        named_[size_t(i)] = true;
    }
    bool taken(Loop letter) const {
        for (int i = 0; i < loop_count(); i++) {
            if (named_[size_t(i)] && product_.loops[size_t(i)].loop == letter) {
                return true;
            }
        }
        return false;
    }

    void check_loops() const {
        for (int i = 0; i < loop_count(); i++) {
            const int readers = int(operands_[0].indexed_by(i)) + int(operands_[1].indexed_by(i));
            if (readers == 0) {
                user_error("{0}: loop {1} indexes neither factor of the product, which would be "
                           "computed again in each of its iterations. Compute {0} without {1}.",
                           sum(), loop(i));
            }
            if (reduction(i) && readers == 1) {
                const Operand &one = operands_[operands_[0].indexed_by(i) ? 0 : 1];
                user_error("{}: loop {} of the reduction indexes {} alone. Sum over it in a Func "
                           "of its own first.",
                           sum(), loop(i), name_in_text(one.func));
            }
        }
    }

    bool shared(int i) const { return operands_[0].indexed_by(i) && operands_[1].indexed_by(i); }

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

    void check_dimensions(const Operand &operand) const {
        std::vector<int> seen(product_.loops.size(), 0);
        for (size_t d = 0; d < operand.dimensions.size(); d++) {
            const std::vector<Operand::Term> &terms = operand.dimensions[d];
            for (const Operand::Term &term : terms) {
                seen[size_t(term.loop)]++;
                if (term.coefficient < 1) {
                    user_error("{0}: loop {1} runs backwards along dimension {2} of {3}. Read a "
                               "Func of its own in which that dimension is reversed; of a kernel, "
                               "one in which the other factor is, so that loop {1} runs forwards.",
                               sum(), loop(term.loop), d, name_in_text(operand.func));
                }
            }
            if (terms.size() > 1 && !window(terms)) {
                std::vector<std::string> names;
                for (const Operand::Term &term : terms) {
                    names.push_back(loop(term.loop));
                }
                user_error("{0}: the loops {1} index dimension {2} of {3} together, and are not a "
                           "position of the output and one of the kernel. Read a Func of its own "
                           "that has a dimension for each.",
                           sum(), fmt::join(names, ", "), d, name_in_text(operand.func));
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

    /// Loops of the output that index this operand alone, in the order of its dimensions.
    std::vector<int> own_loops(const Operand &operand) const {
        std::vector<int> own;
        for (const auto &dimension : operand.dimensions) {
            for (const Operand::Term &term : dimension) {
                if (!reduction(term.loop) && !shared(term.loop)) {
                    own.push_back(term.loop);
                }
            }
        }
        return own;
    }

    /// Must the operand be the input?
    bool is_input(const Operand &operand) const {
        const auto slides = [&](const std::vector<Operand::Term> &terms) {
            return terms.size() > 1 ||
                   (terms.size() == 1 && terms[0].coefficient > 1 && !shared(terms[0].loop));
        };
        return own_loops(operand).size() > 1 ||
               std::any_of(operand.dimensions.begin(), operand.dimensions.end(), slides);
    }

    void choose_input() {
        const bool left = is_input(operands_[0]), right = is_input(operands_[1]);
        if (left && right) {
            user_error("{}: {} and {} both have windows, strides or several loops of the output of "
                       "their own. One of the two must be weights, with one loop of the output: "
                       "fuse loops into one dimension, or compute {} in several accelerators.",
                       sum(), name_in_text(operands_[0].func), name_in_text(operands_[1].func),
                       sum());
        }
        size_t input = right ? 1 : 0;
        if (!left && !right) {
            const std::vector<int> own = own_loops(operands_[0]);
            const bool first = !own.empty() && product_.loops[size_t(own[0])].output_dimension == 0;
            input = first ? 1 : 0;
        }
        product_.input = operands_[input];
        product_.weights = operands_[1 - input];
        for (const Operand *operand : {&product_.input, &product_.weights}) {
            check_strides(*operand);
        }
    }

    /// Only a position of the output may have a stride.
    void check_strides(const Operand &operand) const {
        for (size_t d = 0; d < operand.dimensions.size(); d++) {
            for (const Operand::Term &term : operand.dimensions[d]) {
                if (operand.dimensions[d].size() == 1 && term.coefficient > 1 &&
                    (reduction(term.loop) || shared(term.loop))) {
                    user_error("{0}: loop {1} reads every {2}-th element along dimension {3} of "
                               "{4}. Read a Func of its own that has only these.",
                               sum(), loop(term.loop), term.coefficient, d,
                               name_in_text(operand.func));
                }
            }
        }
    }

    void name_windows() {
        const std::pair<Loop, Loop> letters[] = {{Loop::FX, Loop::X}, {Loop::FY, Loop::Y}};
        size_t count = 0;
        for (const auto &dimension : product_.input.dimensions) {
            const std::optional<Window> w = window(dimension);
            if (!w) {
                continue;
            }
            if (count == 2) {
                user_error("{}: a kernel of more than two dimensions has no place in a layer of "
                           "the optimizer (loop {}). Give a schedule of your own.",
                           sum(), loop(w->kernel));
            }
            name(w->kernel, letters[count].first);
            name(w->position, letters[count].second);
            count++;
        }
    }

    /// The first of the letters that is free.
    std::optional<Loop> free_of(const std::vector<Loop> &letters) const {
        for (const Loop letter : letters) {
            if (!taken(letter)) {
                return letter;
            }
        }
        return std::nullopt;
    }

    /// Loops of the output in the input, those with a stride first; the last one of the others is
    /// the batch, unless they are the two of an image.
    void name_positions() {
        std::vector<int> strided, others;
        for (const int i : own_loops(product_.input)) {
            if (!named_[size_t(i)]) {
                const int d = product_.input.dimension_of(i);
                (product_.input.dimensions[size_t(d)][0].coefficient > 1 ? strided : others)
                    .push_back(i);
            }
        }
        const bool image = strided.empty() && others.size() == 2 && !taken(Loop::X);
        if (!others.empty() && !image) {
            name(others.back(), Loop::B);
            others.pop_back();
        }
        strided.insert(strided.end(), others.begin(), others.end());
        for (const int i : strided) {
            const std::optional<Loop> letter = free_of({Loop::X, Loop::Y});
            if (!letter) {
                user_error("{}: loop {} is one more loop of {} and the output than a layer has "
                           "(X, Y and a batch). Fuse two of them into one dimension.",
                           sum(), loop(i), name_in_text(product_.input.func));
            }
            name(i, *letter);
        }
    }

    /// K and G: at most one of each.
    void name_weights() {
        for (int i = 0; i < loop_count(); i++) {
            if (reduction(i) || named_[size_t(i)]) {
                continue;
            }
            const Loop letter = shared(i) ? Loop::G : Loop::K;
            if (taken(letter)) {
                user_error("{}: loop {} is a second loop that indexes {}. Fuse the two into one "
                           "dimension.",
                           sum(), loop(i),
                           shared(i) ? "both factors and the output" : "weights and output alone");
            }
            name(i, letter);
        }
    }

    /// Loops of the reduction without a window: the channels, and kernels as large as the input.
    void name_channels() {
        for (const auto &dimension : product_.input.dimensions) {
            for (const Operand::Term &term : dimension) {
                if (!reduction(term.loop) || named_[size_t(term.loop)]) {
                    continue;
                }
                std::vector<Loop> letters{Loop::C};
                if (!taken(Loop::X)) {
                    letters.push_back(Loop::FX);
                }
                if (!taken(Loop::Y)) {
                    letters.push_back(Loop::FY);
                }
                const std::optional<Loop> letter = free_of(letters);
                if (!letter) {
                    user_error("{}: loop {} is one more loop of the reduction than a layer has. "
                               "Fuse two of them into one dimension.",
                               sum(), loop(term.loop));
                }
                name(term.loop, *letter);
            }
        }
    }
};

} // namespace

void name_loops(Product &product, std::vector<Operand> operands) {
    Namer(product, std::move(operands)).run();
}

} // namespace Orrery::scheduling
