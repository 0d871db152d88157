#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/glm/given_table.hpp"
#include "algos/glm/parameters.hpp"
#include "algos/glm/terms.hpp"

namespace neve::algos::glm {

/// Adds a message for each column of interactions and interaction_pairs that the training frame
/// does not have as a predictor.
void check_interactions(const Parameters& parameters, const frame::Frame& training,
                        model::Messages& messages);

/// The terms of the training frame. Throws InputError where an interaction is of a column that is
/// no predictor.
Terms order_terms(const model::TrainContext& context, const Parameters& parameters,
                  const model::ColumnRoles& roles, const model::Dataset& training);

void reorder(const std::vector<std::size_t>& order, model::Dataset& data);

/// What the fits read: terms, response, weights (with Skip, 0 where a predictor is missing) and
/// offset. `training` and `roles` are in the order of the terms.
TermColumns make_columns(const model::TrainContext& context, const Parameters& parameters,
                         const model::ColumnRoles& roles, const model::Dataset& training,
                         const Expansion& expansion);

/// Values to fill in from the frame of one row that plug_values names, by term. Throws InputError
/// for a term without one, or a level that its column does not have.
void read_plug_values(const GivenTable& table, const linear::Design& design, linear::Given& given);

}  // namespace neve::algos::glm
