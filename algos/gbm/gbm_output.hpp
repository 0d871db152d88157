#pragma once

#include <optional>
#include <span>
#include <vector>

#include <neve/model/model_output.hpp>

#include "algos/gbm/iteration_scores.hpp"

namespace neve::algos::gbm {

/// The object "output" of a GBM, by H2O's names.
struct GbmOutput : model::ModelOutput {
  std::optional<schema::Table> variable_importances;
  double init_f = 0;
  static const schema::Schema& schema();
};

/// Sizes of the trees, and of the model in bytes.
schema::Table model_summary(std::span<const Iteration> iterations, std::int64_t model_bytes);

}  // namespace neve::algos::gbm
