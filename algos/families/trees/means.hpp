#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/trees/fixed_point.hpp"
#include "algos/families/trees/partition.hpp"

namespace neve::algos::trees {

/// Leaves that hold the mean residual of their rows.
struct LeafMeans {
  TwoPartScale scale;  ///< of the sums of weight · residual; the weights are the form's
  double base = 0;     ///< added to each mean
  double of_none = 0;  ///< the value of a leaf without rows
  /// A leaf's value; `weight` in units of the form.
  [[nodiscard]] float value(const FixedPoint& form, TwoPartSum sum, std::int64_t weight) const {
    if (weight == 0) return static_cast<float>(of_none);
    const double total = static_cast<double>(weight) / form.weight_scale;
    return static_cast<float>(base + scale.to_double(sum) / total);
  }
  /// weight · residual of one row.
  [[nodiscard]] TwoPartSum round(const FixedPoint& form, double residual, double weight) const {
    if (!form.whole_weights) return scale.round(weight * residual);
    return static_cast<std::int64_t>(weight) * scale.round(residual);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(scale, base, of_none);
  }
};

/// Applies the last splits of a tree and sums the residuals of leaves, exactly.
struct MeansTask {
  static constexpr std::string_view name = "trees.means";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<NodeSplit> splits;
    std::vector<std::int32_t> leaves;
    std::int32_t tree_class = 0;
    FixedPoint form;
    LeafMeans means;
    template <class Archive>
    void fields(Archive& archive) {
      archive(splits, leaves, tree_class, form, means);
    }
  };
  using Scratch = RowStore;
  struct Partial {
    std::vector<TwoPartSum> targets;  ///< per leaf
    std::vector<std::int64_t> weights;
    template <class Archive>
    void fields(Archive& archive) {
      archive(targets, weights);
    }
  };
  static Partial zero(const State& state) {
    return {std::vector<TwoPartSum>(state.leaves.size()),
            std::vector<std::int64_t>(state.leaves.size())};
  }
  static void rebuild(const mr::RowGroup&, const State&, RowStore&) { fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, RowStore& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::trees
