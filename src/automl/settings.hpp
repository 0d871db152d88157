#pragma once

#include <string>
#include <vector>

#include <neve/automl/automl.hpp>

#include "automl/steps.hpp"

namespace neve::automl {

/// Throws InputError for what no run can do: limits that are negative, columns that are not there,
/// parameters that models may not get.
void check(const BuildSpec& spec, const model::NamedFrames& frames);

/// The tolerance of early stopping for so many rows: 1/√rows, between 0.001 and 0.05.
double usual_tolerance(std::int64_t rows);

/// What models of a run have in common.
class Settings {
 public:
  /// The spec is checked and settled.
  Settings(const BuildSpec& spec, const frame::Frame& training);

  [[nodiscard]] model::Category category() const { return category_; }
  [[nodiscard]] bool cross_validates() const;
  /// Whether ensembles can be made.
  [[nodiscard]] bool stacks() const;
  /// The metric that models are ranked by, as columns of leaderboards are called.
  [[nodiscard]] const std::string& sort_metric() const { return sort_metric_; }
  [[nodiscard]] model::StoppingMetric stopping_metric() const;

  /// The parameters of a model or a search: of its step, of the run, and of the user.
  [[nodiscard]] schema::Form form(const KnownStep& step, const model::Algorithm& algorithm) const;
  /// Those of an ensemble of these models.
  [[nodiscard]] schema::Form ensemble(const EnsembleChoice& choice,
                                      const std::vector<std::string>& bases) const;

 private:
  void add_data(schema::Form& form) const;
  void add_folds(schema::Form& form) const;
  void add_balance(schema::Form& form) const;
  void add_distribution(const KnownStep& step, schema::Form& form) const;
  void add_stopping(schema::Form& form) const;
  void add_custom(const KnownStep& step, schema::Form& form) const;
  const BuildSpec& spec_;
  model::Category category_ = model::Category::regression;
  std::string sort_metric_;
};

}  // namespace neve::automl
