#include "algos/families/trees/partition.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <type_traits>

#include <neve/base/isa.hpp>

#include "algos/families/trees/calibration.hpp"
#include "algos/families/trees/class_balance.hpp"
#include "algos/families/trees/means.hpp"
#include "algos/families/trees/row_kernels.hpp"
#include "algos/families/trees/sketch.hpp"
#include "algos/families/trees/small_nodes.hpp"

namespace neve::algos::trees {
namespace {

const RowKernels& row_kernels() { return kernels_at_process_isa(v3::kRowKernels, v4::kRowKernels); }

/// Applies splits to a group's rows, one after the other.
class Splitter {
 public:
  explicit Splitter(RowStore& store)
      : store_(store),
        kernels_(row_kernels()),
        spare_(std::make_unique_for_overwrite<std::uint16_t[]>(store.rows + kSpareSlack)) {}

  void apply(const NodeSplit& split) {
    const RowStore::Range range = store_.ranges[static_cast<std::size_t>(split.node)];
    const auto& place = store_.layout.places[static_cast<std::size_t>(split.column)];
    const Tile& tile = store_.layout.tiles[static_cast<std::size_t>(place.tile)];
    right_.resize(static_cast<std::size_t>(place.bins));
    split.mark_right(right_);
    const std::uint8_t* bytes = store_.tiles[static_cast<std::size_t>(place.tile)].data();
    const RowSplit rows{.bins = bytes + place.position * (tile.wide ? 2 : 1),
                        .stride = tile.columns.size(),
                        .right = right_.data(),
                        .rows = store_.order.data() + range.begin,
                        .count = range.end - range.begin,
                        .spare = spare_.get()};
    const std::size_t to_left =
        tile.wide ? kernels_.split_by_words(rows) : kernels_.split_by_bytes(rows);
    const auto middle = range.begin + static_cast<std::uint32_t>(to_left);
    store_.ranges[static_cast<std::size_t>(split.left)] = {range.begin, middle};
    store_.ranges[static_cast<std::size_t>(split.left) + 1] = {middle, range.end};
  }

