#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "algos/families/points/space.hpp"

namespace neve::algos::aggregator {

/// An exemplar near a row.
struct Near {
  std::size_t exemplar = 0;
  double squared = 0;  ///< distance to it
};

/// Exemplars laid out for looking up those near a row. Rows that differ in a category are never
/// near. The squared distance of numbers is that of the axes where both have one, times all axes by
/// those; where there are none, rows are near only if neither has a number at all. It is the sum
/// over the axes in their order, whatever else is measured.
class ExemplarTable {
 public:
  explicit ExemplarTable(std::size_t axes) : axes_(axes) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  void add(std::span<const double> numbers, std::span<const std::int32_t> codes);
  void add(const points::Points& points);
  /// The first exemplar, in the order in which they were added, at less than this squared distance.
  [[nodiscard]] std::optional<Near> first_near(std::span<const double> numbers,
                                               std::span<const std::int32_t> codes,
                                               double squared_radius) const;
  /// The nearest one at less than this squared distance; the first of equally near ones.
  [[nodiscard]] std::optional<Near> nearest(std::span<const double> numbers,
                                            std::span<const std::int32_t> codes,
                                            double squared_radius) const;
  /// Bytes for each exemplar, with what it takes as a point beside the table.
  static std::int64_t bytes_each(std::size_t axes, std::size_t categories);

 private:
  /// Exemplars of the same categories.
  struct Bucket {
    std::vector<std::size_t> exemplars;
    std::vector<double> numbers;  ///< by kLanes exemplars, axis, exemplar; NaN behind the last one
    bool has_gaps = false;
    std::optional<std::size_t> without_numbers;  ///< an exemplar that is in neither of these
  };
  struct CodesLess {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const {
      return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
    }
  };
  [[nodiscard]] const Bucket* bucket_of(std::span<const std::int32_t> codes) const;
  template <bool First>
  [[nodiscard]] std::optional<Near> search(std::span<const double> numbers,
                                           std::span<const std::int32_t> codes,
                                           double squared_radius) const;

  std::size_t axes_;
  std::size_t size_ = 0;
  std::map<std::vector<std::int32_t>, Bucket, CodesLess> buckets_;
};

}  // namespace neve::algos::aggregator
