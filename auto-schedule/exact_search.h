#pragma once
#include "hwgen/optimizer/exact_choice.h"
#include "hwgen/optimizer/resource_search.h"

#include <Halide.h>

namespace Orrery::scheduling {

constexpr int most_candidates = 10000;

struct ExactSearchOptions {
    optimizer::SearchOptions search; ///< `seconds` are those of all; `keep` is not used
    /// So many of the best mappings are made into hardware; 0: none, and no exact cycles are known.
    int candidates = 0;
    std::function<void(size_t candidate)> begins; ///< called before each of them
};

/// The best mapping of a layer, in exact cycles.
struct ExactSearchResult {
    optimizer::Objective objective;
    optimizer::ResourceSearchResult searched;    ///< with the candidates
    std::vector<optimizer::CandidateCost> costs; ///< of each candidate
    optimizer::ExactChoice
        choice; ///< among them; none is taken where there are to be no candidates

    size_t taken() const { return choice.taken.value_or(0); }
    const optimizer::HardwareMapping &mapping() const { return searched.candidates[taken()]; }
    std::optional<int64_t> exact_cycles() const;
    /// What mapping.json says of it.
    optimizer::MappingProof proof() const;
    /// The same as a sentence without a full stop.
    std::string proof_text() const;
    /// A line for each candidate that did not become hardware, and why.
    std::string refused_text() const;
};

/// Searches the mappings of a layer on all hardware for those that cost least, makes hardware of
/// the best ones with the pipeline that `output` gives, which has no schedule and stays as it is,
/// and takes the best one in exact cycles (choose_exact).
///
/// UserError where no mapping follows the rules, and where no candidate becomes hardware.
ExactSearchResult
search_exact(const optimizer::Problem &problem, const optimizer::Resources &resources,
             const optimizer::Constraints &constraints, optimizer::Objective objective,
             const std::function<Halide::Func()> &output, const ExactSearchOptions &options);

} // namespace Orrery::scheduling
