#pragma once

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

}  // namespace neve::algos::isolationforest
