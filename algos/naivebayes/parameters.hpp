#pragma once

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>

namespace neve::algos::naivebayes {

/// What a user may say about a naive Bayes model.
struct Parameters : model::CommonParameters {
  double laplace = 0;
  double min_sdev = 0.001;
  double eps_sdev = 0;
  double min_prob = 0.001;
  double eps_prob = 0;
  bool compute_metrics = true;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::naivebayes
