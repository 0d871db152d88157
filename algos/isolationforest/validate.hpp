#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/isolationforest/parameters.hpp"

namespace neve::algos::isolationforest {

/// Checks that need no data.
void validate(const Parameters& parameters, model::Messages& messages);
/// Checks of the training frame's columns.
void check_training(const Parameters& parameters, const frame::Frame& training,
                    model::Messages& messages);

/// How many rows a tree grows on, of so many.
std::int64_t sample_size(const Parameters& parameters, std::int64_t rows);

/// How many columns that vary a split may try, of so many. Throws InputError where there are fewer
/// than the user asks for.
std::int32_t columns_per_split(const Parameters& parameters, std::int32_t columns);

/// What the scores of validation rows are held against; the response column is named by the
/// parameters. Throws InputError unless it is there and has two levels.
model::ColumnRoles with_response(model::ColumnRoles roles, const Parameters& parameters,
                                 const frame::Frame& validation);

}  // namespace neve::algos::isolationforest
