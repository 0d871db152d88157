#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <neve/grid/grid.hpp>
#include <neve/model/leaderboard.hpp>
#include <neve/model/model.hpp>

namespace neve::grid {

using model::find_measure;
using model::Measure;
using model::metrics_of;

/// The metric that models of this category are ranked by unless another one is asked for; without a
/// name where they have none.
Measure usual_measure(model::Category category);
/// The names of those that a model has, for messages.
std::string names_of_measures(const model::Model& model);
/// By which a search ends early.
Measure stopping_measure(model::StoppingMetric metric, model::Category category);

/// Nothing where the model has no such metric, or it is no number.
std::optional<double> score_of(const model::Model& model, const Measure& measure);

/// Whether the latest of these scores, which are of models in the order of the plan, do no longer
/// become better: moving averages of `stopping_rounds` of them are compared with the one before, as
/// algorithms do while they train. NaN in them says nothing.
bool should_stop(const Criteria& criteria, bool more_is_better, std::span<const double> scores);

}  // namespace neve::grid
