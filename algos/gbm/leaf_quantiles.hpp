#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/mr/engine.hpp>

#include "algos/families/trees/partition.hpp"

namespace neve::algos::gbm {

/// Where a quantile lies among values of a total weight, as H2O-3 has it: weight k counts as k
/// values, of which it is the one at rank probability · (weight - 1), between two of them by the
/// fraction.
struct QuantileRank {
  double low = 0;  ///< a whole number
  double fraction = 0;
  QuantileRank(double probability, double weight);
  [[nodiscard]] double between(double low_value, double high_value) const {
    return low_value == high_value ? low_value : low_value + fraction * (high_value - low_value);
  }
};

/// What is looked at: response less score of the rows of some nodes, each as an integer key in the
/// order of the numbers; and how their weights become integers.
struct Deviations {
  /// Stands for all rows that take part, whatever their node.
  static constexpr std::int32_t kAllRows = -1;
  bool absolute = false;
  bool whole_weights = true;
  double weight_scale = 1;  ///< of real weights
  template <class Archive>
  void fields(Archive& archive) {
    archive(absolute, whole_weights, weight_scale);
  }
};

/// The rows of a node whose keys are in a range.
struct KeyRange {
  std::int32_t node = 0;
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::uint64_t>::max();  ///< inclusive
  friend bool operator==(const KeyRange&, const KeyRange&) = default;
  template <class Archive>
  void fields(Archive& archive) {
    archive(node, low, high);
  }
};

/// Moves rows to the leaves, then counts the keys of ranges, in `parts` equal parts of each.
struct CountKeysTask {
  static constexpr std::string_view name = "gbm.count_keys";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Deviations of;
    std::vector<trees::NodeSplit> splits;
    std::vector<KeyRange> ranges;  ///< those of a node side by side
    std::int32_t part_bits = 0;    ///< parts = 2^part_bits
    template <class Archive>
    void fields(Archive& archive) {
      archive(of, splits, ranges, part_bits);
    }
  };
  struct Part {
    std::int64_t rows = 0;
    std::int64_t weight = 0;
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, weight, least, most);
    }
  };
  using Scratch = trees::RowStore;
  struct Partial {
    std::vector<Part> parts;  ///< range after range
    template <class Archive>
    void fields(Archive& archive) {
      archive(parts);
    }
  };
  static Partial zero(const State& state) {
    return {std::vector<Part>(state.ranges.size() << static_cast<unsigned>(state.part_bits))};
  }
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// The keys of ranges that few rows are left in.
struct CollectKeysTask {
  static constexpr std::string_view name = "gbm.collect_keys";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Deviations of;
    std::vector<KeyRange> ranges;  ///< those of a node side by side
    template <class Archive>
    void fields(Archive& archive) {
      archive(of, ranges);
    }
  };
  using Scratch = trees::RowStore;
  struct Partial {
    /// Per range, in any order: keys and weights.
    std::vector<std::vector<std::pair<std::uint64_t, std::int64_t>>> keys;
    template <class Archive>
    void fields(Archive& archive) {
      archive(keys);
    }
  };
  static Partial zero(const State& state) {
    Partial made;
    made.keys.resize(state.ranges.size());
    return made;
  }
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Which quantiles of deviations are wanted.
struct QuantileRequest {
  double probability = 0.5;
  bool absolute = false;
  std::vector<trees::NodeSplit> splits = {};  ///< to be applied to the rows first
  std::vector<std::int32_t> nodes = {Deviations::kAllRows};
};

/// The exact quantile of each node's deviations, by selection: some passes over the rows, each of
/// which leaves a small part of the values to be looked at. Rows that a tree was not shown count
/// too, as in H2O-3. 0 for nodes without rows.
std::vector<double> deviation_quantiles(mr::Engine& engine, const mr::Inputs& rows,
                                        const mr::RunOptions& options,
                                        const trees::LoadTask::Partial& loaded,
                                        const QuantileRequest& request);

}  // namespace neve::algos::gbm
