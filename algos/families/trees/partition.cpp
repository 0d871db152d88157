#include "algos/families/trees/partition.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/rng.hpp>

#include "algos/families/trees/sketch.hpp"

namespace neve::algos::trees {
namespace {

/// Splits one node's rows, kept in order, by a table of which bins go right.
template <class Bin>
std::uint32_t split_rows(const Bin* bins, std::size_t stride,
                         const std::vector<std::uint8_t>& right, std::span<std::uint16_t> rows,
                         std::uint16_t* spare) {
  std::uint16_t* left_end = rows.data();
  std::uint16_t* right_end = spare;
  for (const std::uint16_t row : rows) {
    const std::uint8_t goes_right = right[bins[row * stride]];
    *left_end = row;
    *right_end = row;
    left_end += 1 - goes_right;
    right_end += goes_right;
  }
  std::copy(spare, right_end, left_end);
  return static_cast<std::uint32_t>(left_end - rows.data());
}

void apply_split(RowStore& store, const NodeSplit& split, std::vector<std::uint8_t>& right) {
  const RowStore::Range range = store.ranges[static_cast<std::size_t>(split.node)];
  const auto& place = store.layout.places[static_cast<std::size_t>(split.column)];
  const Tile& tile = store.layout.tiles[static_cast<std::size_t>(place.tile)];
  right.resize(static_cast<std::size_t>(place.bins));
  for (std::int32_t bin = 0; bin < place.bins; ++bin) {
    right[static_cast<std::size_t>(bin)] = split.goes_right(bin, place.bins - 1) ? 1 : 0;
  }
  const std::uint8_t* bytes = store.tiles[static_cast<std::size_t>(place.tile)].data();
  const std::span rows(store.order.data() + range.begin, range.end - range.begin);
  const std::size_t stride = tile.columns.size();
  const std::uint32_t left =
      tile.wide ? split_rows(reinterpret_cast<const std::uint16_t*>(bytes) + place.position, stride,
                             right, rows, store.spare.data())
                : split_rows(bytes + place.position, stride, right, rows, store.spare.data());
  store.ranges[static_cast<std::size_t>(split.left)] = {range.begin, range.begin + left};
  store.ranges[static_cast<std::size_t>(split.left) + 1] = {range.begin + left, range.end};
}

Histograms empty_histograms(const HistogramRequest& request) {
  Histograms histograms;
  const auto cells = static_cast<std::size_t>(request.cells_per_node * request.form.words());
  histograms.cells.resize(cells * request.nodes.size());
  histograms.squares.resize(request.nodes.size());
  return histograms;
}

/// Which rows the tree grows on.
class Sampler {
 public:
  explicit Sampler(const RowSampling& sampling)
      : sampling_(sampling), random_(sampling.seed, sampling.tree) {}
  [[nodiscard]] bool takes_all() const {
    return sampling_.rate >= 1 && sampling_.rate_per_class.empty();
  }
  [[nodiscard]] bool takes(std::int64_t row, double response) const {
    const double rate = sampling_.rate_per_class.empty()
                            ? sampling_.rate
                            : sampling_.rate_per_class[static_cast<std::size_t>(response)];
    return random_.uniform(static_cast<std::uint64_t>(row)) < rate;
  }

 private:
  const RowSampling& sampling_;
  CounterRng random_;
};

/// Fills addend (and addend_weight) of every row from its residual and weight.
void round_targets(RowStore& store, const RootTask::State& state) {
  const FixedPoint& form = state.request.form;
  const float* residual =
      store.residual.data() + static_cast<std::size_t>(state.request.tree_class) * store.rows;
  store.packed = form.packed;
  if (!form.packed) store.addend_weight.resize(store.rows);
  if (form.packed && store.weight.empty()) {
    const std::int64_t one = std::int64_t{1} << form.weight_bits;
    for (std::size_t row = 0; row < store.rows; ++row) {
      store.addend[row] =
          std::llrint(static_cast<double>(residual[row]) * form.target_scale) * one + 1;
    }
    return;
  }
  for (std::size_t row = 0; row < store.rows; ++row) {
    const double weight = store.weight_of(row);
    const double target = static_cast<double>(residual[row]) * form.target_scale;
    const auto whole = static_cast<std::int64_t>(weight);
    if (form.packed) {
      store.addend[row] = (whole * std::llrint(target) << form.weight_bits) + whole;
    } else if (form.whole_weights) {
      store.addend[row] = whole * std::llrint(target);
      store.addend_weight[row] = whole;
    } else {
      store.addend[row] = std::llrint(weight * target);
      store.addend_weight[row] = std::llrint(weight * form.weight_scale);
    }
  }
}

void leave_out(RowStore& store, const Sampler& sampler) {
  for (std::size_t row = 0; row < store.rows; ++row) {
    if (sampler.takes(store.first_row + static_cast<std::int64_t>(row), store.response[row]))
      continue;
    store.addend[row] = 0;
    if (!store.addend_weight.empty()) store.addend_weight[row] = 0;
  }
}

}  // namespace

void apply_splits(RowStore& store, std::span<const NodeSplit> splits) {
  std::int32_t last = 0;
  for (const NodeSplit& split : splits) last = std::max(last, split.left + 1);
  if (store.ranges.size() <= static_cast<std::size_t>(last)) {
    store.ranges.resize(static_cast<std::size_t>(last) + 1);
  }
  std::vector<std::uint8_t> right;
  for (const NodeSplit& split : splits) apply_split(store, split, right);
}

RootTask::Partial RootTask::zero(const State& state) { return empty_histograms(state.request); }

void RootTask::map(const mr::RowGroup& /*group*/, const State& state, RowStore& store,
                   Partial& partial) {
  round_targets(store, state);
  const Sampler sampler(state.sampling);
  store.sampled = !sampler.takes_all();
  if (store.sampled) leave_out(store, sampler);
  std::iota(store.order.begin(), store.order.end(), std::uint16_t{0});
  store.ranges.assign(1, {0, static_cast<std::uint32_t>(store.rows)});
  add_histograms(store, state.request, partial);
}

LevelTask::Partial LevelTask::zero(const State& state) { return empty_histograms(state.request); }

void LevelTask::map(const mr::RowGroup& /*group*/, const State& state, RowStore& store,
                    Partial& partial) {
  apply_splits(store, state.splits);
  add_histograms(store, state.request, partial);
}

mr::TaskList tasks() {
  return {&mr::task_entry<CountTask>(), &mr::task_entry<SampleTask>(), &mr::task_entry<LoadTask>(),
          &mr::task_entry<RootTask>(), &mr::task_entry<LevelTask>()};
}

}  // namespace neve::algos::trees
