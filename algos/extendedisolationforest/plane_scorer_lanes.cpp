#include "algos/extendedisolationforest/plane_scorer.hpp"

#include <algorithm>

namespace neve::algos::extendedisolationforest {
namespace {

constexpr std::size_t kLanes = kPlaneSums;
constexpr std::size_t kHalf = kLanes / 2;
using Numbers __attribute__((vector_size(kHalf * 8), aligned(8), may_alias)) = double;

}  // namespace

PlaneScorer::PlaneScorer(std::span<const PlaneTree> trees, std::span<const std::int32_t> levels)
    : levels_(levels.begin(), levels.end()),
      stride_((levels.size() + kLanes - 1) / kLanes * kLanes) {
  for (const PlaneTree& tree : trees) add(tree);
}

void PlaneScorer::add(const PlaneTree& tree) {
  const auto root = static_cast<std::uint32_t>(nodes_.size());
  roots_.push_back(root);
  for (const PlaneTree::Node& node : tree.nodes) {
    Node made{.length = node.length};
    if (!node.is_leaf()) {
      made.left = root + static_cast<std::uint32_t>(node.left);
      made.first_group = static_cast<std::uint32_t>(groups_.size());
      add_plane(tree.plane_of(node));
      made.groups = static_cast<std::uint32_t>(groups_.size()) - made.first_group;
    }
    nodes_.push_back(made);
  }
}

void PlaneScorer::add_plane(std::span<const PlaneTree::Coordinate> plane) {
  const std::size_t first = groups_.size();
  for (const PlaneTree::Coordinate& along : plane) {
    const auto column = static_cast<std::size_t>(along.column);
    const auto group = static_cast<std::uint32_t>(column / kLanes);
    if (groups_.size() == first || groups_.back() != group) {
      groups_.push_back(group);
      points_.resize(groups_.size() * kLanes);
      slopes_.resize(groups_.size() * kLanes);
    }
    const std::size_t at = (groups_.size() - 1) * kLanes + column % kLanes;
    points_[at] = along.point;
    slopes_[at] = along.slope;
  }
}

void PlaneScorer::read(const model::ScoreBlock& block, std::vector<double>& rows) const {
  rows.assign(block.rows * stride_, 0);
  PointForm::write(block, levels_, stride_, rows.data());
}

inline bool PlaneScorer::goes_right(const Node& node, const double* row) const {
  Numbers sums[2] = {};
  for (std::size_t g = node.first_group; g < node.first_group + node.groups; ++g) {
#pragma GCC unroll 2
    for (std::size_t half = 0; half < 2; ++half) {
      const auto load = [half](const double* numbers) -> const Numbers& {
        return *reinterpret_cast<const Numbers*>(numbers + half * kHalf);
      };
      const Numbers term = (load(row + groups_[g] * kLanes) - load(&points_[g * kLanes])) *
                           load(&slopes_[g * kLanes]);
      sums[half] += term == term ? term : Numbers{};
    }
  }
  return sum_of_lanes(reinterpret_cast<const double*>(sums)) > 0;
}

/// A few rows in turn, as each step of a row waits for the one before it.
void PlaneScorer::add_lengths(std::size_t tree, std::span<const double> rows,
                              std::span<double> lengths) const {
  constexpr std::size_t kInTurn = 4;
  for (std::size_t begin = 0; begin < lengths.size(); begin += kInTurn) {
    const std::size_t count = std::min(kInTurn, lengths.size() - begin);
    const Node* at[kInTurn];
    std::ranges::fill(at, &nodes_[roots_[tree]]);
    for (std::size_t left = count; left > 0;) {
      left = 0;
      for (std::size_t i = 0; i < count; ++i) {
        if (at[i]->left == 0) continue;
        at[i] = &nodes_[at[i]->left + (goes_right(*at[i], &rows[(begin + i) * stride_]) ? 1 : 0)];
        ++left;
      }
    }
    for (std::size_t i = 0; i < count; ++i) lengths[begin + i] += at[i]->length;
  }
}

}  // namespace neve::algos::extendedisolationforest
