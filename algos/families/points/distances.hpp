#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "algos/families/points/space.hpp"

namespace neve::algos::points {

/// Centers laid out for measuring rows against all of them: four beside each other by axis.
class CenterTable {
 public:
  explicit CenterTable(const Points& centers);
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Distances of a row take so many places; those from count() on mean nothing.
  [[nodiscard]] std::size_t stride() const { return stride_; }
  /// Writes the squared distances of points to all centers, stride() for each: rows[i] are the
  /// numbers, codes[i] the codes of one, which may lie anywhere. Each is the sum over the axes in
  /// their order, so that it does not depend on what is measured beside it.
  void measure(std::span<const double* const> rows, std::span<const std::int32_t* const> codes,
               std::span<double> out) const;
  /// The same of all points of a set, from `first` on.
  void measure(const Points& points, std::size_t first, std::size_t rows,
               std::span<double> out) const;

 private:
  std::size_t axes_;
  std::size_t categories_;
  std::size_t count_;
  std::size_t stride_;
  std::vector<double> numbers_;      ///< by four centers, axis, center
  std::vector<std::int32_t> codes_;  ///< by category, center
};

/// The same squared distance of one point to one center, to the last bit.
double squared_distance(std::span<const double> a, std::span<const std::int32_t> a_codes,
                        std::span<const double> b, std::span<const std::int32_t> b_codes);

/// The same but for rounding, faster.
double rough_squared_distance(std::span<const double> a, std::span<const std::int32_t> a_codes,
                              std::span<const double> b, std::span<const std::int32_t> b_codes);

/// The nearest center and the distance to the one after it.
struct Nearest {
  std::size_t center = 0;
  double squared = 0;
  double second_squared = 0;  ///< infinite where there is one center only
};
/// The first one of equally near centers.
Nearest nearest_of(std::span<const double> squared_distances);

}  // namespace neve::algos::points
