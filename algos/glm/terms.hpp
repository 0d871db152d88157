#pragma once

#include <string>
#include <vector>

#include <neve/model/dataset.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/glm/expansion.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// The columns that terms are made of.
struct Predictors {
  mr::Engine& engine;
  mr::RunOptions options;
  const model::ColumnRoles& roles;
  mr::Inputs inputs;  ///< a column per predictor, in the order of the roles
  bool references;    ///< the first level of a categorical has no coefficient
};

/// The terms of a model in the order of its coefficients, which is H2O-3's: products go before
/// predictors, and of these categoricals by falling number of levels before numerics.
struct Terms {
  Expansion expansion;             ///< of predictors in their new order
  std::vector<std::size_t> order;  ///< the old position of each
};

/// All pairs of a list.
std::vector<StringPair> all_pairs(const std::vector<std::string>& names);
/// Throws InputError where an interaction is of a column that is no predictor.
Terms order_terms(const Predictors& predictors, const std::vector<StringPair>& interacting);

void reorder(const std::vector<std::size_t>& order, model::ColumnRoles& roles);

/// A column for each term, and what they mean; nothing is known of the numbers yet. The columns of
/// products live as long as this.
struct TermColumns {
  linear::Design design;  ///< its terms, placed
  mr::Inputs inputs;
  std::vector<frame::Column> made;
};
/// `predictors` are in the order of the terms.
TermColumns make_terms(const Predictors& predictors, const Expansion& expansion);

}  // namespace neve::algos::glm
