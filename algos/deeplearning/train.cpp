#include "algos/deeplearning/train.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "algos/deeplearning/deeplearning_output.hpp"
#include "algos/deeplearning/initial.hpp"
#include "algos/deeplearning/permutation.hpp"
#include "algos/deeplearning/pretraining.hpp"
#include "algos/deeplearning/reconstruction.hpp"
#include "algos/deeplearning/validate.hpp"
#include "algos/families/trees/tables.hpp"

namespace neve::algos::deeplearning {
namespace {

/// Multiplications between two looks at cancel and time limit, about: half a second of one core.
constexpr std::int64_t kStepWork = 10'000'000'000;

std::string sample_words(const char* whole, std::size_t rows, bool all) {
  if (all) return std::string("Metrics reported on full ") + whole + " frame";
  return std::string("Metrics reported on temporary ") + whole + " frame with " +
         std::to_string(rows) + " samples";
}

}  // namespace

void DeepLearningTrainer::init(model::TrainContext& context) {
  prepare(context);
  const Parameters& p = *parameters_;
  if (context.checkpoint != nullptr) {
    const auto& checkpoint = dynamic_cast<const DeepLearningModel&>(*context.checkpoint);
    network_ = checkpoint.network;
    course_ = checkpoint.course;
    progress_.samples = checkpoint.progress.samples;
    progress_.iterations = checkpoint.progress.iterations;
  } else {
    draw_weights(p, seed_, network_);
    if (!p.pretrained_autoencoder.empty()) {
      put_pretrained_layers(*context.further_models->at("pretrained_autoencoder"), plan_,
                            context.roles, network_);
    }
    for (float& bias : network_.layers.back().biases) bias = static_cast<float>(start_bias_);
    if (p.pretrained_autoencoder.empty() && context.further != nullptr)
      put_initial_frames(context.engine, p, *context.further, network_);
    settle_huber(context.engine.pool());
  }
  scoring_->begin(progress_);
  if (progress_.samples >= samples_wanted_) measure(context);
}

/// What training has come to; all else follows from the data.
struct DeepLearningTrainer::Saved {
  Network network;
  Course course;
  Progress progress;
  double huber_delta = 1;
  Scoring::State scoring;
  template <class Archive>
  void fields(Archive& archive) {
    archive(network, course, progress, huber_delta, scoring);
  }
};

wire::Bytes DeepLearningTrainer::save() const {
  return wire::encode(
      Saved{network_, course_, progress_, objective_.huber_delta, scoring_->state()});
}

void DeepLearningTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  prepare(context);
  auto was = wire::decode<Saved>(saved);
  network_ = std::move(was.network);
  course_ = std::move(was.course);
  progress_ = was.progress;
  objective_.huber_delta = was.huber_delta;
  scoring_->restore(std::move(was.scoring));
}

std::int64_t DeepLearningTrainer::next_scoring_point() const {
  const std::int64_t last = std::max<std::int64_t>(0, scoring_->state().measured_samples);
  const std::int64_t from = std::max(last, scoring_first_);
  return std::min(samples_wanted_, from + samples_per_iteration_);
}

bool DeepLearningTrainer::step(model::TrainContext& context) {
  if (progress_.samples >= samples_wanted_) return false;
  const auto weights = static_cast<std::int64_t>(network_.weight_count());
  const std::int64_t batch = progress_.batch_rows;
  const std::int64_t batches = std::max<std::int64_t>(1, kStepWork / (weights * batch * 3));
  const std::int64_t point = next_scoring_point();
  learn_until(std::min(point, progress_.samples + batches * batch));
  if (progress_.samples == point) {
    ++progress_.iterations;
    measure(context);
  }
  context.job.progress(
      static_cast<double>(progress_.samples) / static_cast<double>(samples_wanted_),
      "Epoch " + std::to_string(progress_.samples / progress_.rows));
  return progress_.samples < samples_wanted_ &&
         !(progress_.samples == point && scoring_->should_stop());
}