 private:
  RowStore& store_;
  const RowKernels& kernels_;
  std::unique_ptr<std::uint16_t[]> spare_;
  std::vector<std::uint8_t> right_;
};

Histograms empty_histograms(const HistogramRequest& request) {
  Histograms histograms;
  const std::size_t cells = static_cast<std::size_t>(request.cells_per_node) *
                            static_cast<std::size_t>(request.form.words());
  histograms.cells.resize(cells * request.nodes.size());
  histograms.squares.resize(request.nodes.size());
  histograms.rows.resize(request.nodes.size());
  return histograms;
}

/// Makes room for what a form needs; what the last tree needed besides goes.
void make_room(Addends& addends, std::size_t rows, FixedPoint::Form form, bool counted) {
  const auto fit = [rows](auto& words, bool needed) {
    needed ? words.resize(rows) : std::remove_reference_t<decltype(words)>().swap(words);
  };
  fit(addends.counted, counted);
  fit(addends.target, !counted);
  fit(addends.rest, form == FixedPoint::Form::fine);
  fit(addends.weight, form != FixedPoint::Form::packed);
}

/// The addends of a row that weighs `weight`.
void round_target(const FixedPoint& form, double residual, double weight, std::size_t row,
                  Addends& out) {
  const auto copies = static_cast<std::int64_t>(weight);
  if (form.form == FixedPoint::Form::packed) {
    out.target[row] = (copies * nearest(residual * form.target.whole) << form.weight_bits) + copies;
    return;
  }
  const TwoPartSum target = form.round_target(residual, weight);
  out.target[row] = target.whole;
  if (form.form == FixedPoint::Form::fine) out.rest[row] = target.rest;
  out.weight[row] = form.round_weight(weight);
}

/// Fills the addends from residuals and weights.
void round_targets(RowStore& store, const RootTask::State& state) {
  const FixedPoint& form = state.request.form;
  const float* residual =
      store.residual.data() + static_cast<std::size_t>(state.request.tree_class) * store.rows;
  const bool counted =
      form.form == FixedPoint::Form::packed && store.weight.empty() && !store.sampled;
  make_room(store.addends, store.rows, form.form, counted);
  if (counted) {
    for (std::size_t row = 0; row < store.rows; ++row) {
      store.addends.counted[row] = static_cast<std::int32_t>(
          nearest(static_cast<double>(residual[row]) * form.target.whole));
    }
    return;
  }
  if (form.form == FixedPoint::Form::packed && store.weight.empty()) {
    for (std::size_t row = 0; row < store.rows; ++row) {
      const std::int64_t target = nearest(static_cast<double>(residual[row]) * form.target.whole);
      store.addends.target[row] = (target << form.weight_bits) + 1;
    }
    return;
  }
  for (std::size_t row = 0; row < store.rows; ++row) {
    round_target(form, static_cast<double>(residual[row]), store.weight_of(row), row,
                 store.addends);
  }
}

/// Clears the addends of rows that the tree does not see.
void leave_out(RowStore& store, const RowSampler& sampler) {
  constexpr std::size_t kRows = 1024;
  std::array<std::uint64_t, kRows> numbers;
  std::array<double, kRows> responses;
  std::array<std::int64_t, kRows> taken;
  Addends& addends = store.addends;
  for (std::size_t begin = 0; begin < store.rows; begin += kRows) {
    const std::size_t count = std::min(kRows, store.rows - begin);
    for (std::size_t i = 0; i < count; ++i)
      numbers[i] = static_cast<std::uint64_t>(store.number_of(begin + i));
    if (sampler.by_class()) store.response.read(begin, std::span(responses).first(count));
    sampler.take(std::span(numbers).first(count), std::span(responses).first(count), taken);
    for (std::vector<std::int64_t>* words : {&addends.target, &addends.rest, &addends.weight}) {
      if (words->empty()) continue;
      std::int64_t* at = words->data() + begin;
      for (std::size_t i = 0; i < count; ++i) at[i] &= taken[i];
    }
  }
}

}  // namespace

void NodeSplit::mark_right(std::span<std::uint8_t> bins) const {
  if (categorical) {
    const auto count = static_cast<std::int32_t>(bins.size());
    for (std::int32_t bin = 0; bin < count; ++bin)
      bins[static_cast<std::size_t>(bin)] = goes_right(bin, count - 1) ? 1 : 0;
    return;
  }
  const auto first = std::min(static_cast<std::size_t>(threshold), bins.size());
  std::ranges::fill(bins.first(first), std::uint8_t{0});
  std::ranges::fill(bins.subspan(first), std::uint8_t{1});
  bins.back() = missing_right ? 1 : 0;
}

void RowSampler::take(std::span<const std::uint64_t> rows, std::span<const double> responses,
                      std::span<std::int64_t> taken) const {
  if (!by_class()) {
    row_kernels().draw(random_, sampling_.rate, rows.data(), rows.size(), taken.data());
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    taken[i] = takes(static_cast<std::int64_t>(rows[i]), responses[i]) ? -1 : 0;
}

void apply_splits(RowStore& store, std::span<const NodeSplit> splits) {
  std::int32_t last = 0;
  for (const NodeSplit& split : splits) last = std::max(last, split.left + 1);
  if (store.ranges.size() <= static_cast<std::size_t>(last)) {
    store.ranges.resize(static_cast<std::size_t>(last) + 1);
  }
  Splitter splitter(store);
  for (const NodeSplit& split : splits) splitter.apply(split);
}

RootTask::Partial RootTask::zero(const State& state) { return empty_histograms(state.request); }

void RootTask::map(const mr::RowGroup& /*group*/, const State& state, RowStore& store,
                   Partial& partial) {
  const RowSampler sampler(state.sampling);
  store.sampled = !sampler.takes_all();
  round_targets(store, state);
  if (store.sampled) leave_out(store, sampler);
  store.order.resize(store.rows);
  std::iota(store.order.begin(), store.order.end(), std::uint16_t{0});
  store.ranges.assign(1, {0, static_cast<std::uint32_t>(store.rows)});
  add_histograms(store, state.request, partial);
}

LevelTask::Partial LevelTask::zero(const State& state) { return empty_histograms(state.request); }

void LevelTask::map(const mr::RowGroup& /*group*/, const State& state, RowStore& store,
                    Partial& partial) {
  apply_splits(store, state.splits);
  if (!state.were.empty()) {
    std::vector<RowStore::Range> ranges;
    ranges.reserve(state.were.size());
    for (const std::int32_t was : state.were)
      ranges.push_back(store.ranges[static_cast<std::size_t>(was)]);
    store.ranges = std::move(ranges);
  }
  add_histograms(store, state.request, partial);
}

mr::TaskList tasks() {
  return {&mr::task_entry<CountTask>(),       &mr::task_entry<SampleTask>(),
          &mr::task_entry<LoadTask>(),        &mr::task_entry<CalibrationTask>(),
          &mr::task_entry<RootTask>(),        &mr::task_entry<LevelTask>(),
          &mr::task_entry<MeansTask>(),       &mr::task_entry<GatherTask>(),
          &mr::task_entry<CountClassesTask>()};
}

}  // namespace neve::algos::trees
