#include "algos/gbm/train.hpp"

#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/model/models.hpp>
#include <neve/model/score.hpp>

#include "algos/families/trees/algorithm.hpp"
#include "algos/families/trees/checkpoint.hpp"
#include "algos/families/trees/class_balance.hpp"
#include "algos/families/trees/tables.hpp"
#include "algos/families/trees/tree_checks.hpp"
#include "algos/gbm/constraints.hpp"
#include "algos/gbm/gbm_model.hpp"
#include "algos/gbm/gbm_output.hpp"
#include "algos/gbm/measure.hpp"
#include "algos/gbm/validate.hpp"

namespace neve::algos::gbm {
namespace {

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

}  // namespace

BoostSettings GbmTrainer::settings(const model::TrainContext& context) const {
  const Parameters& p = *parameters_;
  BoostSettings made;
  static_cast<trees::GrowthPlan&>(made) = trees::growth_plan(p, context.seed);
  made.distribution = distribution_;
  made.learn_rate = p.learn_rate;
  made.learn_rate_annealing = p.learn_rate_annealing;
  made.largest_leaf = p.max_abs_leafnode_pred;
  made.noise_bandwidth = p.pred_noise_bandwidth;
  made.grow.rules.directions = directions_of(p, context.roles.predictors);
  made.grow.interactions = interactions_of(p, context.roles.predictors);
  made.grow.column_rate = p.col_sample_rate;
  made.grow.max_leaves = p.max_leaves;
  made.grow.best_first = p.grow_policy == trees::GrowPolicy::lossguide;
  return made;
}

void GbmTrainer::reserve_metrics(const model::TrainContext& context) {
  std::int64_t bytes = trees::metrics_bytes(context.training, context.validation, context.roles,
                                            context.category, parameters_->auc_type);
  for (const model::Dataset* data : {&context.training, context.validation}) {
    if (data == nullptr || distribution_.family != Family::huber) continue;
    // As they come, as they are merged, and as they are sorted: a number and a weight each.
    constexpr std::int64_t kRowBytes = 6 * sizeof(double);
    bytes = std::max(bytes, data->inputs.layout->rows() * kRowBytes);
  }
  metrics_memory_ = context.engine.budget().reserve(bytes, "Metrics of the training rows");
}

void GbmTrainer::check_response(const model::TrainContext& context) const {
  trees::check_response_varies(context.roles, booster_->loaded().rows, booster_->response_range(),
                               context.is_fold || !parameters_->check_constant_response);
  const double least = booster_->response_range().first;
  if (distribution_.has_log_link() && least < 0) {
    throw InputError::illegal_argument(
        "The response column " + context.roles.response + " has the value " + java_double(least) +
        ": " + std::string(schema::enum_text(choice_of(distribution_.family))) +
        " needs values of at least 0.");
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
  scoring_.emplace(p, context.category, context.validation != nullptr, context.is_fold);
  if (context.validation != nullptr) validation_rows_.emplace(context.engine);
  trees::RowColumns columns = row_columns(context);
  columns.class_weights = trees::class_weights_of(context, p);
  measure_options_ = {{context.category, p.auc_type, p.gainslift_bins, columns.class_weights},
                      distribution_};
  booster_ = std::make_unique<Booster>(context.engine, context.training.inputs, std::move(columns),
                                       trees::predictor_kinds(context.roles), settings(context),
                                       context.run_options());
  reserve_metrics(context);
  booster_->load(context.shared);
  check_response(context);
}

void GbmTrainer::init(model::TrainContext& context) {
  prepare(context);
  if (context.checkpoint != nullptr)
    go_on_from(dynamic_cast<const GbmModel&>(*context.checkpoint), context);
  add_sampling(samplings_, settings(context).grow.sampling, booster_->iterations().size());
  measure(context);
}

void GbmTrainer::go_on_from(const GbmModel& checkpoint, model::TrainContext& context) {
  trees::check_same_columns(context.roles, checkpoint.header);
  booster_->restore(
      {checkpoint.first_score, checkpoint.iterations, trees::gains_of(checkpoint.header)},
      model::plan_of(context.roles, context.training));
  earlier_history_ = checkpoint.header.scoring_history;
  samplings_ = checkpoint.samplings;
}

/// Trees and metrics so far; all else follows from the data.
struct GbmTrainer::Saved {
  Booster::Grown grown;
  schema::Table earlier_history;
  Samplings samplings;
  trees::Scoring::State scoring;
  template <class Archive>
  void fields(Archive& archive) {
    archive(grown, earlier_history, samplings, scoring);
  }
};

wire::Bytes GbmTrainer::save() const {
  return wire::encode(Saved{booster_->grown(), earlier_history_, samplings_, scoring_->state()});
}

void GbmTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  auto was = wire::decode<Saved>(saved);
  prepare(context);
  booster_->restore(std::move(was.grown), model::plan_of(context.roles, context.training));
  earlier_history_ = std::move(was.earlier_history);
  samplings_ = std::move(was.samplings);
  scoring_->restore(std::move(was.scoring));
}

bool GbmTrainer::step(model::TrainContext& context) {
  booster_->iterate();
  const std::int64_t trees = tree_count();
  // A file of fewer trees has their metrics; where these decide when to stop, files change nothing.
  const bool for_file = parameters_->stopping_rounds == 0 && is_snapshot_due();
  if (scoring_->is_due(trees) || for_file) measure(context);
  return scoring_->goes_on(trees, context.job);
}

model::metrics::Metrics GbmTrainer::measure_validation(model::TrainContext& context) {
  if (context.validation == nullptr) return {};
  const std::vector<Iteration>& all = booster_->iterations();
  MeasureValidationTask::State state;
  state.options = measure_options_;
  state.new_iterations.assign(all.begin() + validated_trees_, all.end());
  validated_trees_ = tree_count();
  state.columns =
      trees::held_columns(*context.validation, context.roles, row_columns(context).classes);
  state.columns.first_sum = booster_->first_score();
  mr::RunOptions options = context.run_options();
  options.scratch = validation_rows_->id();
  auto rows = context.engine.run<MeasureValidationTask>(context.validation->inputs, state, options);
  return finish_metrics(context.engine.pool(), std::move(rows), measure_options_, context.roles);
}

void GbmTrainer::measure(model::TrainContext& context) {
  if (scoring_->has_measured(tree_count())) return;
  booster_->settle();
  auto rows = context.engine.run<MeasureTrainingTask>(booster_->row_inputs(), measure_options_,
                                                      booster_->row_options());
  model::metrics::Metrics training =
      finish_metrics(context.engine.pool(), std::move(rows), measure_options_, context.roles);
  scoring_->add(tree_count(), std::move(training), measure_validation(context));
}

void GbmTrainer::trim(model::TrainContext& context, const std::shared_ptr<GbmModel>& model) {
  const auto trees = static_cast<std::int64_t>(model->iterations.size());
  const bool stopped = trees < parameters_->ntrees && scoring_->should_stop();
  if (!context.is_fold || !stopped) return;
  const std::int64_t best = scoring_->best_trees();
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
  scoring_->replace_metrics(on(context.training), on(*context.validation));
}

std::shared_ptr<GbmModel> GbmTrainer::model_of(std::vector<Iteration> iterations) const {
  auto made = std::make_shared<GbmModel>();
  made->distribution = distribution_;
  made->first_score = booster_->first_score();
  made->gainslift_groups = parameters_->gainslift_bins;
  made->class_weights = measure_options_.shared.class_weights;
  made->iterations = std::move(iterations);
  made->samplings = samplings_;
  return made;
}

void GbmTrainer::describe(const GbmModel& model, std::span<const double> gains,
                          model::Header& header) const {
  scoring_->fill(header, earlier_history_);
  header.summary =
      model_summary(model.iterations, static_cast<std::int64_t>(model.encode_learnt().size()));
  header.variable_importances =
      trees::variable_importances(header.roles.predictors, {gains.begin(), gains.end()});
  header.actual_parameters.emplace_back(
      "distribution", std::string(schema::enum_text(choice_of(distribution_.family))));
  trees::settle_parameters(*parameters_, header.category, header);
}

bool GbmTrainer::is_snapshot_due() const {
  const Parameters& p = *parameters_;
  return !snapshot_folder(p).empty() && tree_count() % p.in_training_checkpoints_tree_interval == 0;
}

std::optional<model::Snapshot> GbmTrainer::snapshot(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  if (!is_snapshot_due()) return std::nullopt;
  const std::shared_ptr<GbmModel> made = model_of(booster_->iterations());
  made->header = context.header;
  describe(*made, booster_->importance(), made->header);
  const std::string number = std::to_string(tree_count());
  return model::Snapshot{made, snapshot_folder(p), ".ntrees_" + number, "." + number};
}

std::shared_ptr<model::Model> GbmTrainer::finish(model::TrainContext& context) {
  // The loop may have ended between scoring points.
  measure(context);
  const std::vector<double> gains = booster_->importance();
  const std::shared_ptr<GbmModel> made = model_of(booster_->take_iterations());
  booster_.reset();
  validation_rows_.reset();
  trim(context, made);
  metrics_memory_.release();
  made->calibration = trees::calibrate(*parameters_, *made, context);
  describe(*made, gains, context.header);
  return made;
}

}  // namespace neve::algos::gbm
