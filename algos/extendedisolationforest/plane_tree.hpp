#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/isolation/gather.hpp"

namespace neve::algos::extendedisolationforest {

/// Rows as points: numbers and codes, NaN for what is missing or was not seen in training. What
/// lies beyond ±1e150 counts as that, so that products and their sums are finite.
struct PointForm {
  static constexpr std::string_view gather_task = "extendedisolationforest.gather";
  using Value = double;
  static void append(const model::ScoreBlock& block, std::span<const std::int32_t> levels,
                     std::vector<Value>& points);
  /// The values of a block's rows, which are `stride` apart.
  static void write(const model::ScoreBlock& block, std::span<const std::int32_t> levels,
                    std::size_t stride, Value* points);
};
using PointRows = isolation::RowSample<PointForm::Value>;

/// Sums that are taken side by side for the side of a plane that a row is on: a column's term goes
/// into sum number column % kPlaneSums.
inline constexpr std::size_t kPlaneSums = 8;
/// Their sum, in an order of its own.
inline double sum_of_lanes(const double* sums) {
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

/// A tree whose tests are planes: a row goes left where Σ (x - point) · slope over the plane's
/// coordinates is at most 0, right otherwise. A coordinate in which the row has no value adds
/// nothing, as if it were that of the plane's point.
struct PlaneTree {
  struct Coordinate {
    std::int32_t column = 0;
    double point = 0;
    double slope = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(column, point, slope);
    }
  };
  struct Node {
    std::int32_t left = 0;   ///< of the children, the right one follows; 0 for a leaf
    std::int32_t plane = 0;  ///< place of its first coordinate
    std::int64_t rows = 0;   ///< that it was grown on
    double length = 0;       ///< of a leaf: the path length of rows that end there
    [[nodiscard]] bool is_leaf() const { return left == 0; }
    template <class Archive>
    void fields(Archive& archive) {
      archive(left, plane, rows, length);
    }
  };
  std::int32_t width = 1;               ///< coordinates of a plane
  std::vector<Node> nodes = {};         ///< the root first, children behind their parents
  std::vector<Coordinate> planes = {};  ///< of each plane by column

  [[nodiscard]] std::span<const Coordinate> plane_of(const Node& node) const {
    return std::span(planes).subspan(static_cast<std::size_t>(node.plane),
                                     static_cast<std::size_t>(width));
  }
  /// Whether a row of these values goes right.
  static bool goes_right(std::span<const Coordinate> plane, const double* row);
  /// The path length of a row of these values.
  [[nodiscard]] double length_of(const double* row) const;
  /// Whether any row of so many columns can be asked about.
  [[nodiscard]] bool is_sound(std::size_t columns) const;
  [[nodiscard]] std::int64_t byte_size() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(width, nodes, planes);
  }
};

/// The mean length of an unsuccessful search in a binary tree of so many keys: what a leaf of as
/// many rows adds to their paths (Liu, Ting and Zhou 2008, equation 1).
double mean_search_length(std::int64_t keys);

}  // namespace neve::algos::extendedisolationforest
