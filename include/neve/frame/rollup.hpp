#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <neve/frame/chunk.hpp>

namespace neve::frame {

/// The `kCount` smallest distinct finite values met so far, or with Largest the
/// largest ones, best first; slots without a value are infinite. Exact: the
/// order of adding and merging does not matter.
template <bool Largest>
class Extremes {
 public:
  static constexpr int kCount = 5;
  static constexpr double kNone = (Largest ? -1 : 1) * std::numeric_limits<double>::infinity();
  Extremes() { values_.fill(kNone); }
  void add(double value);
  void merge(const Extremes& other) {
    for (double value : other.values_) add(value);
  }
  /// Whether add() would change anything, unless the value is known already.
  [[nodiscard]] bool wants(double value) const {
    return Largest ? value > values_[kCount - 1] : value < values_[kCount - 1];
  }
  [[nodiscard]] const std::array<double, kCount>& values() const { return values_; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(values_);
  }

 private:
  std::array<double, kCount> values_;
};

/// What one pass over a chunk learns, and what chunks learn together. Counts,
/// extremes and checksum are exact. Mean and squares are merged by a fixed
/// formula (Chan, Golub and LeVeque 1979), so merging in a fixed order gives
/// fixed bits. Of text and uuids only rows, missing and checksum.
struct ChunkSummary {
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  std::int64_t positive_infinities = 0;
  std::int64_t negative_infinities = 0;
  bool holds_integers = true;  // no value but int64s
  Extremes<false> smallest;    // of finite values, as are the following
  Extremes<true> largest;
  std::int64_t finite = 0;
  double sum = 0;              // high part
  double sum_rest = 0;         // low part: sum + sum_rest is nearly exact
  double squares = 0;          // sum of (value - mean)²
  std::uint64_t checksum = 0;  // Chunk::value_checksum, added up

  void merge(const ChunkSummary& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, missing, zeros, positive_infinities, negative_infinities, holds_integers,
            smallest, largest, finite, sum, sum_rest, squares, checksum);
  }
};

/// What one look at some doubles tells; NaN and infinities are not finite.
struct Survey {
  double least;  ///< of the finite ones; infinite where there are none
  double most;
  std::int64_t zeros;
  std::int64_t finite;
};
Survey survey(std::span<const double> values);

/// `first_row` is the chunk's first row within its column; it enters the
/// checksum only.
ChunkSummary summarize(const Chunk& chunk, std::int64_t first_row);

/// Adds the number of rows of each code to counts[code]; codes beyond the end
/// throw InternalError. Returns the number of missing rows.
std::int64_t count_codes(const Chunk& chunk, std::span<std::int64_t> counts);

/// A column's figures as users see them. Where there is no finite value mean,
/// sigma, mins and maxs are NaN.
struct Rollup {
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  std::int64_t positive_infinities = 0;
  std::int64_t negative_infinities = 0;
  std::array<double, 5> mins{};  // smallest distinct finite values, ascending, padded with NaN
  std::array<double, 5> maxs{};  // largest distinct ones, descending, padded with NaN
  double mean = 0;
  double sigma = 0;  // of the sample (n - 1); 0 for a single value
  bool is_int = false;
  bool is_constant = false;  // at most one distinct value, missing ones aside
  std::uint64_t checksum = 0;

  [[nodiscard]] double min() const { return mins[0]; }
  [[nodiscard]] double max() const { return maxs[0]; }
};

Rollup finish_rollup(const ChunkSummary& summary);

}  // namespace neve::frame
