#include "model/cross_validation.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <neve/base/clock.hpp>
#include <neve/model/models.hpp>

#include "model/fold_summary.hpp"

namespace neve::model {
namespace {

constexpr std::array<std::string_view, 8> kOfMainModelOnly = {
    "model_id",
    "nfolds",
    "fold_column",
    "fold_assignment",
    "keep_cross_validation_models",
    "keep_cross_validation_predictions",
    "keep_cross_validation_fold_assignment",
    "validation_frame"};

/// The training data with other weights.
Dataset reweighted(const Dataset& data, const frame::Column& weights) {
  Dataset made = data;
  made.weights = static_cast<std::int32_t>(made.inputs.columns.size());
  made.inputs.columns.push_back(weights.id);
  return made;
}

frame::Frame one_column(std::string key, std::string name, const frame::Column& column,
                        const frame::LayoutPtr& layout) {
  frame::Frame frame;
  frame.key = std::move(key);
  frame.layout = layout;
  frame.add(std::move(name), column);
  return frame;
}

}  // namespace

CrossValidator::CrossValidator(const Order& order) : order_(order) {
  const job::TokenPtr& token = order.tools.job.token();
  folds_ = assign_folds(order.tools.engine, order.common, order.frame, order.tools.seed, token);
  check_filled(order.tools.engine, order.training, folds_, token);
  holdouts_.resize(static_cast<std::size_t>(folds_.count));
}

std::string CrossValidator::fold_name(std::size_t fold) const {
  return order_.header.key + "_cv_" + std::to_string(fold + 1);
}

/// The time is for all fits; what one leaves is the next one's.
Deadline CrossValidator::deadline(std::int32_t fits) const {
  const double share = static_cast<double>(fits) / (folds_.count + 1);
  return {order_.common.max_runtime_secs * share, order_.tools.job.start_time_ms()};
}

Deadline CrossValidator::main_deadline() const { return deadline(folds_.count + 1); }

void CrossValidator::begin_part(std::int32_t fit, std::string name) const {
  const double all = folds_.count + 1;
  order_.tools.job.begin_part(fit / all, (fit + 1) / all, std::move(name));
}

Header CrossValidator::fold_header(std::int32_t fold) const {
  Header header = order_.header;
  header.key = fold_name(static_cast<std::size_t>(fold));
  header.validation_frame = header.training_frame;
  header.start_time_ms = now_ms();
  const auto is_not_its = [](const auto& given) {
    return std::ranges::find(kOfMainModelOnly, given.first) != kOfMainModelOnly.end();
  };
  std::erase_if(header.parameters, is_not_its);
  std::erase_if(header.actual_parameters, is_not_its);
  std::erase_if(header.settled.values, is_not_its);
  header.settled.idle = {"fold_assignment"};
  if (order_.encoding != nullptr) order_.encoding->set_fold(fold, header.roles);
  return header;
}

std::shared_ptr<Model> CrossValidator::train_fold(std::int32_t fold, const wire::Bytes* saved) {
  const FitTools& tools = order_.tools;
  begin_part(fold, "Fold " + std::to_string(fold + 1) + " of " + std::to_string(folds_.count));
  const FoldWeights weights =
      weigh_fold(tools.engine, order_.training, folds_, fold, tools.job.token());
  std::optional<Dataset> encoded;
  if (order_.encoding != nullptr) encoded = order_.encoding->rows_of_fold(order_.training, fold);
  const Dataset& rows = encoded ? *encoded : order_.training;
  const Dataset training = reweighted(rows, weights.training);
  const Dataset holdout = reweighted(rows, weights.holdout);
  FitPlan plan{.parameters = order_.parameters,
               .header = fold_header(fold),
               .training = &training,
               .validation = &holdout,
               .deadline = deadline(fold + 1),
               .is_fold = true,
               .holdout = &holdouts_[static_cast<std::size_t>(fold)],
               .further = order_.further,
               .further_models = order_.further_models};
  return fit(tools, std::move(plan), saved,
             [this](wire::Bytes trainer) { return state(std::move(trainer)); });
}

bool CrossValidator::train_together() {
  const FitTools& tools = order_.tools;
  if (tools.algorithm.train_folds == nullptr || order_.encoding != nullptr) return false;
  begin_part(0, "What folds share");
  FoldsOrder order{.engine = tools.engine,
                   .job = tools.job,
                   .training = order_.training,
                   .folds = folds_.column.id,
                   .headers = {},
                   .seed = tools.seed,
                   .further = order_.further};
  for (std::int32_t k = 0; k < folds_.count; ++k) order.headers.push_back(fold_header(k));
  together_ = tools.algorithm.train_folds(order_.parameters, order);
  if (together_ == nullptr) return false;
  models_ = together_->models;
  for (const auto& model : models_) {
    model->header.end_time_ms = now_ms();
    model->header.checksum = checksum_of(*model);
  }
  return true;
}

/// Not part of what is saved: who takes over does it again.
void CrossValidator::agree() {
  const FitTools& tools = order_.tools;
  if (tools.algorithm.agree == nullptr) return;
  encode_folds();
  const auto with_fold = [&](std::size_t fold, const FoldUse& use) {
    const FoldWeights weights = weigh_fold(tools.engine, order_.training, folds_,
                                           static_cast<std::int32_t>(fold), tools.job.token());
    const Dataset rows = adapt(models_[fold]->header.roles, order_.frame, true);
    use(reweighted(rows, weights.training), reweighted(rows, weights.holdout));
  };
  tools.algorithm.agree(tools.engine, tools.job.token(), models_, with_fold);
}

const wire::Bytes* CrossValidator::train(const TrainState* saved) {
  const wire::Bytes* trainer = saved != nullptr && saved->trainer ? &*saved->trainer : nullptr;
  if (train_together()) {
    begin_part(folds_.count, "Main model");
    return trainer;
  }
  if (saved != nullptr) {
    encoded_ = saved->folds;
    for (const wire::Bytes& model : encoded_) {
      models_.push_back(order_.tools.algorithm.decode(model));
    }
  }
  while (models_.size() < static_cast<std::size_t>(folds_.count)) {
    models_.push_back(train_fold(static_cast<std::int32_t>(models_.size()), trainer));
    trainer = nullptr;
    // Fits of a single step keep none of their own.
    order_.tools.job.keep([this] { return state(std::nullopt); });
  }
  agree();
  begin_part(folds_.count, "Main model");
  return trainer;
}

void CrossValidator::encode_folds() {
  // Those that were trained together are made anew.
  if (together_ != nullptr) return;
  while (encoded_.size() < models_.size()) encoded_.push_back(models_[encoded_.size()]->encode());
}

wire::Bytes CrossValidator::state(std::optional<wire::Bytes> trainer) {
  encode_folds();
  return order_.tools.kept(wire::encode(TrainState{encoded_, std::move(trainer)}));
}

/// What a fold's model says of its rows.
Scored CrossValidator::score_fold(std::size_t fold) const {
  const FitTools& tools = order_.tools;
  Dataset data = adapt(models_[fold]->header.roles, order_.frame, false);
  data.inputs.columns.push_back(folds_.column.id);
  const ScoreRequest request{.labels = order_.common.keep_cross_validation_predictions,
                             .token = tools.job.token(),
                             .folds = static_cast<std::int32_t>(data.inputs.columns.size()) - 1,
                             .fold = static_cast<std::int32_t>(fold)};
  return tools.algorithm.score(tools.engine, models_[fold], data, request);
}

frame::Frame CrossValidator::predict(std::vector<frame::Frame>& frames) {
  const FitTools& tools = order_.tools;
  const bool keep = order_.common.keep_cross_validation_predictions;
  frame::Frame joined;
  for (std::size_t k = 0; k < models_.size(); ++k) {
    frame::Frame of_fold = std::move(holdouts_[k]);
    if (keep || of_fold.columns.empty()) of_fold = score_fold(k).predictions;
    joined = k == 0 ? of_fold
                    : hold_out(tools.engine,
                               {.folds = folds_,
                                .fold = static_cast<std::int32_t>(k),
                                .scored = of_fold,
                                .before = joined},
                               tools.job.token());
    if (!keep) continue;
    of_fold.key = "prediction_" + fold_name(k);
    frames.push_back(std::move(of_fold));
  }
  return joined;
}

std::vector<frame::Frame> CrossValidator::finish(Model& main) {
  const CommonParameters& p = order_.common;
  std::vector<frame::Frame> frames;
  const bool has_response = !main.header.roles.response.empty();
  Scored scored;
  if ((together_ == nullptr && has_response) || p.keep_cross_validation_predictions)
    scored = {predict(frames)};
  CrossValidation made;
  made.folds = folds_.count;
  if (together_ != nullptr) {
    made.metrics = together_->holdout_metrics(main);
  } else if (!has_response) {
    made.metrics = order_.tools.algorithm.join_holdouts(models_);
  } else {
    const Dataset data = adapt(main.header.roles, order_.frame, true);
    made.metrics = measure(order_.tools.engine, main, data, scored, order_.tools.job.token());
  }
  made.metrics.header()->description = std::to_string(folds_.count) +
                                       "-fold cross-validation on training data: metrics of all "
                                       "holdout predictions";
  std::vector<const metrics::Metrics*> of_folds;
  for (const auto& model : models_) {
    of_folds.push_back(&model->header.validation_metrics);
    const schema::Table& history = model->header.scoring_history;
    if (!history.columns.empty()) made.scoring_histories.push_back(history);
    if (p.keep_cross_validation_models) made.models.push_back(model->header.key);
  }
  made.summary = fold_summary(of_folds);
  for (const frame::Frame& frame : frames) made.predictions.push_back(frame.key);
  if (p.keep_cross_validation_predictions) {
    made.holdout_predictions = "cv_holdout_prediction_" + order_.header.key;
    scored.predictions.key = made.holdout_predictions;
    frames.push_back(std::move(scored.predictions));
  }
  if (p.keep_cross_validation_fold_assignment) {
    made.fold_assignment = "cv_fold_assignment_" + order_.header.key;
    frames.push_back(
        one_column(made.fold_assignment, "fold_assignment", folds_.as_told, order_.frame.layout));
  }
  main.header.cross_validation = std::move(made);
  return frames;
}

}  // namespace neve::model
