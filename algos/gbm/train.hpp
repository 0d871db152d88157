#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/trees/scoring.hpp"
#include "algos/gbm/booster.hpp"
#include "algos/gbm/gbm_model.hpp"
#include "algos/gbm/measure.hpp"
#include "algos/gbm/parameters.hpp"

namespace neve::algos::gbm {

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
  /// The trees so far, with the metrics of the last scoring point: theirs, unless early stopping
  /// may end the training.
  std::optional<model::Snapshot> snapshot(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  struct Saved;
  /// All of init but the metrics of no tree.
  void prepare(model::TrainContext& context);
  [[nodiscard]] BoostSettings settings(const model::TrainContext& context) const;
  /// As if the checkpoint's trees had been grown here.
  void go_on_from(const GbmModel& checkpoint, model::TrainContext& context);
  void reserve_metrics(const model::TrainContext& context);
  void check_response(const model::TrainContext& context) const;
  /// Measures where that has not been done for the trees that there are.
  void measure(model::TrainContext& context);
  model::metrics::Metrics measure_validation(model::TrainContext& context);
  [[nodiscard]] std::shared_ptr<GbmModel> model_of(std::vector<Iteration> iterations) const;
  /// Fills a header with all that is to be said about a model of this training.
  void describe(const GbmModel& model, std::span<const double> gains, model::Header& header) const;
  /// A fold that has stopped early goes back to its best scoring point, as in H2O-3.
  void trim(model::TrainContext& context, const std::shared_ptr<GbmModel>& model);
  [[nodiscard]] bool is_snapshot_due() const;
  [[nodiscard]] std::int64_t tree_count() const {
    return static_cast<std::int64_t>(booster_->iterations().size());
  }

  std::shared_ptr<const Parameters> parameters_;
  Distribution distribution_;
  MeasureOptions measure_options_;
  schema::Table earlier_history_;  ///< of the checkpoint; without columns where there is none
  Samplings samplings_;
  Reservation metrics_memory_;
  std::unique_ptr<Booster> booster_;
  std::optional<mr::ScratchLease> validation_rows_;
  std::optional<trees::Scoring> scoring_;
  std::int64_t validated_trees_ = 0;  ///< that the validation rows' scores have
};

}  // namespace neve::algos::gbm
