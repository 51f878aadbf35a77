#pragma once
#include "hwgen/optimizer/problem.h"

#include <nlohmann/json.hpp>

namespace Orrery::optimizer {

/// A document with `layer`, as --layer has it, or `problem`, of what is no layer: its loops and
/// tensors; and `name`. docs/optimizer.md describes them.
nlohmann::ordered_json document_of(const Problem &problem);

/// The problem of such a document, which has other fields, too. UserError, which names `file` and
/// the field, for what is none; json::exception for fields that are missing or of other types.
Problem problem_in(const std::string &file, const nlohmann::ordered_json &document);

/// The problem of a file, as mapping.json has it.
Problem read_problem(const std::string &file);

/// UserError for a loop that the problem does not have.
int loop_named(const std::string &file, const Problem &problem, const std::string &name);

/// A number from 1 on; fractions are not cut off. UserError for another one: "FILE: WHAT n of LOOP
/// is not possible".
int64_t positive(const std::string &file, const nlohmann::ordered_json &value,
                 const std::string &what, const std::string &loop);

} // namespace Orrery::optimizer
