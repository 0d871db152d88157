#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "algos/families/trees/tree.hpp"

namespace neve::algos::trees {

/// The key of missing numbers: larger than all others.
inline constexpr std::uint32_t kMissingKey = 0xFFFFFFFF;
/// Keys of floats order like the floats.
std::uint32_t key_of(float value);

/// Rows to score, as integers whose order is that of the values: row-major, one per used column.
class RowKeys {
 public:
  /// Room for `rows` rows of `columns` used columns.
  void reset(std::size_t rows, std::size_t columns);
  void set_numbers(std::size_t column, std::span<const double> values);
  /// `levels` is the key of missing and unseen levels.
  void set_codes(std::size_t column, std::span<const std::int32_t> codes, std::int32_t levels);
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const std::uint32_t* row(std::size_t row) const {
    return keys_.data() + row * columns_;
  }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::uint32_t> keys_;
};

/// Trees laid out for scoring: each step of a row through a tree is the same few instructions,
/// without branches, whatever the node tests; leaves lead to themselves. Immutable; any number of
/// threads.
class FlatForest {
 public:
  /// `used[c]` is the column's place in RowKeys.
  FlatForest(std::span<const Tree* const> trees, std::span<const std::int32_t> used);
  FlatForest() = default;
  /// Adds to out[i] the sum of the trees' values for row i, tree after tree.
  void add_scores(const RowKeys& keys, std::span<double> out) const;

 private:
  struct Node {
    std::uint32_t threshold = 0;
    std::uint32_t left = 0;
    std::uint32_t set = 0;  ///< word of sets_ where its bits begin; 0 for numbers, a word of zeros
    std::uint32_t column =
        0;  ///< place in the row · 4 + (is categorical) · 2 + (missing goes left)
  };
  struct Root {
    std::uint32_t node = 0;
    std::int32_t depth = 0;
  };
  void add_tree(const Tree& tree, std::span<const std::int32_t> used);
  [[nodiscard]] Node flat_node(const Tree& tree, const Tree::Node& node, std::uint32_t self,
                               std::span<const std::int32_t> used);
  [[nodiscard]] std::uint32_t step(std::uint32_t at, const std::uint32_t* keys) const;
  std::vector<Node> nodes_;
  std::vector<float> values_;
  std::vector<std::uint32_t> sets_ = {0};
  std::vector<Root> roots_;
};

/// Which columns trees test, ascending.
std::vector<std::int32_t> used_columns(std::span<const Tree* const> trees, std::size_t columns);

}  // namespace neve::algos::trees
