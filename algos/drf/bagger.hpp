#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/engine.hpp>

#include "algos/drf/targets.hpp"
#include "algos/drf/votes.hpp"
#include "algos/families/trees/growth_plan.hpp"

namespace neve::algos::drf {

/// How a forest grows.
struct ForestSettings : trees::GrowthPlan {
  std::int32_t response_classes = 0;  ///< 0: a number; else RowColumns::classes is 1 or as many
};

/// What the trees ask for of a frame's columns, and where it is.
struct ForestColumns {
  trees::RowColumns rows;
  std::vector<trees::PredictorKind> kinds;
  model::ScorePlan plan;
};

/// A random forest (Breiman 2001) on loaded rows: each tree grows on rows of its own, and votes on
/// those that it has not seen. Lives on the driver; used by one thread.
class Bagger {
 public:
  Bagger(mr::Engine& engine, mr::Inputs inputs, ForestColumns columns, ForestSettings settings,
         mr::RunOptions options);
  /// Bins the columns and loads the rows.
  void load(SharedResults* shared = nullptr);
  /// After load(): as if these iterations had been grown here.
  void restore(std::vector<Iteration> iterations, std::vector<double> importance);
  void iterate();
  /// Gives the rows the votes of trees that have not voted yet: few calls with many trees each are
  /// cheap, as the rows are read but once for all of them.
  void vote();

  /// Least and largest response of the rows that take part.
  [[nodiscard]] std::pair<double, double> response_range() const { return response_range_; }
  [[nodiscard]] double mean_response() const { return mean_; }
  [[nodiscard]] const trees::LoadTask::Partial& loaded() const { return loaded_; }
  [[nodiscard]] const std::vector<Iteration>& iterations() const { return iterations_; }
  [[nodiscard]] std::vector<Iteration> take_iterations() { return std::move(iterations_); }
  /// Σ gain per column.
  [[nodiscard]] const std::vector<double>& importance() const { return importance_; }
  /// Levels of each predictor; 0 for numbers.
  [[nodiscard]] const std::vector<std::int32_t>& levels() const { return levels_; }
  /// For runs that look at the loaded rows.
  [[nodiscard]] mr::Inputs row_inputs() const { return {inputs_.layout, {}}; }
  [[nodiscard]] const mr::RunOptions& row_options() const { return options_; }

 private:
  void start();
  void make_bins(SharedResults* shared);
  void reserve_memory();
  [[nodiscard]] trees::CompactTree grow(std::int32_t tree_class);
  [[nodiscard]] TargetTask::State targets() const;

  mr::Engine& engine_;
  mr::Inputs inputs_;
  ForestColumns columns_;
  ForestSettings settings_;
  mr::RunOptions options_;
  mr::ScratchLease scratch_;
  trees::BinSpec spec_;
  std::vector<std::int32_t> levels_;
  std::unique_ptr<trees::Grower> grower_;
  Reservation growing_;
  std::vector<Reservation> forest_;  ///< per tree
  trees::LoadTask::Partial loaded_;
  std::vector<trees::TargetRange> ranges_;  ///< per tree of an iteration
  std::vector<double> prior_;               ///< the classes' shares
  double mean_ = 0;
  std::pair<double, double> response_range_;
  std::vector<double> importance_;
  std::vector<Iteration> iterations_;
  std::size_t voted_ = 0;  ///< iterations that have
};

}  // namespace neve::algos::drf