/// Rows of a batch as they are learnt, from those that are held.
void DeepLearningTrainer::fill_batch(Batch& batch, RowRange range) const {
  const HeldRows& held = training_.rows;
  const auto rows = static_cast<std::uint64_t>(progress_.rows);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const std::uint64_t sample = static_cast<std::uint64_t>(progress_.samples) + i;
    const Permutation order(rows, seed_, sample / rows);
    const std::size_t row = order.at(sample % rows);
    batch.samples[i] = sample;
    std::copy_n(held.numbers.data() + row * plan_.numbers, plan_.numbers,
                batch.numbers.data() + i * plan_.numbers);
    std::copy_n(held.codes.data() + row * plan_.categories, plan_.categories,
                batch.codes.data() + i * plan_.categories);
    if (parameters_->autoencoder) {
      const std::size_t outputs = network_.outputs();
      plan_.write_out({1,
                       {batch.numbers.data() + i * plan_.numbers, plan_.numbers},
                       {batch.codes.data() + i * plan_.categories, plan_.categories}},
                      {batch.targets.data() + i * outputs, outputs});
    }
    const double response = held.responses[row];
    batch.responses[i] = static_cast<float>((response - objective_.center) / objective_.scale);
    if (!held.offsets.empty())
      batch.offsets[i] = static_cast<float>(held.offsets[row] / objective_.scale);
    double weight = held.weights.empty() ? 1 : held.weights[row];
    if (!class_weights_.empty()) weight *= class_weights_[static_cast<std::size_t>(response)];
    batch.shares[i] = static_cast<float>(weight / (mean_weight_ * static_cast<double>(batch.rows)));
  }
}

void DeepLearningTrainer::learn_until(std::int64_t samples) {
  while (progress_.samples < samples) {
    batch_.rows =
        static_cast<std::size_t>(std::min(progress_.batch_rows, samples - progress_.samples));
    batch_.numbers.resize(batch_.rows * plan_.numbers);
    batch_.codes.resize(batch_.rows * plan_.categories);
    batch_.responses.resize(batch_.rows);
    batch_.targets.resize(parameters_->autoencoder ? batch_.rows * network_.outputs() : 0);
    batch_.offsets.resize(training_.rows.offsets.empty() ? 0 : batch_.rows);
    batch_.shares.resize(batch_.rows);
    batch_.samples.resize(batch_.rows);
    learner_->learn(batch_, progress_.samples,
                    [this](RowRange range) { fill_batch(batch_, range); });
    progress_.samples += static_cast<std::int64_t>(batch_.rows);
  }
}

/// Huber's distribution squares errors up to a quantile of theirs.
void DeepLearningTrainer::settle_huber(Pool& pool) {
  if (objective_.family != Family::huber || parameters_->autoencoder) return;
  const double error =
      error_quantile(pool, predictor(), plan_, {training_.rows, measures_all_, training_sample_},
                     parameters_->huber_alpha);
  constexpr double kLeast = 1e-6;
  objective_.huber_delta = std::max(error / objective_.scale, kLeast);
}

void DeepLearningTrainer::measure(model::TrainContext& context) {
  if (!network_.is_finite()) {
    throw InputError::illegal_argument(
        "The network has become unstable: its weights are no finite numbers any more. Use a "
        "smaller rate or initial_weight_scale, a bounded activation (Tanh), l1, l2 or max_w2, or "
        "standardize.");
  }
  Pool& pool = context.engine.pool();
  settle_huber(pool);
  const model::ColumnRoles& roles = context.header.roles;
  const MeasuredSample sample{training_.rows, measures_all_, training_sample_};
  const auto measured = [&](const MeasuredSample& of) {
    return parameters_->autoencoder
               ? measure_reconstruction(pool, network_, plan_, of)
               : deeplearning::measure(pool, predictor(), plan_, of, measure_options_, roles);
  };
  model::metrics::Metrics training = measured(sample);
  training.header()->description = sample_words("training", sample.size(), measures_all_);
  model::metrics::Metrics validation;
  if (validation_) {
    const MeasuredSample held{validation_->rows};
    validation = measured(held);
    const bool all =
        held.size() == static_cast<std::size_t>(context.validation->inputs.layout->rows()) ||
        parameters_->score_validation_samples == 0;
    validation.header()->description = sample_words("validation", held.size(), all);
  }
  scoring_->add(network_, course_, progress_, objective_, std::move(training),
                std::move(validation));
}

