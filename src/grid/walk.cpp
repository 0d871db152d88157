#include "grid/walk.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::grid {
namespace {

constexpr std::uint64_t kMostPoints = std::uint64_t{1} << 62U;

[[noreturn]] void refuse_size() {
  throw InputError::illegal_argument(
      "The hyper_parameters have more than 2^62 combinations; leave some values out.",
      {{"parameter", "hyper_parameters"}});
}

}  // namespace

Walk::Walk(Space space, const Criteria& criteria) : strategy_(criteria.strategy) {
  if (space.subspaces.empty()) {
    add_block(std::move(space.axes));
  } else {
    for (const std::vector<Axis>& subspace : space.subspaces) {
      std::vector<Axis> axes = space.axes;
      axes.insert(axes.end(), subspace.begin(), subspace.end());
      add_block(std::move(axes));
    }
  }
  if (strategy_ == Strategy::random_discrete || strategy_ == Strategy::asha)
    order_.emplace(size_, static_cast<std::uint64_t>(criteria.seed));
}

void Walk::add_block(std::vector<Axis> axes) {
  Block block{.axes = std::move(axes), .first = size_};
  for (const Axis& axis : block.axes) {
    const std::uint64_t values = axis.values.size();
    if (strategy_ == Strategy::sequential) {
      block.points = std::max(block.points, values);
    } else {
      if (block.points > kMostPoints / values) refuse_size();
      block.points *= values;
    }
  }
  size_ += block.points;
  if (size_ > kMostPoints) refuse_size();
  blocks_.push_back(std::move(block));
}

schema::Form Walk::at(std::uint64_t place) const {
  NEVE_CHECK(place < size_);
  if (order_) place = order_->at(place);
  const auto behind = std::ranges::upper_bound(blocks_, place, {}, &Block::first);
  const Block& block = *std::prev(behind);
  std::uint64_t rest = place - block.first;
  schema::Form point;
  for (const Axis& axis : block.axes) {
    const std::uint64_t values = axis.values.size();
    const bool in_turn = strategy_ == Strategy::sequential;
    const std::uint64_t value = in_turn ? std::min(rest, values - 1) : rest % values;
    if (!in_turn) rest /= values;
    point.emplace_back(axis.name, axis.values[value]);
  }
  return point;
}

}  // namespace neve::grid
