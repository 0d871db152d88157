#include "algos/gbm/train.hpp"

#include <algorithm>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/model/models.hpp>
#include <neve/model/score.hpp>

#include "algos/families/trees/response_checks.hpp"
#include "algos/families/trees/tables.hpp"
#include "algos/gbm/checkpoint.hpp"
#include "algos/gbm/class_balance.hpp"
#include "algos/gbm/constraints.hpp"
#include "algos/gbm/gbm_model.hpp"
#include "algos/gbm/gbm_output.hpp"
#include "algos/gbm/measure.hpp"
#include "algos/gbm/validate.hpp"

namespace neve::algos::gbm {
namespace {

model::ScorePlan training_plan(const model::TrainContext& context) {
  return {.predictors = context.training.predictors,
          .levels = context.training.levels,
          .types = context.roles.types,
          .offset = context.training.offset};
}

trees::RowColumns row_columns(const model::TrainContext& context) {
  const model::Dataset& data = context.training;
  trees::RowColumns columns;
  columns.predictors = data.predictors;
  columns.response = data.response;
  columns.weights = data.weights;
  columns.offset = data.offset;
  const bool many = context.category == model::Category::multinomial;
  columns.classes = many ? context.roles.classes() : 1;
  return columns;
}

std::vector<trees::PredictorKind> predictor_kinds(const model::ColumnRoles& roles) {
  std::vector<trees::PredictorKind> kinds;
  kinds.reserve(roles.domains.size());
  for (const frame::DomainPtr& domain : roles.domains) {
    kinds.push_back({domain != nullptr, domain ? static_cast<std::int32_t>(domain->size()) : 0});
  }
  return kinds;
}

/// A table's rows, and those of another one that come after them.
schema::Table joined(schema::Table table, const schema::Table& later) {
  const auto names = [](const schema::Table& of) {
    std::vector<std::string> made;
    for (const auto& column : of.columns) made.push_back(column.name);
    return made;
  };
  constexpr std::size_t kTrees = 3;
  if (names(table) != names(later)) return later;
  const auto& counted = table.columns[kTrees].cells;
  for (std::size_t row = 0; row < later.columns[kTrees].cells.size(); ++row) {
    const auto& trees = later.columns[kTrees].cells[row];
    if (!counted.empty() && std::get<std::int64_t>(trees) <= std::get<std::int64_t>(counted.back()))
      continue;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      table.columns[c].cells.push_back(later.columns[c].cells[row]);
  }
  return table;
}

bool draws_thresholds(HistogramType type) {
  return type == HistogramType::random || type == HistogramType::round_robin;
}

}  // namespace

schema::Form trees_from_folds(const Parameters& parameters,
                              std::span<const model::ModelPtr> folds) {
  if (parameters.stopping_rounds == 0 && parameters.max_runtime_secs == 0) return {};
  std::size_t trees = 0;
  for (const model::ModelPtr& fold : folds) {
    trees += dynamic_cast<const GbmModel&>(*fold).iterations.size();
  }
  const std::size_t mean = std::max<std::size_t>(1, trees / folds.size());
  return {{"ntrees", std::to_string(mean)}, {"stopping_rounds", "0"}};
}

BoostSettings GbmTrainer::settings(const model::TrainContext& context) const {
  const Parameters& p = *parameters_;
  BoostSettings made;
  made.distribution = distribution_;
  made.learn_rate = p.learn_rate;
  made.learn_rate_annealing = p.learn_rate_annealing;
  made.largest_leaf = p.max_abs_leafnode_pred;
  made.noise_bandwidth = p.pred_noise_bandwidth;
  made.random_by_turns = p.histogram_type == HistogramType::round_robin;
  made.random_thresholds = draws_thresholds(p.histogram_type) ? p.nbins : 0;
  made.bins = {.bins = p.nbins,
               .bins_top_level = p.nbins_top_level,
               .bins_categorical = p.nbins_cats,
               .cutting = p.histogram_type == HistogramType::uniform_robust
                              ? trees::Cutting::by_value
                              : trees::Cutting::by_rank};
  trees::GrowSettings& grow = made.grow;
  grow.max_depth = p.max_depth == 0 ? std::numeric_limits<std::int32_t>::max() : p.max_depth;
  grow.rules.min_rows = p.min_rows;
  grow.rules.min_split_improvement = p.min_split_improvement;
  grow.rules.seed = context.seed;
  grow.rules.directions = directions_of(p, context.roles.predictors);
  grow.interactions = interactions_of(p, context.roles.predictors);
  grow.sampling.seed = context.seed;
  grow.sampling.rate = p.sample_rate;
  if (p.sample_rate_per_class) grow.sampling.rate_per_class = *p.sample_rate_per_class;
  grow.column_rate = p.col_sample_rate;
  grow.column_rate_change = p.col_sample_rate_change_per_level;
  grow.column_rate_per_tree = p.col_sample_rate_per_tree;
  return made;
}

/// Metrics of classes sort all scores, of one frame at a time.
void GbmTrainer::reserve_metrics(const model::TrainContext& context) {
  std::int64_t bytes = 0;
  const std::int64_t classes = context.roles.response_domain ? context.roles.classes() : 1;
  for (const model::Dataset* data : {&context.training, context.validation}) {
    if (data == nullptr) continue;
    const std::int64_t rows = data->inputs.layout->rows();
    const std::int64_t curve = model::metrics::binomial_bytes(rows, data->weights >= 0);
    if (distribution_.is_binomial()) bytes = std::max(bytes, curve);
    // As they come, as they are merged, and as they are sorted: a number and a weight each.
    if (distribution_.family == Family::huber)
      bytes = std::max(bytes, rows * 6 * static_cast<std::int64_t>(sizeof(double)));
    // A class after the other, each with all rows' scores of it.
    if (distribution_.family == Family::multinomial &&
        model::metrics::wants_auc(parameters_->auc_type, static_cast<std::size_t>(classes)))
      bytes = std::max(bytes, classes * curve);
  }
  metrics_memory_ = context.engine.budget().reserve(bytes, "Metrics of the training rows");
}

void GbmTrainer::check_response(const model::TrainContext& context) const {
  trees::check_response_varies(context.roles, booster_->loaded().rows, booster_->response_range(),
                               !parameters_->check_constant_response);
  const double least = booster_->response_range().first;
  const bool positive = distribution_.family == Family::gamma;
  if (distribution_.has_log_link() && (least < 0 || (positive && least == 0))) {
    throw InputError::illegal_argument(
        "The response column " + context.roles.response + " has the value " + java_double(least) +
        ": " + std::string(schema::enum_text(choice_of(distribution_.family))) + " needs values " +
        (positive ? "above 0." : "of at least 0."));
  }
}

void GbmTrainer::prepare(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  distribution_ = settle_distribution(p, context.category);
  if (distribution_.family == Family::quasibinomial) {
    // The classes of a numeric response, which is checked to hold nothing else.
    context.header.roles.response_domain =
        std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"0", "1"});
  }
  if (distribution_.family == Family::multinomial && context.training.offset >= 0) {
    throw InputError::illegal_argument("offset_column " + context.roles.offset +
                                       " cannot be used with a multinomial response.");
  }
  trees::check_class_rates(p.sample_rate_per_class, context.roles);
  rule_ = trees::stopping_rule(p, context.category);
  history_.emplace(context.category, context.validation != nullptr);
  if (context.validation != nullptr) validation_rows_.emplace(context.engine);
  const bool classifies = model::is_classifier(context.category);
  if (p.balance_classes && classifies) class_weights_ = class_weights_of(context, p);
  trees::RowColumns columns = row_columns(context);
  columns.class_weights = class_weights_;
  booster_ = std::make_unique<Booster>(context.engine, context.training.inputs, std::move(columns),
                                       predictor_kinds(context.roles), settings(context),
                                       context.run_options());
  reserve_metrics(context);
  booster_->load();
  check_response(context);
}

