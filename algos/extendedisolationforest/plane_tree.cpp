#include "algos/extendedisolationforest/plane_tree.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include <neve/base/math.hpp>

namespace neve::algos::extendedisolationforest {
namespace {

constexpr double kFarthest = 1e150;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double number_in(double value) {
  return std::isnan(value) ? value : std::clamp(value, -kFarthest, kFarthest);
}

double code_in(std::int32_t code, std::int32_t levels) {
  return code >= 0 && code < levels ? static_cast<double>(code) : kNaN;
}

}  // namespace

void PointForm::append(const model::ScoreBlock& block, std::span<const std::int32_t> levels,
                       std::vector<Value>& points) {
  const std::size_t first = points.size();
  points.resize(first + block.rows * levels.size());
  write(block, levels, levels.size(), points.data() + first);
}

void PointForm::write(const model::ScoreBlock& block, std::span<const std::int32_t> levels,
                      std::size_t stride, Value* points) {
  for (std::size_t c = 0; c < levels.size(); ++c) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      points[i * stride + c] =
          levels[c] > 0 ? code_in(block.codes[c][i], levels[c]) : number_in(block.numbers[c][i]);
    }
  }
}

bool PlaneTree::goes_right(std::span<const Coordinate> plane, const double* row) {
  std::array<double, kPlaneSums> sums{};
  for (const Coordinate& along : plane) {
    const double term = (row[along.column] - along.point) * along.slope;
    sums[static_cast<std::size_t>(along.column) % kPlaneSums] += std::isnan(term) ? 0 : term;
  }
  return sum_of_lanes(sums.data()) > 0;
}

double PlaneTree::length_of(const double* row) const {
  const Node* node = nodes.data();
  while (!node->is_leaf())
    node = nodes.data() + node->left + (goes_right(plane_of(*node), row) ? 1 : 0);
  return node->length;
}

bool PlaneTree::is_sound(std::size_t columns) const {
  if (width < 1 || nodes.empty()) return false;
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    const Node& node = nodes[at];
    if (node.is_leaf()) {
      if (!(node.length >= 0 && std::isfinite(node.length))) return false;
      continue;
    }
    const bool leads_on = node.left > 0 && static_cast<std::size_t>(node.left) > at &&
                          static_cast<std::size_t>(node.left) + 1 < nodes.size();
    const bool has_plane =
        node.plane >= 0 &&
        static_cast<std::size_t>(node.plane) + static_cast<std::size_t>(width) <= planes.size();
    if (!leads_on || !has_plane) return false;
    const auto plane = plane_of(node);
    const auto follows = [](const Coordinate& left, const Coordinate& right) {
      return left.column >= right.column;
    };
    if (std::ranges::adjacent_find(plane, follows) != plane.end()) return false;
  }
  return std::ranges::all_of(planes, [&](const Coordinate& along) {
    return along.column >= 0 && static_cast<std::size_t>(along.column) < columns &&
           std::isfinite(along.point) && std::isfinite(along.slope);
  });
}

std::int64_t PlaneTree::byte_size() const {
  return static_cast<std::int64_t>(nodes.size() * sizeof(Node) +
                                   planes.size() * sizeof(Coordinate));
}

double mean_search_length(std::int64_t keys) {
  if (keys < 2) return 0;
  if (keys == 2) return 1;
  const auto n = static_cast<double>(keys);
  const double harmonic = math::log(n - 1) + std::numbers::egamma;
  return 2 * harmonic - 2 * (n - 1) / n;
}

}  // namespace neve::algos::extendedisolationforest
