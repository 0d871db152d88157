#include "algos/families/trees/sketch.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/rng.hpp>

namespace neve::algos::trees {
namespace {

constexpr std::int32_t kMostBins = 65'534;
/// The sample is the same for every model of a frame, whatever its seed.
constexpr std::uint64_t kSampleSeed = 0x5EED;

std::vector<double> decode_all(const frame::Chunk& chunk) {
  constexpr std::size_t kBlockRows = 1024;
  std::vector<double> values(static_cast<std::size_t>(chunk.rows()));
  for (std::size_t begin = 0; begin < values.size(); begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, values.size() - begin);
    chunk.decode(static_cast<std::int64_t>(begin), std::span(values).subspan(begin, count));
  }
  return values;
}

/// Row numbers, local to the group, that belong to the sample.
std::vector<std::size_t> sampled_rows(const mr::RowGroup& group, const SampleTask::State& state,
                                      const std::vector<double>& weights) {
  const auto rows = static_cast<std::size_t>(group.rows);
  const CounterRng random(state.seed);
  const auto start_of = [&](std::int64_t run) { return run * state.rows / state.sample; };
  const auto drawn_from = [&](std::int64_t run) {
    const std::int64_t begin = start_of(run);
    const auto length = static_cast<std::uint64_t>(start_of(run + 1) - begin);
    return begin + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(run), length));
  };
  std::int64_t number = state.first[static_cast<std::size_t>(group.index.value())];
  std::int64_t run = state.sample * number / std::max<std::int64_t>(state.rows, 1);
  while (run > 0 && start_of(run) > number) --run;
  while (run < state.sample && start_of(run + 1) <= number) ++run;
  std::vector<std::size_t> taken;
  for (std::size_t row = 0; row < rows; ++row) {
    if (!weights.empty() && !(weights[row] > 0)) continue;
    while (run < state.sample && drawn_from(run) < number) ++run;
    if (run < state.sample && drawn_from(run) == number) taken.push_back(row);
    ++number;
  }
  return taken;
}

std::int32_t most_bins(std::int64_t rows, const BinSettings& settings) {
  constexpr std::int64_t kFewRows = std::int64_t{256} << 10U;
  constexpr std::int32_t kNarrowBins = 255;
  constexpr std::int32_t kDefaultTopLevel = 1024;
  std::int32_t bins = kNarrowBins;
  if (rows <= kFewRows || settings.bins_top_level > kDefaultTopLevel)
    bins = settings.bins_top_level;
  return std::clamp(std::max(bins, settings.bins), 2, kMostBins);
}

std::vector<WeightedValue> sample_of(SampleTask::Partial& sample, std::size_t column) {
  std::vector<WeightedValue> values(sample.values[column].size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = {sample.values[column][i], sample.weights.empty() ? 1 : sample.weights[column][i]};
  }
  sample.values[column] = {};
  return values;
}

SampleTask::State plan_sample(mr::Engine& engine, const mr::Inputs& inputs,
                              const RowColumns& columns, const mr::RunOptions& options) {
  SampleTask::State state;
  state.seed = kSampleSeed;
  std::vector<std::int64_t> counts;
  mr::Inputs weights{inputs.layout, {}};
  if (columns.weights >= 0) {
    weights.columns.push_back(inputs.columns[static_cast<std::size_t>(columns.weights)]);
    counts = engine.run<CountTask>(weights, {inputs.layout->groups()}, options).rows;
  }
  for (std::int32_t g = 0; g < inputs.layout->groups(); ++g) {
    state.first.push_back(state.rows);
    state.rows += counts.empty() ? inputs.layout->rows_of(GroupIndex(g))
                                 : counts[static_cast<std::size_t>(g)];
  }
  state.sample = std::min(state.rows, kSampleRows);
  return state;
}

}  // namespace

void CountTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  for (const double weight : decode_all(group.columns[0])) {
    partial.rows[static_cast<std::size_t>(group.index.value())] += weight > 0 ? 1 : 0;
  }
}

