#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <neve/grid/grid.hpp>
#include <neve/model/model.hpp>

namespace neve::grid {

/// A metric by which models are compared.
struct Measure {
  std::string name;  ///< as clients call it: "auc", "residual_deviance"
  bool more_is_better = false;
};

/// The metric that models of this category are ranked by unless another one is asked for; without a
/// name where they have none.
Measure usual_measure(model::Category category);
/// Of a name as clients write it. Nothing where no model has such a metric.
std::optional<Measure> find_measure(std::string_view name);
/// The names of those that a model has, for messages.
std::string names_of_measures(const model::Model& model);
/// By which a search ends early.
Measure stopping_measure(model::StoppingMetric metric, model::Category category);

/// The metrics of cross-validation, else of the validation frame, else of training.
const model::metrics::Metrics& metrics_of(const model::Model& model);
/// Nothing where the model has no such metric, or it is no number.
std::optional<double> score_of(const model::Model& model, const Measure& measure);

/// Whether the latest of these scores, which are of models in the order of the plan, do no longer
/// become better: moving averages of `stopping_rounds` of them are compared with the one before, as
/// algorithms do while they train. NaN in them says nothing.
bool should_stop(const Criteria& criteria, bool more_is_better, std::span<const double> scores);

}  // namespace neve::grid
