#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>

#include "algos/deeplearning/initial.hpp"
#include "algos/deeplearning/train.hpp"
#include "algos/deeplearning/validate.hpp"
#include "algos/families/trees/checkpoint.hpp"
#include "algos/families/trees/class_balance.hpp"

namespace neve::algos::deeplearning {
namespace {

constexpr std::uint64_t kTrainingSample = 21;
constexpr std::uint64_t kValidationSample = 22;

const DeepLearningModel* checkpoint_of(const model::TrainContext& context) {
  return context.checkpoint == nullptr
             ? nullptr
             : &dynamic_cast<const DeepLearningModel&>(*context.checkpoint);
}

void check_finite(const model::ColumnRoles& roles, const MomentsTask::Partial& moments) {
  for (std::size_t c = 0; c < roles.predictors.size(); ++c) {
    const linear::Moments& of = moments.predictors[c];
    if (of.weight == 0 || (std::isfinite(of.min) && std::isfinite(of.max))) continue;
    throw InputError::illegal_argument("Column " + roles.predictors[c] +
                                       " has infinite values: replace them, or ignore the column.");
  }
}

/// Chances that bring about `wanted` of the rows, from the weight of each class's rows or of all.
std::vector<double> even_chances(double rows, std::int64_t wanted) {
  if (wanted == 0 || rows <= static_cast<double>(wanted)) return {};
  return {static_cast<double>(wanted) / rows};
}

/// The same by class, so that all classes are about as large.
std::vector<double> stratified_chances(const std::vector<double>& rows, std::int64_t wanted) {
  std::vector<double> chances;
  const double each = static_cast<double>(wanted) / static_cast<double>(rows.size());
  for (const double of_class : rows)
    chances.push_back(of_class > 0 ? std::min(1.0, each / of_class) : 0);
  return chances;
}

}  // namespace

std::int64_t automatic_batch(double samples) {
  constexpr double kSteps = 4096;
  constexpr std::int64_t kMost = 128;
  std::int64_t rows = 1;
  while (rows < kMost && static_cast<double>(2 * rows) * kSteps <= samples) rows *= 2;
  return rows;
}

void DeepLearningTrainer::plan_inputs_of(model::TrainContext& context,
                                         const MomentsTask::Partial& moments) {
  std::vector<NumberFigures> figures;
  for (const linear::Moments& of : moments.predictors)
    figures.push_back({of.weight > 0 ? of.mean : 0, std::sqrt(std::max(0.0, of.variance()))});
  const Parameters& p = *parameters_;
  plan_ = plan_inputs(
      context.roles, figures,
      {p.standardize, p.use_all_factor_levels || p.autoencoder, p.max_categorical_features});
  if (const DeepLearningModel* checkpoint = checkpoint_of(context)) plan_ = checkpoint->plan;
}

void DeepLearningTrainer::settle_response(const model::TrainContext& context,
                                          const MomentsTask::Partial& moments) {
  objective_ = objective_of(*parameters_, context.category);
  const linear::Moments& response = moments.response;
  const double deviation = std::sqrt(std::max(0.0, response.variance()));
  const bool scaled = objective_.family != Family::classes && !objective_.has_log_link() &&
                      parameters_->standardize && !parameters_->autoencoder;
  if (scaled) {
    objective_.center = response.mean;
    objective_.scale = deviation > 0 ? deviation : 1;
  }
  if (const DeepLearningModel* checkpoint = checkpoint_of(context)) {
    objective_.center = checkpoint->objective.center;
    objective_.scale = checkpoint->objective.scale;
    objective_.huber_delta = checkpoint->objective.huber_delta;
  }
}

void DeepLearningTrainer::hold_training_rows(model::TrainContext& context) {
  const bool skips = parameters_->missing_values_handling == MissingValues::skip;
  const HoldTask::State state{row_source(context.roles, context.training, skips), plan_, {}};
  training_ = hold_rows(context.engine, context.training.inputs, state, progress_.rows,
                        context.run_options());
  const HeldRows& rows = training_.rows;
  double weight = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double of_row = rows.weights.empty() ? 1 : rows.weights[i];
    weight += class_weights_.empty()
                  ? of_row
                  : of_row * class_weights_[static_cast<std::size_t>(rows.responses[i])];
  }
  mean_weight_ = weight / static_cast<double>(rows.size());
  const RowSample sample{
      seed_ + kTrainingSample,
      even_chances(static_cast<double>(rows.size()), parameters_->score_training_samples)};
  measures_all_ = sample.chances.empty();
  for (std::size_t i = 0; !measures_all_ && i < rows.size(); ++i) {
    if (sample.takes(static_cast<std::int64_t>(i), 0)) training_sample_.push_back(i);
  }
}

void DeepLearningTrainer::hold_validation_rows(model::TrainContext& context) {
  if (context.validation == nullptr) return;
  const Parameters& p = *parameters_;
  RowSource source = row_source(context.roles, *context.validation, false);
  const std::int64_t rows = context.validation->inputs.layout->rows();
  RowSample sample{seed_ + kValidationSample,
                   even_chances(static_cast<double>(rows), p.score_validation_samples)};
  if (!sample.chances.empty() && source.classes > 0 &&
      p.score_validation_sampling == SamplingMethod::stratified) {
    RowSource unweighted = source;
    unweighted.weights = -1;
    const auto moments = context.engine.run<MomentsTask>(context.validation->inputs, unweighted,
                                                         context.run_options());
    sample.chances = stratified_chances(moments.class_weights, p.score_validation_samples);
  }
  validation_ = hold_rows(context.engine, context.validation->inputs, {source, plan_, sample}, rows,
                          context.run_options());
}

