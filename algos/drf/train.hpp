#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/drf/bagger.hpp"
#include "algos/drf/measure.hpp"
#include "algos/drf/parameters.hpp"
#include "algos/families/trees/scoring.hpp"

namespace neve::algos::drf {

/// The recipe: bin and load the rows, then a tree, or one per class, and step; metrics of the rows
/// that trees have not seen at the scoring points, until all trees are there or the stopping rule
/// says so.
class DrfTrainer final : public model::Trainer {
 public:
  explicit DrfTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  struct Saved;
  /// All of init but trees of a checkpoint and metrics.
  void prepare(model::TrainContext& context);
  [[nodiscard]] ForestSettings settings(const model::TrainContext& context) const;
  [[nodiscard]] ForestColumns columns(const model::TrainContext& context) const;
  void check_mtries(const model::ColumnRoles& roles) const;
  /// Measures where that has not been done for the trees that there are.
  void measure(model::TrainContext& context);
  model::metrics::Metrics measure_validation(model::TrainContext& context);
  /// What the forest says of the validation rows.
  [[nodiscard]] frame::Frame held_outputs(const model::TrainContext& context) const;
  void settle_distribution(model::TrainContext& context) const;
  [[nodiscard]] std::int64_t tree_count() const {
    return static_cast<std::int64_t>(bagger_->iterations().size());
  }

  std::shared_ptr<const Parameters> parameters_;
  trees::MeasureOptions measure_options_;
  schema::Table earlier_history_;  ///< of the checkpoint; without columns where there is none
  Reservation metrics_memory_;
  std::unique_ptr<Bagger> bagger_;
  std::optional<mr::ScratchLease> validation_rows_;
  std::optional<trees::Scoring> scoring_;
  std::int64_t validated_trees_ = 0;  ///< that the validation rows' votes have
};

}  // namespace neve::algos::drf
