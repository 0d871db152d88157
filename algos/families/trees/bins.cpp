#include "algos/families/trees/bins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/radix_sort.hpp>

namespace neve::algos::trees {
namespace {

/// Sorts by value and leaves each distinct value once.
void merge_equal(std::vector<WeightedValue>& sample) {
  radix_sort(std::span(sample), [](const WeightedValue& each) { return order_key(each.value); });
  std::size_t kept = 0;
  for (auto begin = sample.begin(); begin != sample.end();) {
    const auto end = std::find_if(
        begin, sample.end(), [&](const WeightedValue& each) { return each.value != begin->value; });
    // Sums of weights do not depend on the order of rows.
    if (!std::ranges::is_sorted(begin, end, {}, &WeightedValue::weight))
      std::ranges::sort(begin, end, {}, &WeightedValue::weight);
    WeightedValue merged = *begin;
    for (auto each = begin + 1; each != end; ++each) merged.weight += each->weight;
    sample[kept++] = merged;
    begin = end;
  }
  sample.resize(kept);
}

double weight_of(std::span<const WeightedValue> sample) {
  double sum = 0;
  for (const WeightedValue& each : sample) sum += each.weight;
  return sum;
}

class CutCollector {
 public:
  /// A cut between two neighbours of the sample, unless floats cannot tell them apart.
  void add(double below, double above) {
    const auto cut = cut_between(below, above);
    if (cut && (cuts_.empty() || *cut > cuts_.back())) cuts_.push_back(*cut);
  }
  std::vector<float> take() { return std::move(cuts_); }

 private:
  std::vector<float> cuts_;
};

/// Fills bins up to an even share of what is left. A value that alone weighs more than a share gets
/// a bin of its own, and the others share what remains.
std::vector<float> cut_by_rank(std::span<const WeightedValue> sorted, std::int32_t bins) {
  double left = weight_of(sorted);
  auto bins_left = static_cast<double>(bins);
  const double even = left / bins_left;
  for (const WeightedValue& each : sorted) {
    if (each.weight < even) continue;
    left -= each.weight;
    bins_left -= 1;
  }
  double share = bins_left > 0 ? left / bins_left : std::numeric_limits<double>::infinity();
  CutCollector cuts;
  double filled = 0;
  std::int32_t used = 1;
  for (std::size_t i = 0; i + 1 < sorted.size() && used < bins; ++i) {
    const bool heavy = sorted[i].weight >= even;
    const bool heavy_next = sorted[i + 1].weight >= even;
    filled += sorted[i].weight;
    if (!heavy) left -= sorted[i].weight;
    const bool full = filled >= share || (heavy_next && filled >= share / 2);
    if (!heavy && !full) continue;
    cuts.add(sorted[i].value, sorted[i + 1].value);
    ++used;
    filled = 0;
    if (heavy) continue;
    bins_left -= 1;
    if (bins_left > 0) share = left / bins_left;
  }
  return cuts.take();
}

/// Equal widths; nothing where one bin holds more than half of the weight.
std::optional<std::vector<float>> cut_by_value(std::span<const WeightedValue> sorted,
                                               std::int32_t bins) {
  const double low = sorted.front().value;
  const double width = (sorted.back().value - low) / bins;
  if (!std::isfinite(width) || !(width > 0)) return std::nullopt;
  const double half = weight_of(sorted) / 2;
  CutCollector cuts;
  double filled = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    filled += sorted[i].weight;
    if (filled > half) return std::nullopt;
    if (i + 1 == sorted.size()) break;
    const double bin = std::floor((sorted[i].value - low) / width);
    const double next = std::floor((sorted[i + 1].value - low) / width);
    if (bin == next || next >= bins) continue;
    cuts.add(sorted[i].value, std::min(sorted[i + 1].value, low + next * width));
    filled = 0;
  }
  return cuts.take();
}

}  // namespace

std::int32_t ColumnBins::bin_of(double value) const {
  if (std::isnan(value)) return missing_bin();
  const float* base = cuts.data();
  std::size_t size = cuts.size();
  if (size == 0) return 0;
  while (size > 1) {
    const std::size_t half = size / 2;
    base += static_cast<double>(base[half - 1]) <= value ? half : 0;
    size -= half;
  }
  return static_cast<std::int32_t>(base - cuts.data()) +
         (static_cast<double>(*base) <= value ? 1 : 0);
}

std::int64_t BinSpec::byte_size() const {
  std::size_t bytes = columns.size() * sizeof(ColumnBins);
  for (const ColumnBins& column : columns) bytes += column.cuts.size() * sizeof(float);
  return static_cast<std::int64_t>(bytes);
}

BinLayout::BinLayout(const BinSpec& spec) {
  constexpr std::int32_t kMostNarrow = 256;
  const auto columns = static_cast<std::int32_t>(spec.columns.size());
  places.resize(spec.columns.size());
  for (std::int32_t c = 0; c < columns; ++c) {
    Place& place = places[static_cast<std::size_t>(c)];
    place.first_cell = cells;
    place.bins = spec.columns[static_cast<std::size_t>(c)].count + 1;
    cells += place.bins;
  }
  for (const bool wide : {false, true}) {
    const std::size_t first_tile = tiles.size();
    for (std::int32_t c = 0; c < columns; ++c) {
      Place& place = places[static_cast<std::size_t>(c)];
      if ((place.bins > kMostNarrow) != wide) continue;
      if (tiles.size() == first_tile || tiles.back().columns.size() == Tile::kMostColumns) {
        tiles.push_back({wide, {}});
      }
      place.tile = static_cast<std::int32_t>(tiles.size()) - 1;
      place.position = static_cast<std::int32_t>(tiles.back().columns.size());
      tiles.back().columns.push_back(c);
    }
  }
}

std::optional<float> cut_between(double a, double b) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  double middle = a / 2 + b / 2;
  if (!(middle > a && middle <= b)) middle = b;
  auto cut = static_cast<float>(middle);
  if (static_cast<double>(cut) <= a) cut = std::nextafterf(cut, kInfinity);
  if (static_cast<double>(cut) > b) cut = std::nextafterf(cut, -kInfinity);
  const auto exact = static_cast<double>(cut);
  if (exact > a && exact <= b) return cut;
  return std::nullopt;
}

std::vector<float> cut_points(std::vector<WeightedValue>& sample, std::int32_t most_bins,
                              Cutting cutting) {
  merge_equal(sample);
  if (sample.size() < 2 || most_bins < 2) return {};
  if (sample.size() <= static_cast<std::size_t>(most_bins)) {
    CutCollector cuts;
    for (std::size_t i = 0; i + 1 < sample.size(); ++i)
      cuts.add(sample[i].value, sample[i + 1].value);
    return cuts.take();
  }
  if (cutting == Cutting::by_value) {
    if (auto cuts = cut_by_value(sample, most_bins)) return std::move(*cuts);
  }
  return cut_by_rank(sample, most_bins);
}

}  // namespace neve::algos::trees
