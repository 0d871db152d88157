#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/mr/engine.hpp>

#include "algos/kmeans/kmeans_model.hpp"
#include "algos/kmeans/kmeans_output.hpp"
#include "algos/kmeans/lloyd.hpp"
#include "algos/kmeans/parameters.hpp"
#include "algos/kmeans/sized_clusters.hpp"
#include "algos/kmeans/survey.hpp"

namespace neve::algos::kmeans {

/// How far a training is; what another driver goes on from.
struct Progress {
  bool begun = false;           ///< centers are there
  points::Points assigned;      ///< centers that rows were last assigned to; none before that
  points::Points centers;       ///< that they are to be assigned to next
  bool fresh = true;            ///< these are not the former ones moved
  std::int32_t iterations = 0;  ///< with this number of clusters
  double within_before = 0;     ///< estimate_k: of the number of clusters before
  points::Points best;          ///< estimate_k: centers of that number
  std::size_t best_history = 0;
  std::vector<HistoryRow> history;
  template <class Archive>
  void fields(Archive& archive) {
    archive(begun, assigned, centers, fresh, iterations, within_before, best, best_history,
            history);
  }
};

/// Begins with centers and moves them by Lloyd's iterations; with estimate_k adds clusters.
class KMeansTrainer final : public model::Trainer {
 public:
  explicit KMeansTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  void begin(model::TrainContext& context);
  [[nodiscard]] points::Points first_centers(model::TrainContext& context);
  [[nodiscard]] points::Points drawn_centers(model::TrainContext& context);
  /// All rows that take part.
  [[nodiscard]] points::Points gather_rows(model::TrainContext& context);
  [[nodiscard]] mr::RunOptions options(const model::TrainContext& context) const;
  AssignTask::Partial assign(model::TrainContext& context, MovedCenters centers);
  /// Squared distances of the rows to the centers that they are assigned to.
  [[nodiscard]] double within() const;
  bool iterate(model::TrainContext& context);
  /// Moves centers of empty clusters to the rows that are furthest from theirs.
  bool rescue_empty(model::TrainContext& context, points::Points& centers);
  void note(model::TrainContext& context, std::int64_t reassigned, double within);
  /// Whether there is one cluster more to move.
  bool add_cluster(model::TrainContext& context, double within);
  [[nodiscard]] model::metrics::Metrics measure_training(model::TrainContext& context,
                                                         const KMeansModel& model) const;

  std::shared_ptr<const Parameters> parameters_;
  Survey survey_;
  std::optional<mr::ScratchLease> scratch_;
  Reservation memory_;
  std::optional<SizedClusters> sized_;  ///< where clusters have least sizes
  Totals totals_;                       ///< of the clusters that rows are assigned to
  Progress progress_;
};

}  // namespace neve::algos::kmeans
