#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/extendedisolationforest/extendedisolationforest_model.hpp"
#include "algos/extendedisolationforest/grow.hpp"
#include "algos/extendedisolationforest/lengths.hpp"
#include "algos/extendedisolationforest/parameters.hpp"
#include "algos/families/isolation/history.hpp"

namespace neve::algos::extendedisolationforest {

/// The recipe: draw the rows of a few trees and fetch them, grow these trees at once and, where the
/// training rows are measured, add their path lengths to what all rows keep; until all trees are
/// there.
class ExtendedIsolationForestTrainer final : public model::Trainer {
 public:
  explicit ExtendedIsolationForestTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  /// What follows from past steps only.
  struct Progress {
    std::vector<PlaneTree> trees;
    std::vector<isolation::HistoryPoint> history;
    LengthSums last;  ///< after all trees
    template <class Archive>
    void fields(Archive& archive) {
      archive(trees, history, last);
    }
  };
  void prepare(model::TrainContext& context);
  [[nodiscard]] std::int64_t tree_count() const { return std::ssize(progress_.trees); }
  [[nodiscard]] bool measures() const { return !parameters_->disable_training_metrics; }
  [[nodiscard]] bool is_due(std::int64_t trees) const;
  std::vector<PlaneTree> grow_trees(model::TrainContext& context, std::int64_t count) const;
  /// Adds trees behind the first `before`, and gives the sums at those that points are due at, or
  /// where `silent` at none.
  std::vector<LengthSums> add_lengths(model::TrainContext& context,
                                      std::span<const PlaneTree> trees, std::int64_t before,
                                      bool silent) const;
  void note(std::int64_t trees, const LengthSums& sums);
  [[nodiscard]] model::metrics::Metrics training_metrics() const;

  std::shared_ptr<const Parameters> parameters_;
  isolation::ReadPlan read_;
  GrowPlan plan_;
  isolation::SamplePlan sampling_;
  std::optional<mr::ScratchLease> lengths_;
  std::vector<Reservation> forest_;
  Progress progress_;
};

}  // namespace neve::algos::extendedisolationforest
