#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <neve/job/job.hpp>
#include <neve/model/model.hpp>

#include "algos/families/trees/history.hpp"
#include "algos/families/trees/stopping.hpp"
#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::trees {

/// The scoring points of a training: when they are due, the metrics there, and whether these say
/// that it is time to stop. Lives on the driver.
class Scoring {
 public:
  /// `parameters` outlive this. Folds that do not stop by their metrics are measured less often:
  /// half-way and at the end, unless the user says when.
  Scoring(const TreeParameters& parameters, model::Category category, bool has_validation,
          bool is_fold);

  /// What a trainer saves of it.
  struct State {
    History history;
    std::vector<double> stopping_scores;
    model::metrics::Metrics training;
    model::metrics::Metrics validation;
    std::int64_t measured_trees = -1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(history, stopping_scores, training, validation, measured_trees);
    }
  };
  [[nodiscard]] const State& state() const { return state_; }
  void restore(State state) { state_ = std::move(state); }

  /// Whether metrics are wanted of so many trees.
  [[nodiscard]] bool is_due(std::int64_t trees) const;
  [[nodiscard]] bool has_measured(std::int64_t trees) const {
    return state_.measured_trees == trees;
  }
  /// Begins the history with a point of no trees and no metrics.
  void begin();
  /// Notes the metrics of so many trees; validation metrics are empty where there is no such frame.
  void add(std::int64_t trees, model::metrics::Metrics training,
           model::metrics::Metrics validation);
  [[nodiscard]] bool should_stop() const;
  /// Tells the job how many trees there are; whether another is wanted.
  [[nodiscard]] bool goes_on(std::int64_t trees, job::Job& job) const;
  /// Trees at the best of the last scoring points.
  [[nodiscard]] std::int64_t best_trees() const;
  /// Instead of those of the last scoring point.
  void replace_metrics(model::metrics::Metrics training, model::metrics::Metrics validation);
  /// Gives the header metrics, default threshold and history; the latter goes on from another one,
  /// which has no columns where there is none.
  void fill(model::Header& header, schema::Table earlier_history) const;

 private:
  const TreeParameters& parameters_;
  bool is_fold_;
  StoppingRule rule_;
  State state_;
};

/// Memory that measuring takes at most on the driver: metrics of classes sort all scores, of one
/// frame at a time.
std::int64_t metrics_bytes(const model::Dataset& training, const model::Dataset* validation,
                           const model::ColumnRoles& roles, model::Category category,
                           model::AucType auc_type);

/// The values that AUTO has come to.
void settle_parameters(const TreeParameters& parameters, model::Category category,
                       model::Header& header);

}  // namespace neve::algos::trees