void CountTask::merge(Partial& left, const Partial& right) {
  for (std::size_t g = 0; g < left.rows.size(); ++g) left.rows[g] += right.rows[g];
}

void SampleTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  std::vector<double> weights;
  if (state.weights >= 0)
    weights = decode_all(group.columns[static_cast<std::size_t>(state.weights)]);
  const std::vector<std::size_t> rows = sampled_rows(group, state, weights);
  partial.values.resize(state.columns.size());
  if (!weights.empty()) partial.weights.resize(state.columns.size());
  for (std::size_t c = 0; c < state.columns.size(); ++c) {
    const std::vector<double> values =
        decode_all(group.columns[static_cast<std::size_t>(state.columns[c])]);
    for (const std::size_t row : rows) {
      if (std::isnan(values[row])) continue;
      partial.values[c].push_back(values[row]);
      if (!weights.empty()) partial.weights[c].push_back(weights[row]);
    }
  }
}

void SampleTask::merge(Partial& left, const Partial& right) {
  const auto append = [](auto& to, const auto& from) {
    to.resize(std::max(to.size(), from.size()));
    for (std::size_t c = 0; c < from.size(); ++c)
      to[c].insert(to[c].end(), from[c].begin(), from[c].end());
  };
  append(left.values, right.values);
  append(left.weights, right.weights);
}

wire::Bytes bins_key(const mr::Inputs& inputs, const RowColumns& columns,
                     std::span<const PredictorKind> kinds, const BinSettings& settings) {
  const auto id_of = [&](std::int32_t column) {
    return column < 0 ? std::uint64_t{0} : inputs.columns[static_cast<std::size_t>(column)].value();
  };
  wire::Writer key;
  key(std::string("trees.bins"), inputs.layout->id, columns.weights >= 0, id_of(columns.weights));
  for (std::size_t c = 0; c < kinds.size(); ++c)
    key(id_of(columns.predictors[c]), kinds[c].categorical, kinds[c].levels);
  key(settings.bins, settings.bins_top_level, settings.bins_categorical, settings.cutting);
  return key.take();
}

BinSpec make_bins(mr::Engine& engine, const mr::Inputs& inputs, const RowColumns& columns,
                  std::span<const PredictorKind> kinds, const BinSettings& settings,
                  const mr::RunOptions& options) {
  BinSpec spec;
  std::vector<std::size_t> numbers;
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    ColumnBins bins;
    bins.categorical = kinds[c].categorical;
    bins.levels = kinds[c].levels;
    bins.count = std::clamp(std::min(bins.levels, settings.bins_categorical), 1, kMostBins);
    if (!bins.categorical) numbers.push_back(c);
    spec.columns.push_back(std::move(bins));
  }
  SampleTask::State state = plan_sample(engine, inputs, columns, options);
  state.weights = columns.weights;
  const std::int32_t most = most_bins(state.rows, settings);
  for (std::size_t begin = 0; begin < numbers.size(); begin += kColumnsAtOnce) {
    const auto batch =
        std::span(numbers).subspan(begin, std::min(kColumnsAtOnce, numbers.size() - begin));
    mr::Inputs read{inputs.layout, {}};
    state.columns.clear();
    for (const std::size_t c : batch) {
      state.columns.push_back(static_cast<std::int32_t>(read.columns.size()));
      read.columns.push_back(inputs.columns[static_cast<std::size_t>(columns.predictors[c])]);
    }
    if (columns.weights >= 0) {
      state.weights = static_cast<std::int32_t>(read.columns.size());
      read.columns.push_back(inputs.columns[static_cast<std::size_t>(columns.weights)]);
    }
    SampleTask::Partial sample = engine.run<SampleTask>(read, state, options);
    sample.values.resize(batch.size());
    engine.pool().for_each(batch.size(), [&](std::size_t i) {
      std::vector<WeightedValue> values = sample_of(sample, i);
      ColumnBins& bins = spec.columns[batch[i]];
      bins.cuts = cut_points(values, most, settings.cutting);
      bins.count = static_cast<std::int32_t>(bins.cuts.size()) + 1;
    });
  }
  return spec;
}

}  // namespace neve::algos::trees
