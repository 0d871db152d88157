#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "algos/families/trees/fixed_point.hpp"
#include "algos/families/trees/row_store.hpp"

namespace neve::algos::trees {

/// Histograms of some nodes, one after the other in the order in which they were asked for, and per
/// node Σ weight · residual² and how many rows the tree grows on. Exact integers.
struct Histograms {
  std::vector<std::int64_t> cells;
  std::vector<TwoPartSum> squares;
  std::vector<std::int64_t> rows;
  template <class Archive>
  void fields(Archive& archive) {
    archive(cells, squares, rows);
  }
  void merge(const Histograms& right);
};

/// Which histograms a pass makes.
struct HistogramRequest {
  std::vector<std::int32_t> nodes;
  std::int32_t cells_per_node = 0;
  std::vector<std::uint8_t> columns;  ///< 1 for each column that the tree may use
  FixedPoint form;
  std::int32_t tree_class = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(nodes, cells_per_node, columns, form, tree_class);
  }
};

/// Adds the rows of the group to the histograms of the nodes that they are in.
void add_histograms(const RowStore& store, const HistogramRequest& request, Histograms& out);

/// left -= right, cell by cell.
void subtract(std::span<std::int64_t> left, std::span<const std::int64_t> right);

}  // namespace neve::algos::trees