void DeepLearningTrainer::settle_course(const model::TrainContext& context) {
  const Parameters& p = *parameters_;
  const double wanted = std::ceil(p.epochs * static_cast<double>(progress_.rows));
  constexpr double kMost = 1e18;
  if (!(wanted < kMost)) {
    throw InputError::illegal_argument("epochs is too large: " + std::to_string(p.epochs) +
                                       " times " + std::to_string(progress_.rows) + " rows.");
  }
  samples_wanted_ = static_cast<std::int64_t>(wanted);
  std::int64_t batch = p.mini_batch_size;
  if (batch == 1 && !p.reproducible) {
    const DeepLearningModel* checkpoint = checkpoint_of(context);
    batch = checkpoint == nullptr ? automatic_batch(wanted) : checkpoint->progress.batch_rows;
  }
  progress_.batch_rows = std::clamp<std::int64_t>(batch, 1, progress_.rows);
  constexpr std::int64_t kLargestAutomatic = 100'000;
  std::int64_t each = p.train_samples_per_iteration;
  if (each == -2) each = std::min(static_cast<std::int64_t>(wanted / 10), kLargestAutomatic);
  if (each == 0 || each == -1) {
    samples_per_iteration_ = progress_.rows;
    return;
  }
  each = std::clamp<std::int64_t>(each, 1, std::max<std::int64_t>(1, samples_wanted_));
  const std::int64_t batches = (each + progress_.batch_rows - 1) / progress_.batch_rows;
  samples_per_iteration_ = batches * progress_.batch_rows;
}

void DeepLearningTrainer::make_learner(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  LearnOptions options;
  options.rule = step_rule(p);
  options.sparsity = sparsity_of(p);
  options.dropout = {p.input_dropout_ratio, hidden_dropout(p), seed_};
  options.skips_unused = p.fast_mode;
  options.batch_rows = static_cast<std::size_t>(progress_.batch_rows);
  learner_ = std::make_unique<Learner>(context.engine.pool(), network_, course_, objective_,
                                       std::move(options));
  batch_.categories = plan_.categories;
}

void DeepLearningTrainer::prepare(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  seed_ = context.seed;
  scoring_.emplace(p, context.category, context.validation != nullptr);
  class_weights_ = trees::class_weights_of(context, p);
  measure_options_ = {context.category, p.auc_type, p.gainslift_bins, class_weights_};
  if (const DeepLearningModel* checkpoint = checkpoint_of(context)) {
    trees::check_same_columns(context.roles, checkpoint->header);
    earlier_history_ = checkpoint->header.scoring_history;
    class_weights_ = checkpoint->class_weights;
    scoring_first_ = checkpoint->progress.samples;
  }
  const bool skips = p.missing_values_handling == MissingValues::skip;
  const auto moments = context.engine.run<MomentsTask>(
      context.training.inputs, row_source(context.roles, context.training, skips),
      context.run_options());
  if (moments.rows == 0) {
    throw InputError::illegal_argument(
        "No row is left to learn from: each has weight 0, no response, or (with "
        "missing_values_handling Skip) a missing cell.");
  }
  check_finite(context.roles, moments);
  progress_.rows = moments.rows;
  plan_inputs_of(context, moments);
  settle_response(context, moments);
  settle_course(context);
  NetworkSize size{.activation = activation_of(p),
                   .sparse = static_cast<std::size_t>(plan_.sparse),
                   .numbers = plan_.numbers,
                   .hidden = {p.hidden.begin(), p.hidden.end()}};
  if (model::is_classifier(context.category))
    size.outputs = static_cast<std::size_t>(context.roles.classes());
  if (p.autoencoder) size.outputs = size.sparse + size.numbers;
  reserve(context, size);
  network_ = make_network(size);
  batch_memory_ = context.engine.budget().reserve(
      Learner::byte_size(network_, static_cast<std::size_t>(progress_.batch_rows)),
      "Batches of deep learning");
  course_ = make_course(network_, step_rule(p), sparsity_of(p));
  hold_training_rows(context);
  hold_validation_rows(context);
  if (objective_.has_log_link()) start_bias_ = math::log(moments.response.mean);
  make_learner(context);
}

/// The network, its course and copies of both: the best one, a state that is saved, the model.
void DeepLearningTrainer::reserve(model::TrainContext& context, const NetworkSize& size) {
  double weights = 0;
  double inputs = static_cast<double>(size.sparse) + static_cast<double>(size.numbers);
  const double sums = size.activation == Activation::maxout ? 2 : 1;
  for (const std::size_t units : size.hidden) {
    weights += (inputs + 1) * static_cast<double>(units) * sums;
    inputs = static_cast<double>(units);
  }
  weights += (inputs + 1) * static_cast<double>(size.outputs);
  constexpr double kCopies = 12;
  const double bytes = weights * sizeof(float) * kCopies;
  constexpr double kMost = 9e18;
  memory_ = context.engine.budget().reserve(static_cast<std::int64_t>(std::min(bytes, kMost)),
                                            "Weights of deep learning");
}

}  // namespace neve::algos::deeplearning
