#include "algos/families/trees/row_store.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include <neve/base/error.hpp>

namespace neve::algos::trees {
namespace {

constexpr std::size_t kBlockRows = 1024;

/// Calls body(begin, count) for blocks of rows that stay in the L1 cache.
template <class Body>
void for_blocks(std::size_t rows, const Body& body) {
  for (std::size_t begin = 0; begin < rows; begin += kBlockRows) {
    body(begin, std::min(kBlockRows, rows - begin));
  }
}

/// Writes the bins of one column into its tile.
template <class Bin>
class BinWriter {
 public:
  BinWriter(RowStore& store, const BinLayout::Place& place)
      : stride_(store.layout.tiles[static_cast<std::size_t>(place.tile)].columns.size()),
        bins_(reinterpret_cast<Bin*>(store.tiles[static_cast<std::size_t>(place.tile)].data()) +
              place.position) {}
  void set(std::size_t row, std::int32_t bin) { bins_[row * stride_] = static_cast<Bin>(bin); }

 private:
  std::size_t stride_;
  Bin* bins_;
};

/// Calls set(place, value) for the rows of `store`; decode(row, out) gives consecutive values.
template <class T, class Decode, class Set>
void for_chosen(const RowStore& store, std::size_t group_rows, const Decode& decode,
                const Set& set) {
  std::vector<T> values(kBlockRows);
  std::size_t place = 0;
  for_blocks(group_rows, [&](std::size_t begin, std::size_t count) {
    const std::size_t end = begin + count;
    if (place == store.rows || store.chosen.number(place) >= end) return;
    decode(static_cast<std::int64_t>(begin), std::span(values).first(count));
    for (; place < store.rows && store.chosen.number(place) < end; ++place)
      set(place, values[store.chosen.number(place) - begin]);
  });
}

template <class Bin>
void bin_column(const frame::Chunk& chunk, const ColumnBins& bins, const BinLayout::Place& place,
                RowStore& store) {
  BinWriter<Bin> writer(store, place);
  const auto rows = static_cast<std::size_t>(chunk.rows());
  if (bins.categorical) {
    for_chosen<std::int32_t>(
        store, rows,
        [&](std::int64_t first, std::span<std::int32_t> out) { chunk.decode_codes(first, out); },
        [&](std::size_t row, std::int32_t code) { writer.set(row, bins.bin_of_code(code)); });
  } else {
    for_chosen<double>(
        store, rows, [&](std::int64_t first, std::span<double> out) { chunk.decode(first, out); },
        [&](std::size_t row, double value) { writer.set(row, bins.bin_of(value)); });
  }
}

void load_bins(const mr::RowGroup& group, const LoadTask::State& state, RowStore& store) {
  for (const Tile& tile : store.layout.tiles) {
    // Room behind the last row, as kernels may read a whole word there.
    store.tiles.emplace_back(store.rows * tile.row_bytes() + sizeof(std::uint64_t));
  }
  for (std::size_t c = 0; c < state.spec.columns.size(); ++c) {
    const BinLayout::Place& place = store.layout.places[c];
    const frame::Chunk& chunk =
        group.columns[static_cast<std::size_t>(state.columns.predictors[c])];
    const bool wide = store.layout.tiles[static_cast<std::size_t>(place.tile)].wide;
    wide ? bin_column<std::uint16_t>(chunk, state.spec.columns[c], place, store)
         : bin_column<std::uint8_t>(chunk, state.spec.columns[c], place, store);
  }
}

void weigh_classes(std::span<const double> response, std::span<const double> class_weights,
                   std::vector<double>& weights) {
  if (class_weights.empty()) return;
  if (weights.empty()) weights.assign(response.size(), 1);
  for (std::size_t row = 0; row < response.size(); ++row)
    weights[row] *= class_weights[static_cast<std::size_t>(response[row])];
}

/// Rows without a response or weight, and rows of weight 0, take no part. Where no column says so
/// they stay, so that metrics add up as where all rows are scored, block by block.
void load_response(const mr::RowGroup& group, const LoadTask::State& state, RowStore& store) {
  // A chunk of codes decodes to doubles too.
  std::vector<double> response = model::column_numbers(group, state.columns.response);
  std::vector<double> weights;
  if (state.columns.weights >= 0) weights = model::column_numbers(group, state.columns.weights);
  for (std::size_t row = 0; row < response.size(); ++row) {
    if (!std::isnan(response[row])) continue;
    if (weights.empty()) weights.assign(response.size(), 1);
    weights[row] = 0;
    response[row] = 0;
  }
  if (state.columns.weights >= 0) store.chosen = ChosenRows::of_weight(weights);
  store.chosen.choose(response);
  store.chosen.choose(weights);
  weigh_classes(response, state.columns.class_weights, weights);
  if (std::ranges::all_of(weights, [](double weight) { return weight == 1; })) weights.clear();
  store.rows = response.size();
  store.response = CompactNumbers(response);
  store.weight = CompactNumbers(weights);
}

/// Frees for good, which clear() would not.
template <class T>
void free(std::vector<T>& values) {
  std::vector<T>().swap(values);
}

}  // namespace

std::int64_t RowStore::byte_size() const {
  std::size_t bytes = response.byte_size() + weight.byte_size() + chosen.byte_size();
  bytes += unseen.size() * sizeof(std::uint32_t);
  for (const auto& tile : tiles) bytes += tile.size();
  const std::size_t per_row =
      (sizeof(double) + sizeof(float)) * classes +
      (weight.empty() && unseen.empty() ? sizeof(std::int32_t) : sizeof(std::int64_t)) +
      sizeof(std::uint16_t);
  return static_cast<std::int64_t>(bytes + rows * per_row);
}

void RowStore::rest() {
  free(residual);
  free(addends.counted);
  free(addends.target);
  free(addends.rest);
  free(addends.weight);
  free(order);
}

std::span<const std::uint16_t> RowStore::rows_of(std::int32_t node) const {
  const Range& range = ranges[static_cast<std::size_t>(node)];
  return std::span(order).subspan(range.begin, range.end - range.begin);
}

void fail_not_loaded() { throw InternalError("the rows of a tree job are gone"); }

void LoadTask::rebuild(const mr::RowGroup& group, const State& state, RowStore& store) {
  constexpr std::int64_t kMostRows = 65'536;
  NEVE_CHECK(group.rows <= kMostRows, "row group too large for 16-bit row numbers");
  store.layout = BinLayout(state.spec);
  store.first_row = group.first_row;
  store.classes = static_cast<std::size_t>(state.columns.classes);
  load_response(group, state, store);
  load_bins(group, state, store);
  store.score.resize(store.rows * store.classes);
  if (state.columns.counts_unseen) store.unseen.resize(store.rows);
  if (state.columns.offset >= 0) {
    std::vector<double> offset = model::column_numbers(group, state.columns.offset);
    store.chosen.choose(offset);
    for (std::size_t k = 0; k < store.classes; ++k) {
      std::ranges::copy(offset, store.score.begin() + static_cast<std::ptrdiff_t>(k * store.rows));
    }
  }
}

void LoadTask::map(const mr::RowGroup& group, const State& state, RowStore& store,
                   Partial& partial) {
  partial.missing.resize(state.spec.columns.size());
  for (std::size_t c = 0; c < partial.missing.size(); ++c) {
    const auto column = static_cast<std::size_t>(state.columns.predictors[c]);
    partial.missing[c] += group.columns[column].missing();
  }
  constexpr double kLargestWhole = 0x1p31;
  for (std::size_t row = 0; row < store.rows; ++row) {
    const double weight = store.weight_of(row);
    if (weight == 0) continue;
    ++partial.rows;
    partial.largest_weight = std::max(partial.largest_weight, weight);
    if (weight == std::floor(weight) && weight <= kLargestWhole) {
      partial.whole_weights += static_cast<std::int64_t>(weight);
    } else {
      partial.all_whole = false;
    }
  }
}

void LoadTask::merge(Partial& left, const Partial& right) {
  left.missing.resize(std::max(left.missing.size(), right.missing.size()));
  for (std::size_t c = 0; c < right.missing.size(); ++c) left.missing[c] += right.missing[c];
  left.rows += right.rows;
  left.whole_weights += right.whole_weights;
  left.all_whole = left.all_whole && right.all_whole;
  left.largest_weight = std::max(left.largest_weight, right.largest_weight);
}

}  // namespace neve::algos::trees
