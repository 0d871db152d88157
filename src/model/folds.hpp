#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/model/algorithm.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model {

/// The fold of each row.
struct Folds {
  std::int32_t count = 0;
  frame::Column column;   ///< whole numbers from 0 to below count
  frame::Column as_told;  ///< the user's fold column, or the same
  /// What the user's fold column holds where a row is in each fold; empty without.
  std::vector<std::int64_t> told = {};
};

/// Whether the parameters ask for cross-validation.
bool wants_folds(const CommonParameters& parameters);

/// Adds an error for parameters of cross-validation that do not fit each other or the frame.
void check_folds(const CommonParameters& parameters, const frame::Frame& training,
                 Messages& messages);

/// Deals the rows to folds: by the user's column, which is categorical (levels that occur are
/// folds) or holds each whole number from 0 or 1 on; at random (as kfold_column deals with that
/// seed); by row number; or stratified. Stratified deals the rows of each class of the response, n
/// after n, to the n folds in random order, so that folds differ by at most one row of a class;
/// rows without response go by row number. Throws InputError for a column that tells no folds.
Folds assign_folds(mr::Engine& engine, const CommonParameters& parameters,
                   const frame::Frame& training, std::uint64_t seed, const job::TokenPtr& token);

/// Row weights of one fold: those of the user, or 1, and 0 for the rows of the fold (`training`) or
/// of the others (`holdout`).
struct FoldWeights {
  frame::Column training;
  frame::Column holdout;
};
FoldWeights weigh_fold(mr::Engine& engine, const Dataset& data, const Folds& folds,
                       std::int32_t fold, const job::TokenPtr& token);

/// Throws InputError where a fold has no row of positive weight to learn from or to measure on.
void check_filled(mr::Engine& engine, const Dataset& data, const Folds& folds,
                  const job::TokenPtr& token);

/// What a fold's model says of its fold (0, the first class, in other rows) and the joined
/// predictions of folds before it.
struct HoldOut {
  const Folds& folds;
  std::int32_t fold = 0;
  const frame::Frame& scored;
  const frame::Frame& before;
};
/// The predictions of these folds and of the new one.
frame::Frame hold_out(mr::Engine& engine, const HoldOut& what, const job::TokenPtr& token);

}  // namespace neve::model
