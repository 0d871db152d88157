#include "algos/deeplearning/rows.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <neve/base/budget.hpp>
#include <neve/base/rng.hpp>

namespace neve::algos::deeplearning {
namespace {

/// The columns beside the predictors, of the rows of a group that count.
struct Chosen {
  model::PickedRows rows;
  std::vector<double> responses;
  std::vector<double> weights;  ///< empty where there is no such column
};

bool lacks_predictor(const model::ScoreBlock& block, std::size_t row) {
  for (std::size_t c = 0; c < block.numbers.size(); ++c) {
    if (!block.numbers[c].empty() && std::isnan(block.numbers[c][row])) return true;
    if (!block.codes[c].empty() && block.codes[c][row] < 0) return true;
  }
  return false;
}

/// Marks rows that lack a predictor.
std::vector<bool> incomplete_rows(const mr::RowGroup& group, const RowSource& source) {
  std::vector<bool> incomplete(static_cast<std::size_t>(group.rows));
  model::BlockReader reader(group, source.plan);
  for (std::int64_t begin = 0; begin < reader.rows();) {
    const model::ScoreBlock& block = reader.read(begin);
    for (std::size_t i = 0; i < block.rows; ++i) {
      if (lacks_predictor(block, i)) incomplete[static_cast<std::size_t>(begin) + i] = true;
    }
    begin += static_cast<std::int64_t>(block.rows);
  }
  return incomplete;
}

/// Responses by their numbers or classes of training, NaN where a row does not count.
std::vector<double> responses_of(const mr::RowGroup& group, const RowSource& source) {
  if (source.response < 0) return std::vector<double>(static_cast<std::size_t>(group.rows));
  std::vector<double> responses = model::column_numbers(group, source.response);
  for (double& value : responses) {
    if (source.classes == 0 || std::isnan(value)) continue;
    const std::int32_t code = source.response_levels.map(static_cast<std::int32_t>(value));
    value = code < 0 || code >= source.classes ? std::numeric_limits<double>::quiet_NaN() : code;
  }
  return responses;
}

Chosen choose(const mr::RowGroup& group, const RowSource& source) {
  Chosen made;
  std::vector<double> responses = responses_of(group, source);
  const auto drop_unless = [&](const std::vector<double>& values, auto holds) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!holds(values[i])) responses[i] = std::numeric_limits<double>::quiet_NaN();
    }
  };
  std::vector<double> weights;
  if (source.weights >= 0) {
    weights = model::column_numbers(group, source.weights);
    drop_unless(weights, [](double weight) { return weight > 0; });
  }
  if (source.plan.offset >= 0) {
    drop_unless(model::column_numbers(group, source.plan.offset),
                [](double offset) { return std::isfinite(offset); });
  }
  if (source.skips_missing) {
    const std::vector<bool> incomplete = incomplete_rows(group, source);
    for (std::size_t i = 0; i < incomplete.size(); ++i) {
      if (incomplete[i]) responses[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  made.rows = model::pick_rows(responses, [](double value) { return !std::isnan(value); });
  for (const std::uint16_t row : made.rows) {
    made.responses.push_back(responses[row]);
    if (!weights.empty()) made.weights.push_back(weights[row]);
  }
  return made;
}

/// Moments of the values that are there, weights[i] being that of values[i]; empty: all 1.
linear::Moments moments_of(std::span<const double> values, std::span<const double> weights) {
  linear::Moments made;
  const auto for_each = [&](const auto& use) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isnan(values[i])) use(values[i], weights.empty() ? 1.0 : weights[i]);
    }
  };
  double sum = 0;
  for_each([&](double value, double weight) {
    made.weight += weight;
    sum += weight * value;
    made.min = std::min(made.min, value);
    made.max = std::max(made.max, value);
  });
  if (made.weight == 0) return made;
  made.mean = sum / made.weight;
  for_each([&](double value, double weight) {
    made.squares += weight * (value - made.mean) * (value - made.mean);
  });
  return made;
}

}  // namespace

RowSource row_source(const model::ColumnRoles& roles, const model::Dataset& data,
                     bool skips_missing) {
  RowSource made;
  made.plan = model::plan_of(roles, data);
  made.response = data.response;
  made.response_levels = data.response_levels;
  made.classes = roles.response_domain ? roles.classes() : 0;
  made.weights = data.weights;
  made.skips_missing = skips_missing;
  return made;
}

MomentsTask::Partial MomentsTask::zero(const State& source) {
  Partial made;
  made.predictors.resize(source.plan.types.size());
  made.class_weights.resize(static_cast<std::size_t>(source.classes));
  return made;
}

