#pragma once

#include <neve/model/model_output.hpp>

#include "algos/pca/pca_model.hpp"

namespace neve::algos::pca {

/// The object "output" of principal components, by H2O's names.
struct PcaOutput : model::ModelOutput {
  schema::Table importance;
  schema::Table eigenvectors;
  double objective = 0;
  static const schema::Schema& schema();
};

/// Standard deviations of the components and their shares of the variance.
schema::Table importance_table(const components::Projection& projection);

}  // namespace neve::algos::pca
