#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

namespace neve::algos::targetencoder {

/// Responses of the rows of each level, or of each combination of levels, and fold: sorted by both.
struct Cells {
  std::vector<std::uint64_t> keys;
  std::vector<std::int64_t> folds;   ///< 0 where folds do not matter
  std::vector<std::int64_t> counts;  ///< rows
  std::vector<double> sums;          ///< row-major: of the response, or rows of each class
  std::int32_t width = 1;            ///< sums per cell
  [[nodiscard]] std::size_t size() const { return keys.size(); }
  /// Appends a cell without rows; gives its place.
  std::size_t append(std::uint64_t key, std::int64_t fold);
  /// Adds a cell to one of the same key and fold, or behind the last one.
  void add_sorted(const Cells& from, std::size_t cell);
  void merge(const Cells& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(keys, folds, counts, sums, width);
  }
};

/// Columns that are encoded together, as places in a ScorePlan. A combination's key is
/// Σ code · factor, where the code of a missing value is its column's number of levels.
struct Group {
  std::vector<std::int32_t> columns;
  std::vector<std::int32_t> levels;  ///< of these
  std::vector<std::uint64_t> factors;
  /// The key of row i of a block, or kUnseen where a level is one that training did not see.
  static constexpr std::uint64_t kUnseen = ~std::uint64_t{0};
  [[nodiscard]] std::uint64_t key(const model::ScoreBlock& block, std::size_t row) const;
  /// Other keys are below that.
  [[nodiscard]] std::uint64_t keys() const {
    return factors.back() * (static_cast<std::uint64_t>(levels.back()) + 1);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(columns, levels, factors);
  }
};

/// A group of columns of so many levels. Throws InputError where combinations cannot be numbered.
Group group_of(std::vector<std::int32_t> columns, std::vector<std::int32_t> levels);

/// Response and fold of a block of rows.
struct RowReader {
  std::int32_t response = -1;  ///< columns of the run; -1 where there is none
  std::int32_t folds = -1;
  model::LevelMap response_levels;
  std::int32_t classes = 1;  ///< 1 for numbers
  /// NaN where missing, or of a class that training did not see; codes of classes.
  void read_response(const mr::RowGroup& group, std::int64_t begin, std::span<double> out) const;
  void read_folds(const mr::RowGroup& group, std::int64_t begin, std::span<std::int64_t> out) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(response, folds, response_levels, classes);
  }
};

/// Adds up responses by cell; rows without a response do not count.
struct CellTask {
  static constexpr std::string_view name = "targetencoder.cells";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    model::ScorePlan plan;
    RowReader rows;
    std::vector<Group> groups;
    std::int64_t bytes = 0;  ///< of a Partial, at most
    template <class Archive>
    void fields(Archive& archive) {
      archive(plan, rows, groups, bytes);
    }
    /// Sums of a cell: all classes but the first are counted.
    [[nodiscard]] std::int32_t width() const { return std::max(1, rows.classes - 1); }
  };
  using Partial = std::vector<Cells>;  ///< per group
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state) { return state.bytes; }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::targetencoder