void GbmTrainer::init(model::TrainContext& context) {
  prepare(context);
  if (context.checkpoint != nullptr)
    go_on_from(dynamic_cast<const GbmModel&>(*context.checkpoint), context);
  measure(context);
}

void GbmTrainer::go_on_from(const GbmModel& checkpoint, model::TrainContext& context) {
  check_same_columns(context.roles, checkpoint);
  booster_->restore({checkpoint.first_score, checkpoint.iterations, gains_of(checkpoint)},
                    training_plan(context));
  earlier_history_ = checkpoint.header.scoring_history;
}

/// Trees and metrics so far; all else follows from the data.
struct GbmTrainer::Saved {
  Booster::Grown grown;
  schema::Table earlier_history;
  trees::History history;
  std::vector<double> stopping_scores;
  model::metrics::Metrics training_metrics;
  model::metrics::Metrics validation_metrics;
  std::int64_t measured_trees = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(grown, earlier_history, history, stopping_scores, training_metrics, validation_metrics,
            measured_trees);
  }
};

wire::Bytes GbmTrainer::save() const {
  return wire::encode(Saved{booster_->grown(), earlier_history_, *history_, stopping_scores_,
                            training_metrics_, validation_metrics_, measured_trees_});
}

void GbmTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  auto was = wire::decode<Saved>(saved);
  prepare(context);
  booster_->restore(std::move(was.grown), training_plan(context));
  earlier_history_ = std::move(was.earlier_history);
  history_ = std::move(was.history);
  stopping_scores_ = std::move(was.stopping_scores);
  training_metrics_ = std::move(was.training_metrics);
  validation_metrics_ = std::move(was.validation_metrics);
  measured_trees_ = was.measured_trees;
}