void MomentsTask::map(const mr::RowGroup& group, const State& source, Partial& partial) {
  const Chosen chosen = choose(group, source);
  partial.rows += static_cast<std::int64_t>(chosen.rows.size());
  partial.response.merge(moments_of(chosen.responses, chosen.weights));
  for (std::size_t i = 0; source.classes > 0 && i < chosen.rows.size(); ++i) {
    const double weight = chosen.weights.empty() ? 1 : chosen.weights[i];
    partial.class_weights[static_cast<std::size_t>(chosen.responses[i])] += weight;
  }
  model::BlockReader reader(group, source.plan, &chosen.rows);
  for (std::int64_t begin = 0; begin < reader.rows();) {
    const model::ScoreBlock& block = reader.read(begin);
    std::span<const double> weights = chosen.weights;
    if (!weights.empty()) weights = weights.subspan(static_cast<std::size_t>(begin), block.rows);
    for (std::size_t c = 0; c < block.numbers.size(); ++c)
      partial.predictors[c].merge(moments_of(block.numbers[c], weights));
    begin += static_cast<std::int64_t>(block.rows);
  }
}

void MomentsTask::merge(Partial& left, const Partial& right) {
  left.rows += right.rows;
  for (std::size_t c = 0; c < left.predictors.size(); ++c)
    left.predictors[c].merge(right.predictors[c]);
  left.response.merge(right.response);
  for (std::size_t k = 0; k < left.class_weights.size(); ++k)
    left.class_weights[k] += right.class_weights[k];
}

void HeldRows::append(const HeldRows& more) {
  const auto add_to = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  add_to(numbers, more.numbers);
  add_to(codes, more.codes);
  add_to(responses, more.responses);
  add_to(weights, more.weights);
  add_to(offsets, more.offsets);
}

bool RowSample::takes(std::int64_t row, double response) const {
  if (chances.empty()) return true;
  const double chance =
      chances.size() == 1 ? chances[0] : chances[static_cast<std::size_t>(response)];
  constexpr std::uint64_t kStream = 77;
  return chance >= 1 || CounterRng(seed, kStream).uniform(static_cast<std::uint64_t>(row)) < chance;
}

void HoldTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  Chosen chosen = choose(group, state.source);
  if (!state.sample.chances.empty()) {
    Chosen some;
    for (std::size_t i = 0; i < chosen.rows.size(); ++i) {
      if (!state.sample.takes(group.first_row + chosen.rows[i], chosen.responses[i])) continue;
      some.rows.push_back(chosen.rows[i]);
      some.responses.push_back(chosen.responses[i]);
      if (!chosen.weights.empty()) some.weights.push_back(chosen.weights[i]);
    }
    chosen = std::move(some);
  }
  auto piece = std::make_shared<HeldRows>();
  model::BlockReader reader(group, state.source.plan, &chosen.rows);
  for (std::int64_t begin = 0; begin < reader.rows();) {
    const model::ScoreBlock& block = reader.read(begin);
    state.plan.append(block, piece->numbers, piece->codes);
    piece->offsets.insert(piece->offsets.end(), block.offset.begin(), block.offset.end());
    begin += static_cast<std::int64_t>(block.rows);
  }
  piece->responses = std::move(chosen.responses);
  piece->weights = std::move(chosen.weights);
  partial.pieces[static_cast<std::int64_t>(group.index.value())] = std::move(piece);
}

void HoldTask::merge(Partial& left, const Partial& right) {
  left.pieces.insert(right.pieces.begin(), right.pieces.end());
}

RowStore hold_rows(mr::Engine& engine, const mr::Inputs& inputs, const HoldTask::State& state,
                   std::int64_t rows, const mr::RunOptions& options) {
  const std::size_t weights = state.source.weights >= 0 ? 1 : 0;
  const std::size_t offsets = state.source.plan.offset >= 0 ? 1 : 0;
  const std::size_t bytes = (state.plan.numbers + state.plan.categories) * sizeof(float) +
                            (1 + weights + offsets) * sizeof(double);
  RowStore made;
  made.memory =
      engine.budget().reserve(rows * static_cast<std::int64_t>(bytes), "Rows of deep learning");
  auto held = engine.run<HoldTask>(inputs, state, options).pieces;
  std::size_t count = 0;
  for (const auto& [group, piece] : held) count += piece->size();
  made.rows.numbers.reserve(count * state.plan.numbers);
  made.rows.codes.reserve(count * state.plan.categories);
  made.rows.responses.reserve(count);
  made.rows.weights.reserve(count * weights);
  made.rows.offsets.reserve(count * offsets);
  // Memory is touched as pieces are freed, so that rows are held about once.
  while (!held.empty()) {
    made.rows.append(*held.begin()->second);
    held.erase(held.begin());
  }
  return made;
}

}  // namespace neve::algos::deeplearning
