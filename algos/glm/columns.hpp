#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/glm/expansion.hpp"
#include "algos/glm/given_table.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// Adds a message for each column of interactions and interaction_pairs that the training frame
/// does not have as a predictor.
void check_interactions(const Parameters& parameters, const frame::Frame& training,
                        model::Messages& messages);

/// The terms of a GLM in the order of its coefficients, which is H2O-3's: products go before
/// predictors, and of these categoricals by falling number of levels before numerics.
struct Terms {
  Expansion expansion;             ///< of predictors in their new order
  std::vector<std::size_t> order;  ///< the old position of each
};
/// Throws InputError where an interaction is of a column that is no predictor.
Terms order_terms(const model::TrainContext& context, const Parameters& parameters,
                  const model::ColumnRoles& roles, const model::Dataset& training);

void reorder(const std::vector<std::size_t>& order, model::ColumnRoles& roles);
void reorder(const std::vector<std::size_t>& order, model::Dataset& data);

/// What the fits read, and what it means; nothing is known of the numbers yet. Columns that were
/// made for it live as long as this.
struct Columns {
  linear::Design design;
  mr::Inputs inputs;
  std::vector<frame::Column> made;
};
/// `training` and `roles` are in the order of the terms.
Columns make_columns(const model::TrainContext& context, const Parameters& parameters,
                     const model::ColumnRoles& roles, const model::Dataset& training,
                     const Expansion& expansion);

/// Values to fill in from the frame of one row that plug_values names, by term. Throws InputError
/// for a term without one, or a level that its column does not have.
void read_plug_values(const GivenTable& table, const linear::Design& design, linear::Given& given);

}  // namespace neve::algos::glm
