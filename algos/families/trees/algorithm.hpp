#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <neve/model/algorithm.hpp>
#include <neve/model/partial_dependence.hpp>
#include <neve/model/score.hpp>

#include "algos/families/trees/calibration.hpp"
#include "algos/families/trees/partition.hpp"
#include "algos/families/trees/tree_checks.hpp"
#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::trees {

/// Where folds may have stopped early, the main model gets their mean number of trees, rounded
/// down, and does not stop by itself, as in H2O-3.
template <class Model>
schema::Form trees_from_folds(const TreeParameters& parameters,
                              std::span<const model::ModelPtr> folds) {
  if (parameters.stopping_rounds == 0 && parameters.max_runtime_secs == 0) return {};
  std::size_t trees = 0;
  for (const model::ModelPtr& fold : folds)
    trees += dynamic_cast<const Model&>(*fold).iterations.size();
  const std::size_t mean = std::max<std::size_t>(1, trees / folds.size());
  return {{"ntrees", std::to_string(mean)}, {"stopping_rounds", "0"}};
}

/// Fits a model's probabilities to the calibration frame, where there is one.
template <class Model>
Calibration calibrate(const TreeParameters& parameters, const Model& model,
                      const model::TrainContext& context) {
  if (context.calibration == nullptr) return {};
  const bool isotonic = parameters.calibration_method == CalibrationMethod::isotonic_regression;
  const auto scorer = std::make_shared<Model>(model);
  scorer->header.roles = context.header.roles;
  scorer->header.category = context.category;
  const job::TokenPtr& token = context.job.token();
  const model::Scored scored = model::score_with<Model>(
      context.engine, scorer, *context.calibration, {.labels = false, .token = token});
  return fit_calibration(context.engine, *context.calibration, scored.predictions.columns.back().id,
                         isotonic ? Calibration::Method::isotonic : Calibration::Method::platt,
                         token);
}

/// The entry of an algorithm of trees, but for its names, output and tasks of its own. The
/// namespace of Parameters has validate(), category(), check_response() and check_checkpoint(); a
/// Trainer is made from shared parameters, a Model has iterations.
template <class Parameters, class Trainer, class Model>
model::Algorithm tree_algorithm() {
  using model::Category;
  using model::Messages;
  model::Algorithm made;
  made.can_build = {Category::regression, Category::binomial, Category::multinomial};
  made.parameters = &Parameters::schema();
  made.common = [](void* parameters) -> model::CommonParameters& {
    return *static_cast<Parameters*>(parameters);
  };
  made.validate = [](const void* parameters, Messages& messages) {
    validate(*static_cast<const Parameters*>(parameters), messages);
  };
  made.category = [](const void* parameters, const model::ColumnRoles& roles, Messages& messages) {
    return category(*static_cast<const Parameters*>(parameters), roles, messages);
  };
  made.check_rows = [](const void* parameters, double weight, Messages& messages) {
    check_rows(*static_cast<const Parameters*>(parameters), weight, messages);
  };
  made.check_response = [](const void* parameters, const model::ColumnRange& response,
                           Messages& messages) {
    check_response(*static_cast<const Parameters*>(parameters), response, messages);
  };
  made.calibration_frame = [](const void* parameters) {
    const auto& p = *static_cast<const Parameters*>(parameters);
    return p.calibrate_model ? p.calibration_frame.name : std::string();
  };
  made.check_checkpoint = [](const void* parameters, const model::Model& checkpoint,
                             Messages& messages) {
    check_checkpoint(*static_cast<const Parameters*>(parameters), checkpoint, messages);
  };
  made.balances_classes = true;
  made.sorts_levels = [](const void* parameters) {
    return static_cast<const Parameters*>(parameters)->nbins_cats;
  };
  made.make_trainer =
      [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
    return std::make_unique<Trainer>(std::static_pointer_cast<const Parameters>(parameters));
  };
  made.from_folds = [](const void* parameters, std::span<const model::ModelPtr> folds) {
    return trees_from_folds<Model>(*static_cast<const Parameters*>(parameters), folds);
  };
  made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
    return std::make_shared<Model>(wire::decode<Model>(bytes));
  };
  made.score = &model::score_with<Model>;
  made.average = &model::average_with<Model>;
  made.tasks = tasks();
  made.tasks.push_back(&mr::task_entry<model::ScoreTask<Model>>());
  made.tasks.push_back(&mr::task_entry<model::AverageTask<Model>>());
  return made;
}

}  // namespace neve::algos::trees
