#pragma once

#include <optional>

#include <neve/model/model_output.hpp>

namespace neve::algos::drf {

/// The object "output" of a random forest, by H2O's names.
struct DrfOutput : model::ModelOutput {
  std::optional<schema::Table> variable_importances;
  double init_f = 0;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::drf
