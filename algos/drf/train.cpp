#include "algos/drf/train.hpp"

#include <neve/base/error.hpp>

#include "algos/drf/drf_model.hpp"
#include "algos/drf/validate.hpp"
#include "algos/families/trees/algorithm.hpp"
#include "algos/families/trees/checkpoint.hpp"
#include "algos/families/trees/class_balance.hpp"
#include "algos/families/trees/tables.hpp"
#include "algos/families/trees/tree_checks.hpp"

namespace neve::algos::drf {

ForestSettings DrfTrainer::settings(const model::TrainContext& context) const {
  ForestSettings made;
  static_cast<trees::GrowthPlan&>(made) = trees::growth_plan(*parameters_, context.seed);
  made.response_classes = context.roles.response_domain ? context.roles.classes() : 0;
  made.grow.columns_per_split = columns_per_split(
      *parameters_, context.category, static_cast<std::int32_t>(context.roles.predictors.size()));
  return made;
}

ForestColumns DrfTrainer::columns(const model::TrainContext& context) const {
  const model::Dataset& data = context.training;
  ForestColumns made;
  made.rows.predictors = data.predictors;
  made.rows.response = data.response;
  made.rows.weights = data.weights;
  made.rows.class_weights = measure_options_.class_weights;
  const bool tree_per_class =
      context.category == model::Category::multinomial ||
      (context.category == model::Category::binomial && parameters_->binomial_double_trees);
  made.rows.classes = tree_per_class ? context.roles.classes() : 1;
  made.kinds = trees::predictor_kinds(context.roles);
  made.plan = model::plan_of(context.roles, data);
  return made;
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
  measure_options_ = {context.category, p.auc_type, p.gainslift_bins,
                      trees::class_weights_of(context, p)};
  trees::check_class_rates(p.sample_rate_per_class, context.roles);
  check_mtries(context.roles);
  scoring_.emplace(p, context.category, context.validation != nullptr, context.is_fold);
  if (context.validation != nullptr) validation_rows_.emplace(context.engine);
  bagger_ = std::make_unique<Bagger>(context.engine, context.training.inputs, columns(context),
                                     settings(context), context.run_options());
  metrics_memory_ = context.engine.budget().reserve(
      trees::metrics_bytes(context.training, context.validation, context.roles, context.category,
                           p.auc_type),
      "Metrics of the training rows");
  bagger_->load(context.shared);
  trees::check_response_varies(context.roles, bagger_->loaded().rows, bagger_->response_range(),
                               context.is_fold || !parameters_->check_constant_response);
}

/// Without trees there are no metrics, and the history's first row is empty.
void DrfTrainer::init(model::TrainContext& context) {
  prepare(context);
  if (context.checkpoint == nullptr) {
    scoring_->begin();
    return;
  }
  const auto& checkpoint = dynamic_cast<const DrfModel&>(*context.checkpoint);
  trees::check_same_columns(context.roles, checkpoint.header);
  bagger_->restore(checkpoint.iterations, trees::gains_of(checkpoint.header));
  earlier_history_ = checkpoint.header.scoring_history;
  measure(context);
}

/// Trees and metrics so far; all else follows from the data.
struct DrfTrainer::Saved {
  std::vector<Iteration> iterations;
  std::vector<double> importance;
  schema::Table earlier_history;
  trees::Scoring::State scoring;
  template <class Archive>
  void fields(Archive& archive) {
    archive(iterations, importance, earlier_history, scoring);
  }
};

wire::Bytes DrfTrainer::save() const {
  // The fields of Saved, without a copy of the forest.
  wire::Writer writer;
  writer(bagger_->iterations(), bagger_->importance(), earlier_history_, scoring_->state());
  return writer.take();
}

void DrfTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  auto was = wire::decode<Saved>(saved);
  prepare(context);
  bagger_->restore(std::move(was.iterations), std::move(was.importance));
  earlier_history_ = std::move(was.earlier_history);
  scoring_->restore(std::move(was.scoring));
}

