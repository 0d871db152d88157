#include "algos/families/trees/histogram.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <neve/base/error.hpp>

#include "algos/families/trees/residual_sums.hpp"

namespace neve::algos::trees {
namespace {

/// One pass of a node's rows over one tile.
struct TilePass {
  const std::uint8_t* bins;
  const Addends* addends;
  std::int32_t weight_bits;
  std::span<const std::uint16_t> rows;
  std::array<std::int64_t*, Tile::kMostColumns> cells;  ///< of each column
};

/// Rows far enough ahead that their bins and addends arrive in time from the L2 or L3 cache.
constexpr std::size_t kAhead = 24;

// What a row adds to a cell, in each of the forms that Addends have.

struct CountedAddend {
  static constexpr std::size_t kWords = 1;
  explicit CountedAddend(const TilePass& pass)
      : target(pass.addends->counted.data()), weight_bits(pass.weight_bits) {}
  void prefetch(std::size_t row) const { __builtin_prefetch(target + row); }
  [[nodiscard]] std::array<std::int64_t, 1> at(std::size_t row) const {
    return {(std::int64_t{target[row]} << weight_bits) + 1};
  }
  const std::int32_t* target;
  std::int32_t weight_bits;
};

struct PackedAddend {
  static constexpr std::size_t kWords = 1;
  explicit PackedAddend(const TilePass& pass) : both(pass.addends->target.data()) {}
  void prefetch(std::size_t row) const { __builtin_prefetch(both + row); }
  [[nodiscard]] std::array<std::int64_t, 1> at(std::size_t row) const { return {both[row]}; }
  const std::int64_t* both;
};

struct WideAddend {
  static constexpr std::size_t kWords = 2;
  explicit WideAddend(const TilePass& pass)
      : target(pass.addends->target.data()), weight(pass.addends->weight.data()) {}
  void prefetch(std::size_t row) const { __builtin_prefetch(target + row); }
  [[nodiscard]] std::array<std::int64_t, 2> at(std::size_t row) const {
    return {target[row], weight[row]};
  }
  const std::int64_t* target;
  const std::int64_t* weight;
};

struct FineAddend {
  static constexpr std::size_t kWords = 3;
  explicit FineAddend(const TilePass& pass)
      : target(pass.addends->target.data()),
        rest(pass.addends->rest.data()),
        weight(pass.addends->weight.data()) {}
  void prefetch(std::size_t row) const { __builtin_prefetch(target + row); }
  [[nodiscard]] std::array<std::int64_t, 3> at(std::size_t row) const {
    return {target[row], rest[row], weight[row]};
  }
  const std::int64_t* target;
  const std::int64_t* rest;
  const std::int64_t* weight;
};

template <class Bin, std::size_t Columns, class Addend>
void add_tile(const TilePass& pass) {
  const auto* bins = reinterpret_cast<const Bin*>(pass.bins);
  const std::array<std::int64_t*, Tile::kMostColumns> cells = pass.cells;
  const std::span<const std::uint16_t> rows = pass.rows;
  const Addend addend(pass);
  const auto add_row = [&](std::size_t row) {
    const Bin* at = bins + row * Columns;
    const auto words = addend.at(row);
    for (std::size_t c = 0; c < Columns; ++c) {
      std::int64_t* cell = cells[c] + Addend::kWords * std::size_t{at[c]};
      for (std::size_t w = 0; w < Addend::kWords; ++w) cell[w] += words[w];
    }
  };
  std::size_t i = 0;
  for (; i + kAhead < rows.size(); ++i) {
    const std::size_t ahead = rows[i + kAhead];
    __builtin_prefetch(bins + ahead * Columns);
    addend.prefetch(ahead);
    add_row(rows[i]);
  }
  for (; i < rows.size(); ++i) add_row(rows[i]);
}

using AddTile = void (*)(const TilePass&);

template <class Bin, class Addend, std::size_t... C>
constexpr std::array<AddTile, sizeof...(C)> kernels_of(std::index_sequence<C...> /*columns*/) {
  return {&add_tile<Bin, C + 1, Addend>...};
}

template <class Addend>
AddTile kernel_of(const Tile& tile) {
  constexpr std::make_index_sequence<Tile::kMostColumns> kCounts;
  static constexpr auto kNarrow = kernels_of<std::uint8_t, Addend>(kCounts);
  static constexpr auto kBroad = kernels_of<std::uint16_t, Addend>(kCounts);
  return (tile.wide ? kBroad : kNarrow)[tile.columns.size() - 1];
}

AddTile kernel_for(const Tile& tile, const Addends& addends) {
  if (!addends.counted.empty()) return kernel_of<CountedAddend>(tile);
  if (addends.weight.empty()) return kernel_of<PackedAddend>(tile);
  return addends.rest.empty() ? kernel_of<WideAddend>(tile) : kernel_of<FineAddend>(tile);
}

bool is_used(const Tile& tile, const std::vector<std::uint8_t>& columns) {
  return std::ranges::any_of(
      tile.columns, [&](std::int32_t c) { return columns[static_cast<std::size_t>(c)] != 0; });
}

void add_node(const RowStore& store, const HistogramRequest& request, std::int32_t node,
              std::int64_t* histogram) {
  TilePass pass{nullptr, &store.addends, request.form.weight_bits, store.rows_of(node), {}};
  if (pass.rows.empty()) return;
  for (std::size_t t = 0; t < store.tiles.size(); ++t) {
    const Tile& tile = store.layout.tiles[t];
    if (!is_used(tile, request.columns)) continue;
    pass.bins = store.tiles[t].data();
    for (std::size_t c = 0; c < tile.columns.size(); ++c) {
      const auto& place = store.layout.places[static_cast<std::size_t>(tile.columns[c])];
      pass.cells[c] = histogram + std::ptrdiff_t{place.first_cell} * request.form.words();
    }
    kernel_for(tile, store.addends)(pass);
  }
}

/// Adds Σ weight · residual² of the rows that the tree grows on, and their number.
void add_squares(const RowStore& store, const HistogramRequest& request, std::size_t place,
                 Histograms& out) {
  const FixedPoint& form = request.form;
  if (store.weight.empty()) {
    const PlainRows rows = plain_rows(store, request.nodes[place], request.tree_class);
    const SquareSum sum = residual_sum_kernels().squares(rows, form.square);
    out.squares[place] += sum.sum;
    out.rows[place] += sum.rows;
    return;
  }
  const float* residual =
      store.residual.data() + static_cast<std::size_t>(request.tree_class) * store.rows;
  for (const std::uint16_t row : store.rows_of(request.nodes[place])) {
    if (store.addends.leaves_out(row)) continue;
    out.squares[place] +=
        form.round_square(static_cast<double>(residual[row]), store.weight_of(row));
    ++out.rows[place];
  }
}

template <class Sum>
void add(std::vector<Sum>& left, const std::vector<Sum>& right) {
  NEVE_CHECK(left.size() == right.size(), "histograms of different requests");
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

}  // namespace

void Histograms::merge(const Histograms& right) {
  add(cells, right.cells);
  add(squares, right.squares);
  add(rows, right.rows);
}

void add_histograms(const RowStore& store, const HistogramRequest& request, Histograms& out) {
  const std::size_t stride = static_cast<std::size_t>(request.cells_per_node) *
                             static_cast<std::size_t>(request.form.words());
  for (std::size_t i = 0; i < request.nodes.size(); ++i) {
    add_node(store, request, request.nodes[i], out.cells.data() + i * stride);
    add_squares(store, request, i, out);
  }
}

void subtract(std::span<std::int64_t> left, std::span<const std::int64_t> right) {
  NEVE_CHECK(left.size() == right.size(), "histograms of different layouts");
  for (std::size_t i = 0; i < left.size(); ++i) left[i] -= right[i];
}

}  // namespace neve::algos::trees
