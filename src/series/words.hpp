#pragma once

#include <cstdint>
#include <span>
#include <vector>

/// iSAX words: Shieh and Keogh, iSAX: indexing and mining terabyte sized time series, KDD (2008).
/// A series is cut into segments of equal length; of each, the word has the interval that holds its
/// mean. 8 bits a segment, of which the upper ones alone are the word at a lower cardinality.
namespace neve::series {

/// Intervals of a segment's mean.
inline constexpr std::int32_t kCardinality = 256;

/// Segment s of a series of `length` points begins here, and ends where s + 1 begins: lengths
/// differ by one at most where `segments` does not divide it.
constexpr std::int32_t segment_begin(std::int32_t length, std::int32_t segments, std::int32_t s) {
  return static_cast<std::int32_t>(std::int64_t{length} * s / segments);
}

/// Means of the segments, in double: piecewise aggregate approximation (Keogh et al. 2001).
void segment_means(std::span<const float> series, std::span<double> means);

/// Breaks between the intervals, of the normal law with this mean and deviation.
std::vector<double> scaled_breaks(double center, double scale);

/// The interval of a mean, which has the break at its lower end.
std::uint8_t symbol_of(double mean, std::span<const double> breaks);

/// The largest size of a cell: distances of such series are numbers, also as float.
inline constexpr double kLargestCell = 1e15;

/// Writes a series as an index holds it: as float and, where asked, with mean 0 and deviation 1 (of
/// the population); a constant one becomes zeros. Cells are finite and within kLargestCell.
void standardise(std::span<const double> cells, bool normalize, std::span<float> out);

}  // namespace neve::series
