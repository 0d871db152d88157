#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/trees/growth_plan.hpp"
#include "algos/gbm/boost.hpp"
#include "algos/gbm/iteration_scores.hpp"

namespace neve::algos::gbm {

/// How a booster grows its trees.
struct BoostSettings : trees::GrowthPlan {
  Distribution distribution;
  double learn_rate = 0.1;
  double learn_rate_annealing = 1;
  double largest_leaf = 0;     ///< bound of |leaf value|
  double noise_bandwidth = 0;  ///< deviation of the noise on what leaves add to training rows
};

/// Gradient boosting (Friedman 2001) on loaded rows. Bins and rows are made by load(); each
/// iterate() adds one tree per class. Lives on the driver; used by one thread.
class Booster {
 public:
  Booster(mr::Engine& engine, mr::Inputs inputs, trees::RowColumns columns,
          std::vector<trees::PredictorKind> kinds, BoostSettings settings, mr::RunOptions options);
  /// Bins the columns, loads the rows and finds the first score.
  void load(SharedResults* shared = nullptr);
  /// What boosting has come to.
  struct Grown {
    double first_score = 0;
    std::vector<Iteration> iterations;
    std::vector<double> importance;
    template <class Archive>
    void fields(Archive& archive) {
      archive(first_score, iterations, importance);
    }
  };
  [[nodiscard]] Grown grown() const { return {first_score_, iterations_, importance_}; }
  /// After load(): as if this had been grown here. `plan` tells where the inputs have what the
  /// trees ask for.
  void restore(Grown grown, const model::ScorePlan& plan);
  void iterate();

  /// Least and largest response of the rows that take part.
  [[nodiscard]] std::pair<double, double> response_range() const { return response_range_; }
  [[nodiscard]] double first_score() const { return first_score_; }
  [[nodiscard]] const std::vector<Iteration>& iterations() const { return iterations_; }
  [[nodiscard]] std::vector<Iteration> take_iterations() { return std::move(iterations_); }
  /// Σ gain per column.
  [[nodiscard]] const std::vector<double>& importance() const { return importance_; }
  [[nodiscard]] const trees::BinSpec& bins() const { return spec_; }
  [[nodiscard]] const trees::LoadTask::Partial& loaded() const { return loaded_; }
  /// Brings the rows' scores up to date, so that a run with row_options() sees them.
  void settle();
  [[nodiscard]] mr::Inputs row_inputs() const { return {inputs_.layout, {}}; }
  [[nodiscard]] const mr::RunOptions& row_options() const { return options_; }

 private:
  void start();
  void make_bins(SharedResults* shared);
  void reserve_memory();
  void grow_class(std::int32_t of_class, double rate);
  [[nodiscard]] std::uint64_t tree_number(std::size_t iteration, std::size_t of_class) const;
  [[nodiscard]] float noised(float value, std::uint64_t tree, std::int32_t leaf) const;
  [[nodiscard]] std::vector<Iteration> noised(std::vector<Iteration> iterations) const;
  [[nodiscard]] std::vector<double> node_values(const trees::GrownTree& grown,
                                                std::int32_t of_class) const;
  [[nodiscard]] std::vector<double> summed_values(const trees::Tree& tree,
                                                  LeafTask::State state) const;
  [[nodiscard]] std::vector<double> quantile_values(const trees::GrownTree& grown,
                                                    std::span<const std::int32_t> leaves) const;
  [[nodiscard]] std::vector<double> values_beyond(const trees::Tree& tree,
                                                  std::span<const std::int32_t> leaves,
                                                  const std::vector<double>& centers) const;
  [[nodiscard]] double deviation_quantile(double probability, bool absolute) const;

  mr::Engine& engine_;
  mr::Inputs inputs_;
  trees::RowColumns columns_;
  std::vector<trees::PredictorKind> kinds_;
  BoostSettings settings_;
  mr::RunOptions options_;
  mr::ScratchLease scratch_;
  trees::BinSpec spec_;
  std::unique_ptr<trees::Grower> grower_;
  Reservation histograms_;
  trees::LoadTask::Partial loaded_;
  std::vector<ClassRange> ranges_;
  std::vector<LeafValues> pending_;  ///< leaf values that the rows' scores lack
  double pending_score_ = 0;
  double first_score_ = 0;
  std::pair<double, double> response_range_;
  std::vector<double> importance_;
  std::vector<Iteration> iterations_;
};

}  // namespace neve::algos::gbm
