#pragma once

#include <string>
#include <vector>

#include <neve/model/model_output.hpp>

#include "algos/naivebayes/naivebayes_model.hpp"

namespace neve::algos::naivebayes {

/// The object "output" of a naive Bayes model, by H2O's names.
struct NaiveBayesOutput : model::ModelOutput {
  std::vector<std::string> levels;
  schema::Table apriori;
  std::vector<schema::Table> pcond;
  static const schema::Schema& schema();
};

/// The number of classes, and the smallest and largest of their shares.
schema::Table model_summary(const NaiveBayesModel& model);

}  // namespace neve::algos::naivebayes
