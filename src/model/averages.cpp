#include "model/averages.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <neve/base/error.hpp>

namespace neve::model {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::int32_t code_of(double value) {
  return std::isnan(value) ? frame::kMissingCode : static_cast<std::int32_t>(value);
}

/// Blocks of rows in which columns hold one value.
class Replacer {
 public:
  /// Valid until the next call, and as long as the block is.
  const ScoreBlock& replace(const ScoreBlock& block, const Substitution& with) {
    changed_ = block;
    if (numbers_.size() < with.size()) {
      numbers_.resize(with.size());
      codes_.resize(with.size());
    }
    for (std::size_t i = 0; i < with.size(); ++i) put(with[i], i);
    return changed_;
  }

 private:
  void put(const Replacement& one, std::size_t place) {
    const auto column = static_cast<std::size_t>(one.column);
    if (one.column >= 0 && !changed_.codes[column].empty()) {
      codes_[place].assign(changed_.rows, one.code);
      changed_.codes[column] = codes_[place];
      return;
    }
    numbers_[place].assign(changed_.rows, one.number);
    (one.column < 0 ? changed_.offset : changed_.numbers[column]) = numbers_[place];
  }
  ScoreBlock changed_;
  std::vector<std::vector<double>> numbers_;
  std::vector<std::vector<std::int32_t>> codes_;
};

std::span<const double> part(const std::vector<double>& weights, std::int64_t begin,
                             std::size_t rows) {
  if (weights.empty()) return {};
  return std::span(weights).subspan(static_cast<std::size_t>(begin), rows);
}

}  // namespace

void Moments::add(std::span<const double> values, std::span<const double> weights) {
  const auto weight_of = [&](std::size_t i) {
    if (std::isnan(values[i])) return 0.0;
    return weights.empty() ? 1.0 : weights[i] > 0 ? weights[i] : 0.0;
  };
  Moments block;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = weight_of(i);
    if (w == 0) continue;
    ++block.rows;
    block.weight += w;
    block.sum += w * values[i];
  }
  if (block.rows == 0) return;
  block.centre = block.sum / block.weight;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = weight_of(i);
    if (w == 0) continue;
    const double apart = values[i] - block.centre;
    block.squares += w * apart * apart;
  }
  merge(block);
}

void Moments::merge(const Moments& right) {
  if (right.rows == 0) return;
  if (rows == 0) {
    *this = right;
    return;
  }
  const double both = weight + right.weight;
  const double apart = right.centre - centre;
  squares += right.squares + apart * apart * weight * right.weight / both;
  centre += apart * right.weight / both;
  sum += right.sum;
  weight = both;
  rows += right.rows;
}

double Moments::mean() const { return rows == 0 ? kNone : sum / weight; }

double Moments::deviation() const {
  if (rows < 2) return rows == 0 ? kNone : 0;
  const auto n = static_cast<double>(rows);
  // Rounded once less where each row counts 1, as the deviation of a column is.
  return std::sqrt(weight == n ? squares / (n - 1) : squares / weight * (n / (n - 1)));
}

void average_group(const Model& model, const AveragePlan& plan, const mr::RowGroup& group,
                   std::vector<Moments>& moments) {
  constexpr std::size_t kMost = ScoreBlock::kMostRows;
  std::vector<double> values((model.outputs() + model.extra_outputs().size()) * kMost);
  std::vector<std::span<double>> out(values.size() / kMost);
  const std::vector<double> weights =
      plan.weights >= 0 ? column_numbers(group, plan.weights) : std::vector<double>();
  BlockReader reader(group, plan.score);
  Replacer replacer;
  for (std::int64_t begin = 0; begin < reader.rows();) {
    const ScoreBlock& block = reader.read(begin);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = {values.data() + k * kMost, block.rows};
    const std::span<const double> weights_here = part(weights, begin, block.rows);
    std::size_t at = 0;
    for (const Substitution& substitution : plan.substitutions) {
      model.score(replacer.replace(block, substitution), out);
      for (const std::int32_t output : plan.outputs)
        moments[at++].add(out[static_cast<std::size_t>(output)], weights_here);
    }
    begin += static_cast<std::int64_t>(block.rows);
  }
}

void FillTask::map(const mr::RowGroup& /*group*/, const State& state, Partial& /*partial*/,
                   mr::Outputs& outputs) {
  if (state.of_codes) {
    std::ranges::fill(outputs.codes(0), code_of(state.value));
  } else {
    std::ranges::fill(outputs.doubles(0), state.value);
  }
}

