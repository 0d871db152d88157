#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::trees {

/// Checks that need no data.
void check_parameters(const TreeParameters& parameters, model::Messages& messages);
/// Adds messages where parameters do not fit the model's category.
void check_category(const TreeParameters& parameters, model::Category category,
                    model::Messages& messages);
/// Refuses rows of too little weight for a single split, as H2O-3 does.
void check_rows(const TreeParameters& parameters, double weight, model::Messages& messages);
/// Refuses infinite values; warns of a regression that was probably meant as a classification.
void check_numeric_response(const TreeParameters& parameters, const model::ColumnRange& response,
                            model::Messages& messages);

/// Throws InputError unless there is a rate for each class of the response, where rates are given.
void check_class_rates(const std::optional<std::vector<double>>& rates,
                       const model::ColumnRoles& roles);
/// Throws InputError where no row counts, or where the response is constant and may not be.
/// `range` has its least and largest value.
void check_response_varies(const model::ColumnRoles& roles, std::int64_t rows,
                           const std::pair<double, double>& range, bool may_be_constant);

}  // namespace neve::algos::trees
