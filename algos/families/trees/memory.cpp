#include "algos/families/trees/memory.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::trees {
namespace {

constexpr std::int64_t kWordBytes = 8;
/// A cell in the widest form.
constexpr std::int64_t kCellBytes = 3 * kWordBytes;

/// Nodes of the widest level that may be split: each weighs min_rows at least, twice over, and is
/// not small.
double widest_level(std::int64_t rows, const GrowSettings& settings, std::int64_t small_rows) {
  const double least = std::max(2 * settings.rules.min_rows, static_cast<double>(small_rows));
  const double by_rows = static_cast<double>(rows) / std::max(1.0, least);
  const double by_depth = std::ldexp(1.0, std::min(settings.max_depth, 62) - 1);
  const double by_leaves = settings.max_leaves > 0 ? settings.max_leaves : by_depth;
  return std::max(1.0, std::min({by_rows, by_depth, by_leaves}));
}

}  // namespace

std::int64_t sketch_bytes(const frame::Layout& layout, const RowColumns& columns,
                          std::span<const PredictorKind> kinds) {
  const auto numbers = static_cast<std::int64_t>(
      std::ranges::count_if(kinds, [](const PredictorKind& kind) { return !kind.categorical; }));
  const std::int64_t rows = std::min(layout.rows(), kSampleRows);
  const std::int64_t per_value = columns.weights >= 0 ? 2 * kWordBytes : kWordBytes;
  // A value in the result and in what is merged into it, then with its weight as it is sorted.
  return std::min(numbers, std::int64_t{kColumnsAtOnce}) * rows * (2 * per_value + 2 * kWordBytes);
}

std::int64_t row_store_bytes(std::int64_t rows, const RowColumns& columns, const BinLayout& bins) {
  std::int64_t bytes = kWordBytes + 2 + 2;  // response, order, which rows
  for (const Tile& tile : bins.tiles) bytes += static_cast<std::int64_t>(tile.row_bytes());
  // Scores and residuals; weights and addends in the widest form, where rows differ in weight.
  bytes += columns.classes * (kWordBytes + 4);
  bytes += columns.weighted() ? kWordBytes + kCellBytes : 4;
  // Who counts unseen rows samples, which needs full addends.
  if (columns.counts_unseen) bytes += 4 + kCellBytes;
  return rows * bytes;
}

std::int64_t histogram_bytes(const frame::Layout& layout, const BinLayout& bins,
                             const GrowSettings& settings, int threads) {
  const double node = static_cast<double>(bins.cells) * kCellBytes;
  const std::int64_t small_rows = small_rows_of(settings, bins);
  const double level = node * widest_level(layout.rows(), settings, small_rows);
  const double kept = std::min(level, std::max(node, static_cast<double>(settings.kept_bytes)));
  // A pass makes histograms in every thread, merges them into one more, and takes nodes from it.
  const double pass = std::min(level, std::max(2 * node, static_cast<double>(kPassBytes)));
  return static_cast<std::int64_t>(2 * kept + pass * (threads + 2));
}

std::int64_t small_node_bytes(const frame::Layout& layout, const BinLayout& bins,
                              const GrowSettings& settings, int threads) {
  // A row's sums in three units, its bins, its place; see LocalRows.
  constexpr std::int64_t kLocalRowBytes = 80;
  const auto row = static_cast<std::int64_t>(gathered_bytes(bins, settings.weighted));
  const std::int64_t rows = layout.rows();
  const std::int64_t node_rows = std::min(rows, small_rows_of(settings, bins));
  const std::int64_t batch =
      std::min(rows * row, std::max(node_rows * row, static_cast<std::int64_t>(kGatherBytes)));
  // The tree that grows: its leaves, and as many nodes above them.
  const double leaves = static_cast<double>(rows) / std::max(1.0, settings.rules.min_rows);
  const auto tree = static_cast<std::int64_t>(2 * leaves * double{sizeof(Tree::Node)});
  // In the threads, in the result, and sorted by node.
  return 3 * batch + threads * node_rows * (row + kLocalRowBytes) + tree;
}

}  // namespace neve::algos::trees
