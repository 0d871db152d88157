#include "algos/glrm/survey.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/munge/rollups.hpp>

#include "algos/glrm/losses_by_column.hpp"

namespace neve::algos::glrm {
namespace {

void set_scale(const frame::Rollup& rollup, Transform transform, Feature& feature) {
  if (transform == Transform::none || rollup.missing == rollup.rows) return;
  if (transform != Transform::descale) feature.center = rollup.mean;
  double scale = 1;
  if (transform == Transform::normalize) scale = rollup.max() - rollup.min();
  if (transform == Transform::standardize || transform == Transform::descale) scale = rollup.sigma;
  if (scale > 0) feature.scale = scale;
}

InputError wrong_values(const std::string& column, const std::string& why) {
  return InputError::illegal_argument("Column '" + column + "' " + why, {{"column", column}});
}

void check_values(const std::string& name, const frame::Rollup& rollup, const Feature& feature) {
  if (rollup.positive_infinities > 0 || rollup.negative_infinities > 0)
    throw wrong_values(name, "has infinite values; set them to NA or leave it out.");
  if (rollup.missing == rollup.rows) return;
  if (is_binary(feature.loss.loss)) {
    const bool fits = rollup.is_int && rollup.min() >= 0 && rollup.max() <= 1;
    if (!fits)
      throw wrong_values(
          name, "must hold 0 and 1 only for loss Hinge or Logistic; it reaches from " +
                    std::to_string(rollup.min()) + " to " + std::to_string(rollup.max()) + ".");
  }
  const double least = (rollup.min() - feature.center) / feature.scale;
  if (feature.loss.loss == Loss::poisson && least < 0)
    throw wrong_values(name, "must not be negative for loss Poisson; it is " +
                                 std::to_string(least) +
                                 " after transform. Use transform NONE or DESCALE, or another "
                                 "loss.");
}

}  // namespace

Survey survey(model::TrainContext& context, const Parameters& parameters) {
  const model::ColumnRoles& roles = context.roles;
  const model::Dataset& data = context.training;
  std::vector<frame::Column> columns;
  for (const std::int32_t at : data.predictors)
    columns.push_back({.id = data.inputs.columns[static_cast<std::size_t>(at)]});
  for (std::size_t c = 0; c < columns.size(); ++c) {
    columns[c].type = roles.types[c];
    columns[c].domain = roles.domains[c];
  }
  const auto rollups =
      munge::roll_up(context.engine, data.inputs.layout, columns, context.job.token());
  model::Messages messages;
  const auto fitted = fitted_columns(parameters, data.frame, messages);
  NEVE_CHECK(messages.empty(), "losses that were checked before");
  std::vector<Loss> losses;
  for (const std::string& name : roles.predictors) {
    const auto at = std::ranges::find(fitted, name, &FittedColumn::name);
    NEVE_CHECK(at != fitted.end(), "a predictor that is not fitted");
    losses.push_back(at->loss);
  }
  Survey made;
  std::int32_t next = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    Feature feature;
    feature.column = static_cast<std::int32_t>(c);
    feature.first = next;
    feature.loss = {.loss = losses[c], .period = static_cast<double>(parameters.period)};
    feature.is_categorical = roles.domains[c] != nullptr;
    made.has_gaps |= rollups[c].missing > 0;
    if (is_for_levels(losses[c])) {
      feature.width = static_cast<std::int32_t>(roles.domains[c]->size());
      if (feature.width == 0) continue;
    } else if (!feature.is_categorical) {
      if (!is_binary(losses[c])) set_scale(rollups[c], parameters.transform, feature);
      check_values(roles.predictors[c], rollups[c], feature);
    }
    next += feature.width;
    made.space.features.push_back(feature);
  }
  if (made.space.features.empty())
    throw InputError::illegal_argument("No column has a value or a level to fit.");
  return made;
}

}  // namespace neve::algos::glrm
