#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/trees/bins.hpp"
#include "algos/families/trees/chosen_rows.hpp"
#include "algos/families/trees/compact_numbers.hpp"

namespace neve::algos::trees {

/// What each row of a group adds to the cells of a histogram that it falls in, in the form of the
/// tree that grows (FixedPoint). Rows that the tree does not see (not sampled, of weight 0) add 0.
struct Addends {
  /// Packed, where every row weighs 1 and takes part: the target, to which the weight is put when
  /// it is added. Half the bytes, and faster.
  std::vector<std::int32_t> counted;
  std::vector<std::int64_t> target;  ///< packed: with the weight; else whole units
  std::vector<std::int64_t> rest;    ///< fine: the finer units
  std::vector<std::int64_t> weight;  ///< wide and fine
  [[nodiscard]] bool leaves_out(std::size_t row) const {
    if (!counted.empty()) return false;
    return (weight.empty() ? target[row] : weight[row]) == 0;
  }
};

/// What tree building keeps of one row group, at its home, while a job runs: bins instead of
/// values, and per row what boosting changes. Shared by all tree tasks of the job as their Scratch;
/// made by LoadTask, which runs first. Where there is a weights column, only rows that take part
/// are here (a fold costs what its rows cost); row numbers are places here. A group has at most
/// 65,536 rows.
struct RowStore {
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  BinLayout layout;
  std::int64_t first_row = 0;  ///< of the group
  ChosenRows chosen;           ///< rows of the group that are here
  std::size_t rows = 0;
  std::size_t classes = 1;                       ///< trees per iteration
  std::vector<std::vector<std::uint8_t>> tiles;  ///< rows × row_bytes() of each tile
  CompactNumbers response;                       ///< or the class
  CompactNumbers weight;                         ///< empty where all are 1
  std::vector<double> score;                     ///< classes × rows: the sum of trees so far
  /// Where somebody counts: the iterations whose trees did not see the row, which are the ones that
  /// the score adds up then.
  std::vector<std::uint32_t> unseen;
  std::vector<float> residual;       ///< classes × rows: what the next trees fit
  Addends addends;                   ///< of the tree that grows
  bool sampled = false;              ///< it sees some rows only
  std::vector<std::uint16_t> order;  ///< rows, those of one node together, ascending
  std::vector<Range> ranges;         ///< of `order`, by node of the tree that grows

  /// While boosting: with the addends of the usual form, which come and go.
  [[nodiscard]] std::int64_t byte_size() const;
  [[nodiscard]] double weight_of(std::size_t row) const { return weight.empty() ? 1 : weight[row]; }
  /// The row's number in the frame.
  [[nodiscard]] std::int64_t number_of(std::size_t row) const {
    return first_row + static_cast<std::int64_t>(chosen.number(row));
  }
  [[nodiscard]] std::span<const std::uint16_t> rows_of(std::int32_t node) const;
  /// Frees what is made anew before the next tree: residuals, addends and the rows' nodes.
  void rest();
};

/// Which columns of a run are what; -1 where there is none. `missing_response` rows take no part.
struct RowColumns {
  std::vector<std::int32_t> predictors;
  std::int32_t response = -1;
  std::int32_t weights = -1;
  std::int32_t offset = -1;
  std::int32_t classes = 1;                ///< trees per iteration
  bool coded_response = false;             ///< the response is categorical
  bool counts_unseen = false;              ///< RowStore::unseen is wanted
  std::vector<double> class_weights = {};  ///< of a row's response; empty where all are 1
  [[nodiscard]] bool weighted() const { return weights >= 0 || !class_weights.empty(); }
  template <class Archive>
  void fields(Archive& archive) {
    archive(predictors, response, weights, offset, classes, coded_response, counts_unseen,
            class_weights);
  }
};

/// Makes the RowStore of every group: bins, response, weights; scores start at the offset.
struct LoadTask {
  static constexpr std::string_view name = "trees.load";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    BinSpec spec;
    RowColumns columns;
    template <class Archive>
    void fields(Archive& archive) {
      archive(spec, columns);
    }
  };
  using Scratch = RowStore;
  /// Of rows that take part.
  struct Partial {
    std::vector<std::int64_t> missing;  ///< rows without a value, per predictor
    std::int64_t rows = 0;
    std::int64_t whole_weights = 0;  ///< their sum, where all are whole numbers
    bool all_whole = true;           ///< and small enough for their sum to be exact
    double largest_weight = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(missing, rows, whole_weights, all_whole, largest_weight);
    }
  };
  static void rebuild(const mr::RowGroup& group, const State& state, RowStore& store);
  static void map(const mr::RowGroup& group, const State& state, RowStore& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// For the rebuild() of tasks that come after LoadTask.
[[noreturn]] void fail_not_loaded();

}  // namespace neve::algos::trees
