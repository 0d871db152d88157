#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/trees/histogram.hpp"
#include "algos/families/trees/row_store.hpp"

namespace neve::algos::trees {

/// A node's test on bins: its rows go to node `left`, or to `left` + 1 where right_bins or the
/// threshold say so.
struct NodeSplit {
  std::int32_t node = 0;
  std::int32_t left = 0;
  std::int32_t column = 0;
  bool categorical = false;
  std::int32_t threshold = 0;             ///< numbers: bins from here on go right
  bool missing_right = false;             ///< numbers
  std::vector<std::uint64_t> right_bins;  ///< categories: a bit per bin, the missing one too
  template <class Archive>
  void fields(Archive& archive) {
    archive(node, left, column, categorical, threshold, missing_right, right_bins);
  }
  [[nodiscard]] bool goes_right(std::int32_t bin, std::int32_t missing_bin) const {
    if (!categorical) return bin == missing_bin ? missing_right : bin >= threshold;
    const auto b = static_cast<std::size_t>(bin);
    return ((right_bins[b / 64] >> (b % 64)) & 1U) != 0;
  }
  /// Says 1 of each bin of a column that goes right, 0 of others; the last one is the missing one.
  void mark_right(std::span<std::uint8_t> bins) const;
};

/// Moves the rows of split nodes to their children, each child's rows in ascending order.
void apply_splits(RowStore& store, std::span<const NodeSplit> splits);

/// Bernoulli sampling of the rows that a tree grows on, by (seed, tree, row).
struct RowSampling {
  std::uint64_t seed = 0;
  std::uint64_t tree = 0;
  double rate = 1;
  std::vector<double> rate_per_class;  ///< instead of `rate` where not empty
  template <class Archive>
  void fields(Archive& archive) {
    archive(seed, tree, rate, rate_per_class);
  }
};

/// Which rows a tree grows on.
class RowSampler {
 public:
  /// `sampling` outlives the sampler.
  explicit RowSampler(const RowSampling& sampling)
      : sampling_(sampling), random_(sampling.seed, sampling.tree) {}
  [[nodiscard]] bool takes_all() const { return sampling_.rate >= 1 && !by_class(); }
  /// Whether rates differ by class.
  [[nodiscard]] bool by_class() const { return !sampling_.rate_per_class.empty(); }
  /// `row` counts from the frame's first; `response` is its class, where rates differ by class.
  [[nodiscard]] bool takes(std::int64_t row, double response) const {
    const double rate =
        by_class() ? sampling_.rate_per_class[static_cast<std::size_t>(response)] : sampling_.rate;
    return random_.uniform(static_cast<std::uint64_t>(row)) < rate;
  }
  /// The same of many rows: all bits where the row is taken, none elsewhere. Responses are read
  /// only by class.
  void take(std::span<const std::uint64_t> rows, std::span<const double> responses,
            std::span<std::int64_t> taken) const;

 private:
  const RowSampling& sampling_;
  CounterRng random_;
};

/// Begins a tree: turns the residuals of its class into integers, puts all rows into node 0 and
/// makes its histogram.
struct RootTask {
  static constexpr std::string_view name = "trees.root";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    HistogramRequest request;
    RowSampling sampling;
    template <class Archive>
    void fields(Archive& archive) {
      archive(request, sampling);
    }
  };
  using Scratch = RowStore;
  using Partial = Histograms;
  static Partial zero(const State& state);
  static void rebuild(const mr::RowGroup&, const State&, RowStore&) { fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, RowStore& store, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Applies splits, gives nodes other numbers, and makes histograms of some of them.
struct LevelTask {
  static constexpr std::string_view name = "trees.level";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<NodeSplit> splits;
    HistogramRequest request;
    /// Where not empty: afterwards node n has the rows that node were[n] has, and there are no
    /// others.
    std::vector<std::int32_t> were = {};
    template <class Archive>
    void fields(Archive& archive) {
      archive(splits, request, were);
    }
  };
  using Scratch = RowStore;
  using Partial = Histograms;
  static Partial zero(const State& state);
  static void rebuild(const mr::RowGroup&, const State&, RowStore&) { fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, RowStore& store, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// The tasks of this folder.
mr::TaskList tasks();

}  // namespace neve::algos::trees
