#pragma once

#include <cstdint>
#include <span>

#include "algos/families/trees/grow.hpp"
#include "algos/families/trees/sketch.hpp"

namespace neve::algos::trees {

/// Bytes that make_bins() takes at most while it runs.
std::int64_t sketch_bytes(const frame::Layout& layout, const RowColumns& columns,
                          std::span<const PredictorKind> kinds);
/// Bytes of the RowStores of a node that runs so many rows.
std::int64_t row_store_bytes(std::int64_t rows, const RowColumns& columns, const BinLayout& bins);
/// Bytes of the histograms that a Grower holds at most, and makes on so many threads at a time.
std::int64_t histogram_bytes(const frame::Layout& layout, const BinLayout& bins,
                             const GrowSettings& settings, int threads);
/// Bytes that finishing small nodes takes at most, and the tree that grows; where leaves are means.
std::int64_t small_node_bytes(const frame::Layout& layout, const BinLayout& bins,
                              const GrowSettings& settings, int threads);

}  // namespace neve::algos::trees
