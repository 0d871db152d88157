#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <neve/model/model_output.hpp>

#include "algos/isolationforest/grow.hpp"

namespace neve::algos::isolationforest {

/// The object "output" of an isolation forest, by H2O's names.
struct IsolationForestOutput : model::ModelOutput {
  schema::Table variable_splits;
  std::optional<schema::Table> variable_importances;  ///< never there: nothing is explained
  double init_f = 0;
  static const schema::Schema& schema();
};

/// The tests of each predictor in all trees.
schema::Table variable_splits(const std::vector<std::string>& predictors,
                              std::span<const ColumnSplits> splits);

/// Metrics of training rows by trees that have not seen them, after some number of trees.
struct HistoryPoint {
  std::int64_t time_ms = 0;
  std::int64_t trees = 0;
  double mean_length = 0;  ///< NaN where there is none
  double mean_score = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(time_ms, trees, mean_length, mean_score);
  }
};

/// The history; its first point is of no trees.
schema::Table scoring_history(std::span<const HistoryPoint> points);

}  // namespace neve::algos::isolationforest
