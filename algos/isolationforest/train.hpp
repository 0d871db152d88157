#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/families/isolation/history.hpp"
#include "algos/isolationforest/grow.hpp"
#include "algos/isolationforest/isolationforest_model.hpp"
#include "algos/isolationforest/isolationforest_output.hpp"
#include "algos/isolationforest/parameters.hpp"
#include "algos/isolationforest/paths.hpp"

namespace neve::algos::isolationforest {

/// The recipe: draw the rows of a few trees and fetch them, grow these trees at once, add their
/// paths to what all rows keep; until all trees are there or the stopping rule says so.
class IsolationForestTrainer final : public model::Trainer {
 public:
  explicit IsolationForestTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  /// What follows from past steps only.
  struct Progress {
    trees::TreeGrid iterations;
    std::vector<ColumnSplits> splits;
    std::vector<isolation::HistoryPoint> history;
    std::vector<double> stopping_scores;
    PathSums last;  ///< after all trees
    template <class Archive>
    void fields(Archive& archive) {
      archive(iterations, splits, history, stopping_scores, last);
    }
  };
  void prepare(model::TrainContext& context);
  [[nodiscard]] GrowPlan grow_plan(const model::TrainContext& context) const;
  [[nodiscard]] std::int64_t tree_count() const {
    return static_cast<std::int64_t>(progress_.iterations.size());
  }
  [[nodiscard]] bool is_due(std::int64_t trees) const;
  [[nodiscard]] std::vector<RowNumbers> samples(const model::TrainContext& context,
                                                std::int64_t first, std::int64_t count) const;
  std::vector<GrownTree> grow_trees(model::TrainContext& context,
                                    const std::vector<RowNumbers>& samples) const;
  std::vector<PathSums> add_paths(model::TrainContext& context, PathTask::State state) const;
  /// Notes what a point says; whether training should stop there.
  bool note(model::TrainContext& context, const PathSums& sums, std::int64_t trees);
  [[nodiscard]] std::shared_ptr<IsolationForestModel> model_of(const model::TrainContext& context,
                                                               std::int64_t trees) const;
  /// How well scores tell the labelled anomalies; nothing without labels.
  [[nodiscard]] model::metrics::Metrics measure_validation(model::TrainContext& context,
                                                           const IsolationForestModel& model) const;
  [[nodiscard]] model::metrics::Metrics training_metrics() const;
  void choose_threshold(model::TrainContext& context, const IsolationForestModel& model) const;
  void settle(model::TrainContext& context) const;

  std::shared_ptr<const Parameters> parameters_;
  ReadPlan read_;
  GrowPlan plan_;
  std::int64_t sample_size_ = 0;
  std::optional<model::ColumnRoles> labelled_;  ///< roles with the validation response
  std::optional<model::Dataset> validation_;
  std::optional<mr::ScratchLease> paths_;
  std::vector<Reservation> forest_;
  Progress progress_;
};

}  // namespace neve::algos::isolationforest
