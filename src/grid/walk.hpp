#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <neve/grid/grid.hpp>

#include "grid/permutation.hpp"

namespace neve::grid {

/// The points of a space in the order in which they are tried, each of which is known without the
/// others. Cartesian: the first axis turns fastest. RandomDiscrete and ASHA: the same points
/// in random order. Sequential: the first values of all axes, then the second ones, and so on; an
/// axis of one value keeps it.
class Walk {
 public:
  /// The space is checked. Throws InputError where it has more than 2^62 points.
  Walk(Space space, const Criteria& criteria);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The values of a point.
  [[nodiscard]] schema::Form at(std::uint64_t place) const;

 private:
  /// One subspace with the common axes.
  struct Block {
    std::vector<Axis> axes;
    std::uint64_t first = 0;
    std::uint64_t points = 1;
  };
  void add_block(std::vector<Axis> axes);
  Strategy strategy_;
  std::vector<Block> blocks_;
  std::uint64_t size_ = 0;
  std::optional<Permutation> order_;
};

}  // namespace neve::grid
