#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/trees/history.hpp"
#include "algos/families/trees/stopping.hpp"
#include "algos/gbm/booster.hpp"
#include "algos/gbm/gbm_model.hpp"
#include "algos/gbm/measure.hpp"
#include "algos/gbm/parameters.hpp"

namespace neve::algos::gbm {

/// Where folds may have stopped early (and gone back to their best), the main model gets their mean
/// number of trees, rounded down, and does not stop by itself, as in H2O-3.
schema::Form trees_from_folds(const Parameters& parameters, std::span<const model::ModelPtr> folds);

/// The recipe: bin and load the rows, then a tree per class and step, with metrics at the scoring
/// points, until all trees are there or the stopping rule says so.
class GbmTrainer final : public model::Trainer {
 public:
  explicit GbmTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  struct Saved;
  /// All of init but the metrics of no tree.
  void prepare(model::TrainContext& context);
  [[nodiscard]] BoostSettings settings(const model::TrainContext& context) const;
  /// As if the checkpoint's trees had been grown here.
  void go_on_from(const GbmModel& checkpoint, model::TrainContext& context);
  [[nodiscard]] trees::Calibration calibrate(const GbmModel& made,
                                             const model::TrainContext& context) const;
  void reserve_metrics(const model::TrainContext& context);
  void check_response(const model::TrainContext& context) const;
  [[nodiscard]] bool is_scoring_point() const;
  /// Measures where that has not been done for the trees that there are.
  void measure(model::TrainContext& context);
  [[nodiscard]] MeasureOptions measure_options() const;
  void measure_validation(model::TrainContext& context);
  void settle_parameters(model::TrainContext& context) const;
  /// A fold that has stopped early goes back to its best scoring point, as in H2O-3.
  void trim(model::TrainContext& context, const std::shared_ptr<GbmModel>& model);
  [[nodiscard]] std::int64_t tree_count() const {
    return static_cast<std::int64_t>(booster_->iterations().size());
  }

  std::shared_ptr<const Parameters> parameters_;
  Distribution distribution_;
  std::vector<double> class_weights_;  ///< empty where classes are not balanced
  schema::Table earlier_history_;      ///< of the checkpoint; without columns where there is none
  Reservation metrics_memory_;
  std::unique_ptr<Booster> booster_;
  std::optional<mr::ScratchLease> validation_rows_;
  std::optional<trees::History> history_;
  trees::StoppingRule rule_;
  std::vector<double> stopping_scores_;
  model::metrics::Metrics training_metrics_;
  model::metrics::Metrics validation_metrics_;
  std::int64_t measured_trees_ = -1;
  std::int64_t validated_trees_ = 0;  ///< that the validation rows' scores have
};

}  // namespace neve::algos::gbm