std::shared_ptr<DeepLearningModel> DeepLearningTrainer::make_model(model::TrainContext& context) {
  auto made = std::make_shared<DeepLearningModel>();
  made->header.category = context.category;
  made->header.roles = context.header.roles;
  made->plan = plan_;
  made->network = std::move(network_);
  made->objective = objective_;
  made->class_weights = class_weights_;
  made->course = std::move(course_);
  made->progress = progress_;
  made->gainslift_groups = parameters_->gainslift_bins;
  return made;
}

void DeepLearningTrainer::describe(model::TrainContext& context, DeepLearningModel& model) {
  const Parameters& p = *parameters_;
  model::Header& header = context.header;
  header.scoring_history = scoring_->state().history.table(earlier_history_);
  header.summary = model_summary(model, p, step_rule(p), context.roles.response);
  const std::vector<std::string> names = plan_.names(context.roles);
  if (p.variable_importances) {
    header.variable_importances =
        trees::variable_importances(names, input_importances(model.network));
  }
  if (p.export_weights_and_biases) {
    NetworkFrames frames = publish_network(context, model.network, names);
    model.weight_frames = std::move(frames.weights);
    model.bias_frames = std::move(frames.biases);
  }
  const Settled settled = settle(p, context.category);
  const auto tell = [&](const char* name, std::string_view value) {
    header.actual_parameters.emplace_back(name, std::string(value));
  };
  if (p.distribution == DistributionChoice::automatic)
    header.settled.values.emplace_back("distribution", schema::enum_text(settled.distribution));
  if (settled.loss != LossChoice::automatic) tell("loss", schema::enum_text(settled.loss));
  tell("mini_batch_size", std::to_string(model.progress.batch_rows));
  if (p.categorical_encoding == model::CategoricalEncoding::automatic) {
    header.settled.values.emplace_back(
        "categorical_encoding", schema::enum_text(model::CategoricalEncoding::one_hot_internal));
  }
  trees::settle_stopping_metric(p, context.category, header);
}

std::shared_ptr<model::Model> DeepLearningTrainer::finish(model::TrainContext& context) {
  // The loop may have ended between scoring points.
  if (scoring_->state().measured_samples != progress_.samples) measure(context);
  const Scoring::State& scored = scoring_->state();
  model::Header& header = context.header;
  header.training_metrics = scored.training;
  header.validation_metrics = scored.validation;
  if (scored.best && scored.best->progress.samples != progress_.samples) {
    network_ = scored.best->network;
    course_ = scored.best->course;
    progress_ = scored.best->progress;
    objective_.huber_delta = scored.best->huber_delta;
    header.training_metrics = scored.best->training;
    header.validation_metrics = scored.best->validation;
  }
  const auto& deciding =
      header.validation_metrics ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial())
    header.default_threshold = binomial->default_threshold;
  learner_.reset();
  const std::shared_ptr<DeepLearningModel> made = make_model(context);
  describe(context, *made);
  return made;
}

schema::Form epochs_from_folds(const Parameters& parameters,
                               std::span<const model::ModelPtr> folds) {
  schema::Form made{{"overwrite_with_best_model", "false"}};
  if (parameters.stopping_rounds == 0 && parameters.max_runtime_secs == 0) return made;
  double epochs = 0;
  for (const model::ModelPtr& fold : folds)
    epochs += dynamic_cast<const DeepLearningModel&>(*fold).progress.epochs();
  made.emplace_back("epochs", java_double(epochs / static_cast<double>(folds.size())));
  made.emplace_back("stopping_rounds", "0");
  return made;
}

}  // namespace neve::algos::deeplearning
