#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"
#include "algos/deeplearning/learner.hpp"
#include "algos/deeplearning/measure.hpp"
#include "algos/deeplearning/parameters.hpp"
#include "algos/deeplearning/rows.hpp"
#include "algos/deeplearning/scoring.hpp"

namespace neve::algos::deeplearning {

/// The recipe: bring the rows to this node as a network takes them, then batch after batch in an
/// order of its own for each epoch, with metrics at the scoring points. The node that drives the
/// job trains: a step is too short to be shared with other nodes.
class DeepLearningTrainer final : public model::Trainer {
 public:
  explicit DeepLearningTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  struct Saved;
  /// All that follows from data and parameters.
  void prepare(model::TrainContext& context);
  void plan_inputs_of(model::TrainContext& context, const MomentsTask::Partial& moments);
  void settle_response(const model::TrainContext& context, const MomentsTask::Partial& moments);
  void hold_training_rows(model::TrainContext& context);
  void hold_validation_rows(model::TrainContext& context);
  void settle_course(const model::TrainContext& context);
  void reserve(model::TrainContext& context, const NetworkSize& size);
  void make_learner(model::TrainContext& context);
  /// Learns rows up to this one.
  void learn_until(std::int64_t samples);
  void fill_batch(Batch& batch, RowRange range) const;
  void measure(model::TrainContext& context);
  void settle_huber(Pool& pool);
  [[nodiscard]] Predictor predictor() const { return {network_, objective_, class_weights_}; }
  [[nodiscard]] std::shared_ptr<DeepLearningModel> make_model(model::TrainContext& context);
  void describe(model::TrainContext& context, DeepLearningModel& model);
  [[nodiscard]] std::int64_t next_scoring_point() const;

  std::shared_ptr<const Parameters> parameters_;
  // From data and parameters.
  InputPlan plan_;
  std::vector<double> class_weights_;
  RowStore training_;
  std::optional<RowStore> validation_;
  std::vector<std::uint64_t> training_sample_;  ///< places of measured rows
  bool measures_all_ = true;
  double mean_weight_ = 1;
  double start_bias_ = 0;           ///< of the last layer
  std::int64_t scoring_first_ = 0;  ///< rows that were learnt before this training
  std::uint64_t seed_ = 0;
  std::int64_t samples_wanted_ = 0;
  std::int64_t samples_per_iteration_ = 1;
  trees::MeasureOptions measure_options_;
  schema::Table earlier_history_;  ///< of the checkpoint; without columns where there is none
  Reservation memory_;
  Reservation batch_memory_;
  // What training changes.
  Objective objective_;
  Network network_;
  Course course_;
  Progress progress_;
  std::optional<Scoring> scoring_;
  std::unique_ptr<Learner> learner_;
  Batch batch_;
};

/// Rows of a batch that a mini_batch_size of 1 means: a power of two up to 128 that leaves at least
/// 4096 steps.
std::int64_t automatic_batch(double samples);

/// Where folds may have stopped early, the main model gets their mean number of epochs and does not
/// stop by itself, as in H2O-3; with folds the last network counts, not the best one.
schema::Form epochs_from_folds(const Parameters& parameters,
                               std::span<const model::ModelPtr> folds);

}  // namespace neve::algos::deeplearning
