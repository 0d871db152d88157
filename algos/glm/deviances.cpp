#include "algos/glm/deviances.hpp"

#include <array>
#include <cmath>

#include <neve/base/math.hpp>

namespace neve::algos::glm {
namespace {

constexpr std::size_t kRows = model::ScoreBlock::kMostRows;

/// The response of a block; codes of another domain become those of the training domain.
void read_response(const frame::Chunk& chunk, const model::LevelMap& levels, std::int64_t begin,
                   std::span<double> out) {
  chunk.decode(begin, out);
  if (levels.identity) return;
  for (double& y : out) {
    if (!std::isnan(y)) y = levels.map(static_cast<std::int32_t>(y));
    // A class that training did not see.
    if (y > 1) y = frame::kMissingDouble;
  }
}

/// The share of a null model's mean where an offset shifts it.
double null_mean_at(const NullModel& model, double offset) {
  if (offset == 0) return model.mean;
  return model.response.mu_of(model.response.eta_of(model.mean) + offset);
}

/// Keeps probabilities that rounded to 0 or 1 from an infinite deviance.
double inside(const linear::Response& response, double mean) {
  if (response.link != linear::Link::logit) return mean;
  constexpr double kEdge = 1e-15;
  return std::clamp(mean, kEdge, 1 - kEdge);
}

template <class Glm, class Base>
model::metrics::Metrics with_deviances(const Base& base, const Deviances& deviances, double aic,
                                       const GlmModel& model) {
  Glm made;
  static_cast<Base&>(made) = base;
  made.AIC = aic;
  made.loglikelihood = 0;
  made.residual_deviance = deviances.residual;
  made.null_deviance = deviances.null;
  made.null_degrees_of_freedom = deviances.rows - (model.design.intercept ? 1 : 0);
  made.residual_degrees_of_freedom = deviances.rows - model.rank;
  return made;
}

/// Akaike's criterion as H2O-3 defines it family by family.
double aic_of(const GlmModel& model, const Deviances& d) {
  const double twice_rank = 2 * static_cast<double>(model.rank);
  const auto n = static_cast<double>(d.rows);
  switch (model.response.family) {
    case linear::Family::gaussian: {
      constexpr double kTwoPi = 6.283185307179586;
      return n * (math::log(d.residual / n * kTwoPi) + 1) + 2 + twice_rank;
    }
    case linear::Family::binomial:
    case linear::Family::quasibinomial:
      return d.residual + twice_rank;
    case linear::Family::poisson:
      return -2 * d.poisson_likelihood + twice_rank;
    case linear::Family::gamma:
      return model::metrics::kNotComputed;
  }
  return model::metrics::kNotComputed;
}

/// From sums by class, where every row of a class has the same null mean.
Deviances deviances_by_class(const GlmModel& model, const model::metrics::BinomialPartial& seen) {
  const double negative_weight = seen.weight - seen.positive_weight;
  Deviances made;
  made.rows = seen.rows();
  made.weight = seen.weight;
  made.residual = 2 * seen.log_error;
  made.null = seen.positive_weight * model.response.deviance(1, model.null_mean) +
              negative_weight * model.response.deviance(0, model.null_mean);
  return made;
}

}  // namespace

void Deviances::merge(const Deviances& right) {
  rows += right.rows;
  weight += right.weight;
  residual += right.residual;
  null += right.null;
  poisson_likelihood += right.poisson_likelihood;
}

void NullModel::add(const ObservedRow& row, Deviances& sum) const {
  if (row.weight == 0 || std::isnan(row.y) || std::isnan(row.mean) || std::isnan(row.weight))
    return;
  ++sum.rows;
  sum.weight += row.weight;
  sum.residual += row.weight * response.deviance(row.y, inside(response, row.mean));
  sum.null += row.weight * response.deviance(row.y, null_mean_at(*this, row.offset));
  if (response.family != linear::Family::poisson) return;
  const double constant = math::lgamma(std::round(row.y) + 1);
  sum.poisson_likelihood += row.weight * (row.y * math::log(row.mean) - constant - row.mean);
}

void DevianceTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  std::array<double, kRows> mean;
  std::array<double, kRows> y;
  std::array<double, kRows> weights;
  std::array<double, kRows> offset;
  weights.fill(1);
  offset.fill(0);
  for (std::int64_t begin = 0; begin < group.rows;) {
    const auto rows = static_cast<std::size_t>(
        std::min<std::int64_t>(static_cast<std::int64_t>(kRows), group.rows - begin));
    group.columns[0].decode(begin, std::span(mean).first(rows));
    read_response(group.columns[1], state.response_levels, begin, std::span(y).first(rows));
    std::size_t column = 2;
    if (state.has_weights) group.columns[column++].decode(begin, std::span(weights).first(rows));
    if (state.has_offset) group.columns[column].decode(begin, std::span(offset).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      state.model.add({y[i], mean[i], weights[i], offset[i]}, partial);
    }
    begin += static_cast<std::int64_t>(rows);
  }
}

void MeasureTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const bool binomial = state.model->header.category == model::Category::binomial;
  const NullModel null_model{state.model->response, state.model->null_mean};
  std::vector<std::vector<double>> values(
      state.model->outputs() + state.model->extra_outputs().size(), std::vector<double>(kRows));
  std::vector<double> y(kRows);
  std::vector<double> weights(kRows, 1.0);
  model::BlockReader reader(group, state.plan);
  for (std::int64_t begin = 0; begin < group.rows;) {
    const model::ScoreBlock& block = reader.read(begin);
    const std::size_t rows = block.rows;
    std::vector<std::span<double>> out;
    out.reserve(values.size());
    for (auto& column : values) out.emplace_back(column.data(), rows);
    state.model->score(block, out);
    const std::span<double> mean = out[binomial ? 1 : 0];
    const auto& columns = group.columns;
    read_response(columns[static_cast<std::size_t>(state.response)], state.response_levels, begin,
                  std::span(y).first(rows));
    std::span<const double> weight;
    if (state.weights >= 0) {
      columns[static_cast<std::size_t>(state.weights)].decode(begin,
                                                              std::span(weights).first(rows));
      weight = std::span(weights).first(rows);
    }
    const auto actual = std::span<const double>(y).first(rows);
    if (state.deviances_only) {
      // Nothing else is asked for.
    } else if (binomial) {
      partial.binomial.add_rows(mean, actual, weight);
    } else {
      partial.regression.add_rows(state.model->deviance(), mean, actual, weight);
    }
    // Without offset the binomial sums already say it all.
    const bool said = binomial && block.offset.empty() && !state.deviances_only;
    for (std::size_t i = 0; i < rows && !said; ++i) {
      const double offset = block.offset.empty() ? 0 : block.offset[i];
      null_model.add({y[i], mean[i], weights[i], offset}, partial.deviances);
    }
    begin += static_cast<std::int64_t>(rows);
  }
}

void MeasureTask::merge(Partial& left, const Partial& right) {
  left.binomial.merge(right.binomial);
  left.regression.merge(right.regression);
  left.deviances.merge(right.deviances);
}

Deviances deviances_of(mr::Engine& engine, const GlmModel& model, const model::Dataset& data,
                       ColumnId mean) {
  const auto column = [&](std::int32_t at) {
    return data.inputs.columns[static_cast<std::size_t>(at)];
  };
  mr::Inputs inputs{data.inputs.layout, {mean, column(data.response)}};
  DevianceTask::State state{.model = {model.response, model.null_mean},
                            .response_levels = data.response_levels,
                            .has_weights = data.weights >= 0,
                            .has_offset = data.offset >= 0};
  if (state.has_weights) inputs.columns.push_back(column(data.weights));
  if (state.has_offset) inputs.columns.push_back(column(data.offset));
  return engine.run<DevianceTask>(inputs, state);
}

Deviances deviances_of(mr::Engine& engine, const std::shared_ptr<const GlmModel>& model,
                       const model::Dataset& data, const job::TokenPtr& token) {
  mr::RunOptions options;
  options.token = token;
  const MeasureTask::State state{.model = model,
                                 .plan = model::plan_of(*model, data, {}),
                                 .response = data.response,
                                 .weights = data.weights,
                                 .response_levels = data.response_levels,
                                 .deviances_only = true};
  return engine.run<MeasureTask>(data.inputs, state, options).deviances;
}

void add_deviances(const GlmModel& model, const Deviances& deviances,
                   model::metrics::Metrics& metrics) {
  namespace metric = model::metrics;
  const double aic = aic_of(model, deviances);
  if (const metric::Binomial* binomial = metrics.binomial()) {
    metrics = with_deviances<metric::BinomialGlm>(*binomial, deviances, aic, model);
  } else if (const metric::Regression* regression = metrics.regression()) {
    metrics = with_deviances<metric::RegressionGlm>(*regression, deviances, aic, model);
  }
}

model::metrics::Metrics measure(mr::Engine& engine, const std::shared_ptr<const GlmModel>& model,
                                const model::Dataset& data, const job::TokenPtr& token) {
  mr::RunOptions options;
  options.token = token;
  const MeasureTask::State state{.model = model,
                                 .plan = model::plan_of(*model, data, {}),
                                 .response = data.response,
                                 .weights = data.weights,
                                 .response_levels = data.response_levels};
  const auto seen = engine.run<MeasureTask>(data.inputs, state, options);
  model::metrics::Metrics metrics;
  if (model->header.category == model::Category::binomial) {
    model::metrics::BinomialOptions binomial;
    binomial.domain = *model->header.roles.response_domain;
    binomial.gainslift_bins = model->gainslift_bins();
    metrics = model::metrics::finish_binomial(engine.pool(), seen.binomial, binomial);
  } else {
    metrics = model::metrics::finish_regression(seen.regression);
  }
  const bool by_class = model->header.category == model::Category::binomial && data.offset < 0;
  add_deviances(*model, by_class ? deviances_by_class(*model, seen.binomial) : seen.deviances,
                metrics);
  return metrics;
}

}  // namespace neve::algos::glm
