#include "algos/families/trees/histogram.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::algos::trees {
namespace {

/// One pass of a node's rows over one tile.
struct TilePass {
  const std::uint8_t* bins;
  const std::int64_t* addend;
  const std::int64_t* weight;  ///< null where packed
  std::span<const std::uint16_t> rows;
  std::array<std::int64_t*, Tile::kMostColumns> cells;  ///< of each column
};

/// Rows far enough ahead that their bins and addends arrive in time from the L2 or L3 cache.
constexpr std::size_t kAhead = 24;

template <class Bin, std::size_t Columns, bool Packed>
void add_tile(const TilePass& pass) {
  const auto* bins = reinterpret_cast<const Bin*>(pass.bins);
  const std::array<std::int64_t*, Tile::kMostColumns> cells = pass.cells;
  const std::span<const std::uint16_t> rows = pass.rows;
  const auto add_row = [&](std::size_t row) {
    const Bin* at = bins + row * Columns;
    const std::int64_t target = pass.addend[row];
    if constexpr (Packed) {
      for (std::size_t c = 0; c < Columns; ++c) cells[c][at[c]] += target;
    } else {
      const std::int64_t weight = pass.weight[row];
      for (std::size_t c = 0; c < Columns; ++c) {
        std::int64_t* cell = cells[c] + 2 * std::size_t{at[c]};
        cell[0] += target;
        cell[1] += weight;
      }
    }
  };
  std::size_t i = 0;
  for (; i + kAhead < rows.size(); ++i) {
    const std::size_t ahead = rows[i + kAhead];
    __builtin_prefetch(bins + ahead * Columns);
    __builtin_prefetch(pass.addend + ahead);
    add_row(rows[i]);
  }
  for (; i < rows.size(); ++i) add_row(rows[i]);
}

using AddTile = void (*)(const TilePass&);

template <class Bin, bool Packed, std::size_t... C>
constexpr std::array<AddTile, sizeof...(C)> kernels_of(std::index_sequence<C...> /*columns*/) {
  return {&add_tile<Bin, C + 1, Packed>...};
}

AddTile kernel_for(const Tile& tile, bool packed) {
  constexpr std::make_index_sequence<Tile::kMostColumns> kCounts;
  static constexpr auto kNarrowPacked = kernels_of<std::uint8_t, true>(kCounts);
  static constexpr auto kNarrowWide = kernels_of<std::uint8_t, false>(kCounts);
  static constexpr auto kBroadPacked = kernels_of<std::uint16_t, true>(kCounts);
  static constexpr auto kBroadWide = kernels_of<std::uint16_t, false>(kCounts);
  const std::size_t index = tile.columns.size() - 1;
  if (tile.wide) return packed ? kBroadPacked[index] : kBroadWide[index];
  return packed ? kNarrowPacked[index] : kNarrowWide[index];
}

bool is_used(const Tile& tile, const std::vector<std::uint8_t>& columns) {
  return std::ranges::any_of(
      tile.columns, [&](std::int32_t c) { return columns[static_cast<std::size_t>(c)] != 0; });
}

void add_node(const RowStore& store, const HistogramRequest& request, std::int32_t node,
              std::int64_t* histogram) {
  TilePass pass{nullptr, store.addend.data(), store.addend_weight.data(), store.rows_of(node), {}};
  if (pass.rows.empty()) return;
  for (std::size_t t = 0; t < store.tiles.size(); ++t) {
    const Tile& tile = store.layout.tiles[t];
    if (!is_used(tile, request.columns)) continue;
    pass.bins = store.tiles[t].data();
    for (std::size_t c = 0; c < tile.columns.size(); ++c) {
      const auto& place = store.layout.places[static_cast<std::size_t>(tile.columns[c])];
      pass.cells[c] = histogram + std::ptrdiff_t{place.first_cell} * request.form.words();
    }
    kernel_for(tile, request.form.packed)(pass);
  }
}

/// Σ weight · residual² of the rows that the tree grows on.
std::int64_t squares_of(const RowStore& store, const HistogramRequest& request, std::int32_t node) {
  const float* residual =
      store.residual.data() + static_cast<std::size_t>(request.tree_class) * store.rows;
  const double scale = request.form.square_scale;
  std::int64_t sum = 0;
  for (const std::uint16_t row : store.rows_of(node)) {
    const auto r = static_cast<double>(residual[row]);
    const auto square = static_cast<std::int64_t>(store.weight_of(row) * (r * r * scale));
    sum += store.is_left_out(row) ? 0 : square;
  }
  return sum;
}

void add(std::vector<std::int64_t>& left, const std::vector<std::int64_t>& right) {
  NEVE_CHECK(left.size() == right.size(), "histograms of different requests");
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

}  // namespace

void Histograms::merge(const Histograms& right) {
  add(cells, right.cells);
  add(squares, right.squares);
}

void add_histograms(const RowStore& store, const HistogramRequest& request, Histograms& out) {
  const auto stride = static_cast<std::size_t>(request.cells_per_node * request.form.words());
  for (std::size_t i = 0; i < request.nodes.size(); ++i) {
    add_node(store, request, request.nodes[i], out.cells.data() + i * stride);
    out.squares[i] += squares_of(store, request, request.nodes[i]);
  }
}

void subtract(std::span<std::int64_t> left, std::span<const std::int64_t> right) {
  NEVE_CHECK(left.size() == right.size(), "histograms of different layouts");
  for (std::size_t i = 0; i < left.size(); ++i) left[i] -= right[i];
}

}  // namespace neve::algos::trees