bool DrfTrainer::step(model::TrainContext& context) {
  bagger_->iterate();
  const std::int64_t trees = tree_count();
  if (scoring_->is_due(trees)) measure(context);
  return scoring_->goes_on(trees, context.job);
}

model::metrics::Metrics DrfTrainer::measure_validation(model::TrainContext& context) {
  if (context.validation == nullptr) return {};
  const std::vector<Iteration>& all = bagger_->iterations();
  MeasureValidationTask::State state;
  state.options = measure_options_;
  state.new_iterations.assign(all.begin() + validated_trees_, all.end());
  validated_trees_ = tree_count();
  state.columns = trees::held_columns(*context.validation, context.roles,
                                      static_cast<std::int32_t>(all.front().size()));
  state.levels = bagger_->levels();
  mr::RunOptions options = context.run_options();
  options.scratch = validation_rows_->id();
  auto rows = context.engine.run<MeasureValidationTask>(context.validation->inputs, state, options);
  return trees::finish_metrics(context.engine.pool(), std::move(rows), measure_options_,
                               context.roles);
}

void DrfTrainer::measure(model::TrainContext& context) {
  if (scoring_->has_measured(tree_count())) return;
  bagger_->vote();
  auto rows = context.engine.run<MeasureTrainingTask>(bagger_->row_inputs(), measure_options_,
                                                      bagger_->row_options());
  model::metrics::Metrics training = trees::finish_metrics(context.engine.pool(), std::move(rows),
                                                           measure_options_, context.roles);
  training.header()->description = "Metrics reported on Out-Of-Bag training samples";
  scoring_->add(tree_count(), std::move(training), measure_validation(context));
}

frame::Frame DrfTrainer::held_outputs(const model::TrainContext& context) const {
  const auto outputs = static_cast<std::size_t>(
      model::is_classifier(context.category) ? context.roles.classes() : 1);
  mr::RunOptions options = context.run_options();
  options.scratch = validation_rows_->id();
  options.outputs.resize(outputs);
  const mr::Inputs nothing{.layout = context.validation->inputs.layout, .columns = {}};
  auto made = context.engine.run_with_outputs<HeldOutputsTask>(nothing, measure_options_, options);
  frame::Frame frame;
  frame.layout = nothing.layout;
  for (std::size_t k = 0; k < outputs; ++k)
    frame.add(std::to_string(k), std::move(made.columns[k]));
  return frame;
}

void DrfTrainer::settle_distribution(model::TrainContext& context) const {
  if (parameters_->distribution != DistributionChoice::automatic) return;
  const bool classes = model::is_classifier(context.category);
  context.header.actual_parameters.emplace_back(
      "distribution", std::string(schema::enum_text(classes ? DistributionChoice::multinomial
                                                            : DistributionChoice::gaussian)));
}

std::shared_ptr<model::Model> DrfTrainer::finish(model::TrainContext& context) {
  // The loop may have ended between scoring points.
  measure(context);
  if (context.is_fold && validated_trees_ == tree_count()) {
    context.holdout = held_outputs(context);
  }
  auto made = std::make_shared<DrfModel>();
  made->mean_response = bagger_->mean_response();
  made->gainslift_groups = parameters_->gainslift_bins;
  made->levels = bagger_->levels();
  made->class_weights = measure_options_.class_weights;
  const std::vector<double> gains = bagger_->importance();
  made->iterations = bagger_->take_iterations();
  bagger_.reset();
  validation_rows_.reset();
  metrics_memory_.release();
  made->calibration = trees::calibrate(*parameters_, *made, context);
  model::Header& header = context.header;
  scoring_->fill(header, std::move(earlier_history_));
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
  header.variable_importances = trees::variable_importances(header.roles.predictors, gains);
  settle_distribution(context);
  trees::settle_parameters(*parameters_, context.category, header);
  return made;
}

}  // namespace neve::algos::drf
