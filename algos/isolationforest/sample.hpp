#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/trees/row_keys.hpp"

namespace neve::algos::isolationforest {

/// The rows of the whole frame that a tree grows on: `size` of `rows`, each set of so many equally
/// likely; ascending. A function of its arguments.
std::vector<std::int64_t> sampled_rows(std::uint64_t seed, std::int64_t tree, std::int64_t rows,
                                       std::int64_t size);

/// How tasks read the rows of a frame; part of their State.
struct ReadPlan {
  model::ScorePlan plan;
  std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
  template <class Archive>
  void fields(Archive& archive) {
    archive(plan, levels);
  }
};

/// Rows as trees compare them: the keys of row-keys (families/trees), row after row.
struct KeyRows {
  std::vector<std::int64_t> rows;  ///< their numbers in the frame
  std::vector<std::uint32_t> keys;
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, keys);
  }
};

/// Fetches the keys of some rows.
struct GatherTask {
  static constexpr std::string_view name = "isolationforest.gather";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    ReadPlan read;
    std::vector<std::int64_t> rows;  ///< ascending, each once
    template <class Archive>
    void fields(Archive& archive) {
      archive(read, rows);
    }
  };
  using Partial = KeyRows;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  /// Rows come in no order.
  static void merge(Partial& left, const Partial& right);
};

/// The same rows, ascending.
KeyRows sorted(KeyRows rows, std::size_t columns);

}  // namespace neve::algos::isolationforest
