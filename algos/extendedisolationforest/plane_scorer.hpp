#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "algos/extendedisolationforest/plane_tree.hpp"

namespace neve::algos::extendedisolationforest {

/// Trees laid out for the path lengths of many rows: a test takes eight columns at once, of those
/// where its plane has coordinates. Immutable; any number of threads.
class PlaneScorer {
 public:
  /// The trees are not needed any more afterwards. `levels` as of PointForm.
  PlaneScorer(std::span<const PlaneTree> trees, std::span<const std::int32_t> levels);
  [[nodiscard]] std::size_t trees() const { return roots_.size(); }
  /// The rows of a block, as add_lengths() takes them.
  void read(const model::ScoreBlock& block, std::vector<double>& rows) const;
  /// Adds to lengths[i] the path length of row i in a tree: to the last bit what its length_of()
  /// says.
  void add_lengths(std::size_t tree, std::span<const double> rows, std::span<double> lengths) const;

 private:
  struct Node {
    std::uint32_t left = 0;         ///< of the children, the right one follows; 0 for a leaf
    std::uint32_t first_group = 0;  ///< of the plane
    std::uint32_t groups = 0;
    double length = 0;
  };
  void add(const PlaneTree& tree);
  void add_plane(std::span<const PlaneTree::Coordinate> plane);
  [[nodiscard]] bool goes_right(const Node& node, const double* row) const;
  std::vector<std::int32_t> levels_;
  std::size_t stride_ = 0;  ///< of rows: all columns, and zeros up to a multiple of eight
  std::vector<std::uint32_t> roots_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> groups_;  ///< plane after plane: columns from 8 · group on
  std::vector<double> points_;         ///< eight for each group
  std::vector<double> slopes_;         ///< likewise; 0 where the plane has no coordinate
};

}  // namespace neve::algos::extendedisolationforest
