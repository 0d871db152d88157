#pragma once

#include <cstdint>

namespace neve::algos::aggregator {

/// Looks for a radius that gives as many exemplars as are wanted, halving the range where it lies.
struct RadiusSearch {
  std::int64_t least = 1;         ///< exemplars that are enough
  std::int64_t most = 1;          ///< and not too many
  std::int64_t most_repeats = 1;  ///< radii that may give what another one gave, though too few
  double low = 0;                 ///< radius with too many of them
  double high = 0;                ///< radius with too few
  double radius = 0;              ///< to be tried
  bool takes_any = false;  ///< no radius between gives less: as many as this one gives are taken
  bool done = false;       ///< this radius is it
  std::int64_t last_count = 0;
  std::int64_t repeats = 0;

  /// What the radius has given. `furthest` tells how far rows are from their exemplars at most: 0
  /// where no smaller radius can give more.
  void found(std::int64_t count, double furthest);
  void found_too_many();
  template <class Archive>
  void fields(Archive& archive) {
    archive(least, most, most_repeats, low, high, radius, takes_any, done, last_count, repeats);
  }

 private:
  [[nodiscard]] bool is_narrow() const;
  void halve() { radius = low + (high - low) / 2; }
};

/// Where the search begins: 0.8 / (log rows)^(1 / columns), eight times the radius that Wilkinson
/// (2018) takes for exemplars of columns of range 1, or `bound` where that is less: no two rows,
/// equal in their categories, are further from each other.
double first_radius(std::int64_t rows, std::size_t columns, double bound);

}  // namespace neve::algos::aggregator
