#include "algos/drf/train.hpp"

#include <algorithm>
#include <limits>

#include <neve/base/error.hpp>

#include "algos/drf/drf_model.hpp"
#include "algos/drf/validate.hpp"
#include "algos/families/trees/response_checks.hpp"
#include "algos/families/trees/tables.hpp"

namespace neve::algos::drf {
namespace {

std::vector<trees::PredictorKind> predictor_kinds(const model::ColumnRoles& roles) {
  std::vector<trees::PredictorKind> kinds;
  kinds.reserve(roles.domains.size());
  for (const frame::DomainPtr& domain : roles.domains)
    kinds.push_back({domain != nullptr, domain ? static_cast<std::int32_t>(domain->size()) : 0});
  return kinds;
}

model::ScorePlan plan_for(const model::Dataset& data, const model::ColumnRoles& roles) {
  model::ScorePlan plan;
  plan.predictors = data.predictors;
  plan.levels = data.levels;
  plan.types = roles.types;
  return plan;
}

bool draws_thresholds(HistogramType type) {
  return type == HistogramType::random || type == HistogramType::round_robin;
}

}  // namespace

ForestSettings DrfTrainer::settings(const model::TrainContext& context) const {
  const Parameters& p = *parameters_;
  ForestSettings made;
  made.response_classes = context.roles.response_domain ? context.roles.classes() : 0;
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
  grow.sampling.seed = context.seed;
  grow.sampling.rate = p.sample_rate;
  if (p.sample_rate_per_class) grow.sampling.rate_per_class = *p.sample_rate_per_class;
  grow.columns_per_split = columns_per_split(
      p, context.category, static_cast<std::int32_t>(context.roles.predictors.size()));
  grow.column_rate_change = p.col_sample_rate_change_per_level;
  grow.column_rate_per_tree = p.col_sample_rate_per_tree;
  return made;
}

ForestColumns DrfTrainer::columns(const model::TrainContext& context) const {
  const model::Dataset& data = context.training;
  ForestColumns made;
  made.rows.predictors = data.predictors;
  made.rows.response = data.response;
  made.rows.weights = data.weights;
  const bool tree_per_class =
      context.category == model::Category::multinomial ||
      (context.category == model::Category::binomial && parameters_->binomial_double_trees);
  made.rows.classes = tree_per_class ? context.roles.classes() : 1;
  made.kinds = predictor_kinds(context.roles);
  made.plan = plan_for(data, context.roles);
  return made;
}

/// Metrics of classes sort all scores, of one frame at a time.
void DrfTrainer::reserve_metrics(const model::TrainContext& context) {
  std::int64_t bytes = 0;
  const std::int64_t classes = context.roles.classes();
  for (const model::Dataset* data : {&context.training, context.validation}) {
    if (data == nullptr) continue;
    const std::int64_t rows = data->inputs.layout->rows();
    const std::int64_t curve = model::metrics::binomial_bytes(rows, data->weights >= 0);
    if (context.category == model::Category::binomial) bytes = std::max(bytes, curve);
    // A class after the other, each with all rows' scores of it.
    if (context.category == model::Category::multinomial &&
        model::metrics::wants_auc(parameters_->auc_type, static_cast<std::size_t>(classes)))
      bytes = std::max(bytes, classes * curve);
  }
  metrics_memory_ = context.engine.budget().reserve(bytes, "Metrics of the training rows");
}

/// Only now it is known which columns are dropped.
void DrfTrainer::check_mtries(const model::ColumnRoles& roles) const {
  const auto columns = static_cast<std::int32_t>(roles.predictors.size());
  if (parameters_->mtries <= columns) return;
  throw InputError::illegal_argument("Computed mtries should be -1 or -2 or in interval [1," +
                                     std::to_string(columns + 1) + "[ but it is " +
                                     std::to_string(parameters_->mtries) + ": there are " +
                                     std::to_string(columns) + " predictors.");
}

void DrfTrainer::prepare(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  measure_options_ = {context.category, p.auc_type, p.gainslift_bins};
  trees::check_class_rates(parameters_->sample_rate_per_class, context.roles);
  check_mtries(context.roles);
  rule_ = trees::stopping_rule(p, context.category);
  history_.emplace(context.category, context.validation != nullptr);
  if (context.validation != nullptr) validation_rows_.emplace(context.engine);
  bagger_ = std::make_unique<Bagger>(context.engine, context.training.inputs, columns(context),
                                     settings(context), context.run_options());
  reserve_metrics(context);
  bagger_->load();
  trees::check_response_varies(context.roles, bagger_->loaded().rows, bagger_->response_range(),
                               !parameters_->check_constant_response);
}

/// Without trees there are no metrics, and the history's first row is empty.
void DrfTrainer::init(model::TrainContext& context) {
  prepare(context);
  history_->add(0, {}, {});
}

/// Trees and metrics so far; all else follows from the data.
struct DrfTrainer::Saved {
  std::vector<Iteration> iterations;
  std::vector<double> importance;
  trees::History history;
  std::vector<double> stopping_scores;
  model::metrics::Metrics training_metrics;
  model::metrics::Metrics validation_metrics;
  std::int64_t measured_trees = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(iterations, importance, history, stopping_scores, training_metrics, validation_metrics,
            measured_trees);
  }
};

wire::Bytes DrfTrainer::save() const {
  // The fields of Saved, without a copy of the forest.
  wire::Writer writer;
  writer(bagger_->iterations(), bagger_->importance(), *history_, stopping_scores_,
         training_metrics_, validation_metrics_, measured_trees_);
  return writer.take();
}

void DrfTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  auto was = wire::decode<Saved>(saved);
  prepare(context);
  bagger_->restore(std::move(was.iterations), std::move(was.importance));
  history_ = std::move(was.history);
  stopping_scores_ = std::move(was.stopping_scores);
  training_metrics_ = std::move(was.training_metrics);
  validation_metrics_ = std::move(was.validation_metrics);
  measured_trees_ = was.measured_trees;
}

bool DrfTrainer::is_scoring_point() const {
  constexpr std::int64_t kEveryTree = 10;
  const std::int64_t trees = tree_count();
  if (trees == parameters_->ntrees || parameters_->score_each_iteration) return true;
  if (parameters_->score_tree_interval > 0) return trees % parameters_->score_tree_interval == 0;
  return trees <= kEveryTree || trees % kEveryTree == 0;
}

bool DrfTrainer::step(model::TrainContext& context) {
  bagger_->iterate();
  const std::int64_t trees = tree_count();
  if (is_scoring_point()) measure(context);
  context.job.progress(
      static_cast<double>(trees) / parameters_->ntrees,
      "Tree " + std::to_string(trees) + " of " + std::to_string(parameters_->ntrees));
  if (trees >= parameters_->ntrees) return false;
  return !should_stop(rule_, stopping_scores_);
}

void DrfTrainer::measure_validation(model::TrainContext& context) {
  const model::Dataset& data = *context.validation;
  const std::vector<Iteration>& all = bagger_->iterations();
  MeasureValidationTask::State state;
  state.options = measure_options_;
  state.new_iterations.assign(all.begin() + validated_trees_, all.end());
  validated_trees_ = tree_count();
  state.trees = static_cast<std::int32_t>(all.front().size());
  state.plan = plan_for(data, context.roles);
  state.levels = bagger_->levels();
  state.response = data.response;
  state.response_levels = data.response_levels;
  state.weights = data.weights;
  mr::RunOptions options = context.run_options();
  options.scratch = validation_rows_->id();
  auto rows = context.engine.run<MeasureValidationTask>(data.inputs, state, options);
  validation_metrics_ =
      finish_metrics(context.engine.pool(), std::move(rows), measure_options_, context.roles);
  validation_metrics_.header()->description = "Validation metrics";
}

void DrfTrainer::measure(model::TrainContext& context) {
  if (measured_trees_ == tree_count()) return;
  auto rows = context.engine.run<MeasureTrainingTask>(bagger_->row_inputs(), measure_options_,
                                                      bagger_->row_options());
  training_metrics_ =
      finish_metrics(context.engine.pool(), std::move(rows), measure_options_, context.roles);
  training_metrics_.header()->description = "Metrics reported on Out-Of-Bag training samples";
  if (context.validation != nullptr) measure_validation(context);
  measured_trees_ = tree_count();
  history_->add(measured_trees_, training_metrics_, validation_metrics_);
  const auto& deciding = context.validation != nullptr ? validation_metrics_ : training_metrics_;
  stopping_scores_.push_back(
      deciding.find(rule_.metric).value_or(std::numeric_limits<double>::quiet_NaN()));
}

void DrfTrainer::settle_parameters(model::TrainContext& context) const {
  const auto settle = [&](const char* name, std::string_view value) {
    context.header.actual_parameters.emplace_back(name, std::string(value));
  };
  const bool classes = model::is_classifier(context.category);
  if (parameters_->distribution == DistributionChoice::automatic) {
    settle("distribution", schema::enum_text(classes ? DistributionChoice::multinomial
                                                     : DistributionChoice::gaussian));
  }
  if (parameters_->histogram_type == HistogramType::automatic)
    settle("histogram_type", schema::enum_text(HistogramType::uniform_adaptive));
  if (parameters_->categorical_encoding == model::CategoricalEncoding::automatic)
    settle("categorical_encoding", schema::enum_text(model::CategoricalEncoding::enumeration));
  if (parameters_->stopping_metric == model::StoppingMetric::automatic && rule_.rounds > 0) {
    settle("stopping_metric", schema::enum_text(classes ? model::StoppingMetric::logloss
                                                        : model::StoppingMetric::deviance));
  }
}

std::shared_ptr<model::Model> DrfTrainer::finish(model::TrainContext& context) {
  // The loop may have ended between scoring points.
  measure(context);
  auto made = std::make_shared<DrfModel>();
  made->mean_response = bagger_->mean_response();
  made->gainslift_groups = parameters_->gainslift_bins;
  made->levels = bagger_->levels();
  const std::vector<double> gains = bagger_->importance();
  made->iterations = bagger_->take_iterations();
  bagger_.reset();
  validation_rows_.reset();
  metrics_memory_.release();
  model::Header& header = context.header;
  header.training_metrics = std::move(training_metrics_);
  header.validation_metrics = std::move(validation_metrics_);
  const auto& deciding =
      context.validation != nullptr ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial())
    header.default_threshold = binomial->default_threshold;
  std::vector<trees::TreeSize> sizes;
  std::int64_t bytes = 0;
  for (const Iteration& iteration : made->iterations) {
    for (const trees::CompactTree& tree : iteration) {
      sizes.push_back({tree.depth(), tree.leaves()});
      bytes += tree.byte_size();
    }
  }
  header.summary =
      trees::model_summary(static_cast<std::int64_t>(made->iterations.size()), sizes, bytes);
  header.scoring_history = history_->table();
  header.variable_importances = trees::variable_importances(header.roles.predictors, gains);
  settle_parameters(context);
  return made;
}

}  // namespace neve::algos::drf