MomentsTask::Partial MomentsTask::zero(const State& state) {
  return {std::vector<Moments>(static_cast<std::size_t>(state.columns))};
}

void MomentsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const std::vector<double> weights =
      state.has_weights ? column_numbers(group, state.columns) : std::vector<double>();
  for (std::int32_t c = 0; c < state.columns; ++c)
    partial.moments[static_cast<std::size_t>(c)].add(column_numbers(group, c), weights);
}

void MomentsTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.moments.size(); ++i) left.moments[i].merge(right.moments[i]);
}

Averager::Averager(Parts parts)
    : parts_(std::move(parts)),
      algorithm_(parts_.models.algorithm_of(*parts_.model)),
      data_(adapt(parts_.model->header.roles, parts_.frame, false)) {}

std::vector<Moments> Averager::at(std::span<const std::string> columns,
                                  std::span<const std::vector<double>> points) const {
  if (algorithm_.average != nullptr) return in_one_pass(columns, points);
  std::vector<Moments> all;
  for (const std::vector<double>& point : points)
    std::ranges::copy(of_changed_frame(columns, point), std::back_inserter(all));
  return all;
}

Substitution Averager::substitution(std::span<const std::string> columns,
                                    std::span<const double> values) const {
  const ColumnRoles& roles = parts_.model->header.roles;
  const auto source = [&](std::size_t c) -> const std::string& {
    if (roles.encoding.names.empty()) return roles.predictors[c];
    return roles.encoding.names[static_cast<std::size_t>(roles.encoding.predictors[c].source)];
  };
  Substitution made;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == roles.offset) made.push_back({.number = values[i]});
    for (std::size_t c = 0; c < data_.predictors.size(); ++c) {
      if (source(c) != columns[i]) continue;
      Replacement one{.column = static_cast<std::int32_t>(c), .number = values[i]};
      const LevelMap& levels = data_.levels[c];
      const std::int32_t code = code_of(values[i]);
      if (roles.types[c] == frame::ColumnType::categorical) {
        one.code = levels.map(code);
      } else if (levels.makes_numbers()) {
        levels.fill_numbers(std::span(&code, 1), std::span(&one.number, 1));
      }
      made.push_back(one);
    }
  }
  return made;
}

std::vector<Moments> Averager::in_one_pass(std::span<const std::string> columns,
                                           std::span<const std::vector<double>> points) const {
  AverageOrder order{.inputs = data_.inputs, .plan = {}, .token = parts_.token};
  order.plan.score = plan_of(parts_.model->header.roles, data_);
  order.plan.outputs = parts_.outputs;
  for (const std::vector<double>& point : points)
    order.plan.substitutions.push_back(substitution(columns, point));
  if (parts_.weights) {
    order.plan.weights = static_cast<std::int32_t>(order.inputs.columns.size());
    order.inputs.columns.push_back(parts_.frame.column(*parts_.weights).id);
  }
  return algorithm_.average(parts_.models.engine(), parts_.model, order);
}

std::vector<Moments> Averager::of_changed_frame(std::span<const std::string> columns,
                                                std::span<const double> values) const {
  mr::Engine& engine = parts_.models.engine();
  frame::Frame changed = parts_.frame;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    frame::Column& column =
        changed.columns[static_cast<std::size_t>(changed.require(columns[i]).value())];
    mr::RunOptions options{.token = parts_.token};
    options.outputs = {{column.is_categorical() ? mr::OutputKind::codes : mr::OutputKind::doubles,
                        column.is_categorical() ? column.type : frame::ColumnType::numeric,
                        column.domain}};
    column = engine
                 .run_with_outputs<FillTask>({changed.layout, {column.id}},
                                             {column.is_categorical(), values[i]}, options)
                 .columns.front();
  }
  const Dataset data = adapt(parts_.model->header.roles, changed, false);
  const ScoreRequest request{.labels = false, .token = parts_.token, .models = &parts_.models};
  const Scored scored = algorithm_.score(engine, parts_.model, data, request);
  mr::Inputs inputs{changed.layout, {}};
  for (const std::int32_t output : parts_.outputs)
    inputs.columns.push_back(scored.predictions.columns[static_cast<std::size_t>(output)].id);
  const MomentsTask::State state{static_cast<std::int32_t>(inputs.columns.size()),
                                 parts_.weights.has_value()};
  if (parts_.weights) inputs.columns.push_back(parts_.frame.column(*parts_.weights).id);
  return engine.run<MomentsTask>(inputs, state, {.token = parts_.token}).moments;
}

}  // namespace neve::model
