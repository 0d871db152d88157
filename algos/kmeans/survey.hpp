#pragma once

#include <cstdint>

#include <neve/frame/frame.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/kmeans/rows.hpp"
#include "algos/kmeans/totals.hpp"

namespace neve::algos::kmeans {

/// What training knows of its rows before it begins.
struct Survey {
  RowsPlan rows;
  Units units;
  std::int64_t count = 0;      ///< rows that take part
  double total_squares = 0;    ///< their squared distances to the centre of all
  double numeric_squares = 0;  ///< the part of numbers
  /// The centre of all: means and modes.
  [[nodiscard]] points::Points center() const;
};

/// One pass over the training rows. Throws InputError for infinite values, and where no row takes
/// part.
Survey survey(model::TrainContext& context, bool standardize);

/// The points of a frame: a row each, columns in the order of the training frame's predictors.
/// Throws InputError where these do not fit.
points::Points read_user_points(mr::Engine& engine, const model::ColumnRoles& roles,
                                const points::Space& space, const frame::Frame& frame);

}  // namespace neve::algos::kmeans