bool GbmTrainer::is_scoring_point() const {
  constexpr std::int64_t kEveryTree = 10;
  const std::int64_t trees = tree_count();
  if (trees == parameters_->ntrees || parameters_->score_each_iteration) return true;
  if (parameters_->score_tree_interval > 0) return trees % parameters_->score_tree_interval == 0;
  return trees <= kEveryTree || trees % kEveryTree == 0;
}

bool GbmTrainer::step(model::TrainContext& context) {
  booster_->iterate();
  const std::int64_t trees = tree_count();
  if (is_scoring_point()) measure(context);
  context.job.progress(
      static_cast<double>(trees) / parameters_->ntrees,
      "Tree " + std::to_string(trees) + " of " + std::to_string(parameters_->ntrees));
  if (trees >= parameters_->ntrees) return false;
  return !should_stop(rule_, stopping_scores_);
}

MeasureOptions GbmTrainer::measure_options() const {
  return {distribution_, parameters_->auc_type, parameters_->gainslift_bins, class_weights_};
}

void GbmTrainer::measure_validation(model::TrainContext& context) {
  const model::Dataset& data = *context.validation;
  const std::vector<Iteration>& all = booster_->iterations();
  MeasureValidationTask::State state;
  state.options = measure_options();
  state.first_score = booster_->first_score();
  state.new_iterations.assign(all.begin() + validated_trees_, all.end());
  validated_trees_ = tree_count();
  state.classes = row_columns(context).classes;
  state.plan.predictors = data.predictors;
  state.plan.levels = data.levels;
  state.plan.types = context.roles.types;
  state.plan.offset = data.offset;
  state.response = data.response;
  state.response_levels = data.response_levels;
  state.weights = data.weights;
  mr::RunOptions options = context.run_options();
  options.scratch = validation_rows_->id();
  auto rows = context.engine.run<MeasureValidationTask>(data.inputs, state, options);
  validation_metrics_ =
      finish_metrics(context.engine.pool(), std::move(rows), measure_options(), context.roles);
  validation_metrics_.header()->description = "Validation metrics";
}

void GbmTrainer::measure(model::TrainContext& context) {
  if (measured_trees_ == tree_count()) return;
  booster_->settle();
  auto rows = context.engine.run<MeasureTrainingTask>(booster_->row_inputs(), measure_options(),
                                                      booster_->row_options());
  training_metrics_ =
      finish_metrics(context.engine.pool(), std::move(rows), measure_options(), context.roles);
  if (context.validation != nullptr) measure_validation(context);
  measured_trees_ = tree_count();
  history_->add(measured_trees_, training_metrics_, validation_metrics_);
  const auto& deciding = context.validation != nullptr ? validation_metrics_ : training_metrics_;
  stopping_scores_.push_back(
      deciding.find(rule_.metric).value_or(std::numeric_limits<double>::quiet_NaN()));
}

