#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/trees/fixed_point.hpp"
#include "algos/families/trees/partition.hpp"
#include "algos/gbm/distribution.hpp"

namespace neve::algos::gbm {

/// Values of the leaves of the tree that has just grown.
struct LeafValues {
  std::int32_t tree_class = 0;
  std::vector<std::pair<std::int32_t, float>> leaves;  ///< node and value
  template <class Archive>
  void fields(Archive& archive) {
    archive(tree_class, leaves);
  }
};

/// What the trees of one class will see; exact.
struct ClassRange {
  trees::TargetRange targets;
  double largest_numerator = 0;  ///< of the leaf terms
  double largest_denominator = 0;
  void merge(const ClassRange& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(targets.largest_residual, targets.largest_target, targets.exponents,
            targets.exponent_count, largest_numerator, largest_denominator);
  }
};

/// Adds leaf values, or the first score, to all rows' scores, then makes the residuals that the
/// next iteration fits, if asked to.
struct ResidualTask {
  static constexpr std::string_view name = "gbm.residuals";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Distribution distribution;
    std::vector<LeafValues> add_leaves;
    double add_score = 0;
    bool make_residuals = true;
    bool whole_weights = true;
    template <class Archive>
    void fields(Archive& archive) {
      archive(distribution, add_leaves, add_score, make_residuals, whole_weights);
    }
  };
  using Scratch = trees::RowStore;
  struct Partial {
    std::vector<ClassRange> classes;
    template <class Archive>
    void fields(Archive& archive) {
      archive(classes);
    }
  };
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Applies the last splits of a tree and sums the leaf terms of each leaf, in fixed point, so that
/// the sums are exact in any order and weight k counts as k rows.
struct LeafTask {
  static constexpr std::string_view name = "gbm.leaves";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Distribution distribution;
    std::int32_t tree_class = 0;
    std::vector<trees::NodeSplit> splits;
    std::vector<std::int32_t> leaves;
    /// Of huber, per leaf: numerators are of response less score less this, within huber_delta, of
    /// all rows, also those that the tree was not shown (as H2O-3).
    std::vector<double> centers;
    bool whole_weights = true;
    trees::TwoPartScale numerator_scale;
    trees::TwoPartScale denominator_scale;
    template <class Archive>
    void fields(Archive& archive) {
      archive(distribution, tree_class, splits, leaves, centers, whole_weights, numerator_scale,
              denominator_scale);
    }
  };
  using Scratch = trees::RowStore;
  struct Partial {
    std::vector<trees::TwoPartSum> numerators;  ///< per leaf
    std::vector<trees::TwoPartSum> denominators;
    template <class Archive>
    void fields(Archive& archive) {
      archive(numerators, denominators);
    }
  };
  static Partial zero(const State& state);
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Sums from which the first score comes.
struct StartTask {
  static constexpr std::string_view name = "gbm.start";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    Distribution distribution;
    double score = 0;  ///< added to the rows' offsets
    template <class Archive>
    void fields(Archive& archive) {
      archive(distribution, score);
    }
  };
  using Scratch = trees::RowStore;
  /// Sums of high and low part, so that rounding does not depend on how rows are repeated.
  struct Partial {
    double weight = 0, weight_rest = 0;
    double numerator = 0, numerator_rest = 0;  ///< of leaf terms at this score
    double denominator = 0, denominator_rest = 0;
    double least_response = 0, largest_response = 0;
    bool any = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(weight, weight_rest, numerator, numerator_rest, denominator, denominator_rest,
              least_response, largest_response, any);
    }
  };
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::gbm
