#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/mr/task.hpp>

namespace neve::model {

/// Rows of each value from 0 to below `values` of the first column, by row group. With a second
/// column, rows where that is 0 do not count; missing and other values do not either.
struct FoldCountTask {
  static constexpr std::string_view name = "model.fold_counts";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t values = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(values);
    }
  };
  struct GroupCounts {
    GroupIndex group;
    std::vector<std::int64_t> rows;
    template <class Archive>
    void fields(Archive& archive) {
      archive(group, rows);
    }
  };
  struct Partial {
    std::vector<GroupCounts> groups;  ///< in any order
    template <class Archive>
    void fields(Archive& archive) {
      archive(groups);
    }
  };
  static std::int64_t partial_bytes(const State& state) {
    return 8 * static_cast<std::int64_t>(state.values);
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Writes the fold of each row.
struct FoldTask {
  static constexpr std::string_view name = "model.folds";
  static constexpr auto reduction = mr::Reduction::exact;
  enum class Rule : std::uint8_t { random, modulo, stratified, told };
  struct State {
    Rule rule = Rule::random;
    std::int32_t folds = 0;
    std::uint64_t seed = 0;
    std::vector<std::int32_t> fold_of;  ///< told: by value of the column
    /// Stratified: rows of each class before each row group.
    std::vector<std::vector<std::int64_t>> before;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rule, folds, seed, fold_of, before);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Writes the weights to train on all folds but one, and to measure on that one. Columns: the fold,
/// and the weight where there is one.
struct FoldWeightTask {
  static constexpr std::string_view name = "model.fold_weights";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t fold = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(fold);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Joins what a fold's model says of its fold to the predictions of other folds. Columns: the fold,
/// predictions, and the predictions so far.
struct HoldOutTask {
  static constexpr std::string_view name = "model.hold_out";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t fold = 0;
    std::vector<std::uint8_t> is_label;  ///< per column of predictions
    template <class Archive>
    void fields(Archive& archive) {
      archive(fold, is_label);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::model