void GbmTrainer::settle_parameters(model::TrainContext& context) const {
  const auto settle = [&](const char* name, std::string_view value) {
    context.header.actual_parameters.emplace_back(name, std::string(value));
  };
  settle("distribution", schema::enum_text(choice_of(distribution_.family)));
  if (parameters_->histogram_type == HistogramType::automatic) {
    settle("histogram_type", schema::enum_text(HistogramType::uniform_adaptive));
  }
  if (parameters_->calibrate_model &&
      parameters_->calibration_method == CalibrationMethod::automatic) {
    settle("calibration_method", schema::enum_text(CalibrationMethod::platt_scaling));
  }
  if (parameters_->categorical_encoding == model::CategoricalEncoding::automatic) {
    settle("categorical_encoding", schema::enum_text(model::CategoricalEncoding::enumeration));
  }
  if (parameters_->stopping_metric == model::StoppingMetric::automatic && rule_.rounds > 0) {
    const bool classes = model::is_classifier(context.category);
    settle("stopping_metric", schema::enum_text(classes ? model::StoppingMetric::logloss
                                                        : model::StoppingMetric::deviance));
  }
}

trees::Calibration GbmTrainer::calibrate(const GbmModel& made,
                                         const model::TrainContext& context) const {
  if (context.calibration == nullptr) return {};
  using Method = trees::Calibration::Method;
  const bool isotonic = parameters_->calibration_method == CalibrationMethod::isotonic_regression;
  const auto scorer = std::make_shared<GbmModel>(made);
  scorer->header.roles = context.roles;
  scorer->header.category = context.category;
  const model::ScoreRequest request{.labels = false, .token = context.job.token()};
  const model::Scored scored =
      model::score_with<GbmModel>(context.engine, scorer, *context.calibration, request);
  return trees::fit_calibration(context.engine, *context.calibration,
                                scored.predictions.columns.back().id,
                                isotonic ? Method::isotonic : Method::platt, context.job.token());
}

void GbmTrainer::trim(model::TrainContext& context, const std::shared_ptr<GbmModel>& model) {
  const auto trees = static_cast<std::int64_t>(model->iterations.size());
  const bool stopped = trees < parameters_->ntrees && should_stop(rule_, stopping_scores_);
  if (!context.is_fold || !stopped) return;
  const std::int64_t best = history_->trees_at(best_point(rule_, stopping_scores_));
  if (best == trees) return;
  model->iterations.resize(static_cast<std::size_t>(best));
  model->header.category = context.category;
  model->header.roles = context.header.roles;
  model->header.parameters = context.header.parameters;
  const job::TokenPtr& token = context.job.token();
  const auto on = [&](const model::Dataset& data) {
    const auto scored =
        model::score_with<GbmModel>(context.engine, model, data, {.labels = false, .token = token});
    return model::measure(context.engine, *model, data, scored, token);
  };
  training_metrics_ = on(context.training);
  validation_metrics_ = on(*context.validation);
  validation_metrics_.header()->description = "Validation metrics";
}

std::shared_ptr<model::Model> GbmTrainer::finish(model::TrainContext& context) {
  // The loop may have ended between scoring points.
  measure(context);
  auto made = std::make_shared<GbmModel>();
  made->distribution = distribution_;
  made->first_score = booster_->first_score();
  made->gainslift_groups = parameters_->gainslift_bins;
  made->class_weights = class_weights_;
  const std::vector<double> gains = booster_->importance();
  made->iterations = booster_->take_iterations();
  booster_.reset();
  validation_rows_.reset();
  trim(context, made);
  metrics_memory_.release();
  made->calibration = calibrate(*made, context);
  model::Header& header = context.header;
  header.training_metrics = std::move(training_metrics_);
  header.validation_metrics = std::move(validation_metrics_);
  const auto& deciding =
      context.validation != nullptr ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial()) {
    header.default_threshold = binomial->default_threshold;
  }
  header.summary =
      model_summary(made->iterations, static_cast<std::int64_t>(made->encode_learnt().size()));
  header.scoring_history = joined(earlier_history_, history_->table());
  header.variable_importances = trees::variable_importances(header.roles.predictors, gains);
  settle_parameters(context);
  return made;
}

}  // namespace neve::algos::gbm
