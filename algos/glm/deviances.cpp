#include "algos/glm/deviances.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <neve/base/math.hpp>

#include "algos/glm/sparse_scorer.hpp"

namespace neve::algos::glm {
namespace {

constexpr std::size_t kRows = model::ScoreBlock::kMostRows;

/// The response of a block; codes of another domain become those of the training domain.
struct ResponseReader {
  const model::LevelMap& levels;
  std::int32_t classes;
};

void read_response(const frame::Chunk& chunk, const ResponseReader& reader, std::int64_t begin,
                   std::span<double> out) {
  const model::LevelMap& levels = reader.levels;
  chunk.decode(begin, out);
  if (levels.identity) return;
  for (double& y : out) {
    if (!std::isnan(y)) y = levels.map(static_cast<std::int32_t>(y));
    // A class that training did not see.
    if (y >= reader.classes) y = frame::kMissingDouble;
  }
}

/// The share of a null model's mean where an offset shifts it.
double null_mean_at(const NullModel& model, double offset) {
  if (offset == 0) return model.mean;
  const linear::Response& response = model.distribution.response;
  return response.mu_of(response.eta_of(model.mean) + offset);
}

NullModel null_model_of(const GlmModel& model) {
  return {.distribution = {.response = model.response,
                           .dispersion = model.dispersion,
                           .accuracy = model.density_accuracy},
          .mean = model.null_mean,
          .full_likelihood = model.calc_like};
}

/// Whether the likelihood follows from the deviance.
bool is_of_classes(const GlmModel& model) {
  return model.header.category != model::Category::regression;
}

double likelihood_of(const GlmModel& model, const Deviances& d) {
  return is_of_classes(model) ? -d.residual / 2 : d.likelihood;
}

/// Free coefficients. An ordinal model's slopes are the same for all classes.
std::int64_t rank_of(const GlmModel& model) {
  if (model.response.family != linear::Family::ordinal) return model.rank;
  const auto sets = static_cast<std::int64_t>(model.sets());
  return model.rank / (sets - 1) + sets - 2;
}

template <class Glm, class Base>
model::metrics::Metrics with_deviances(const Base& base, const Deviances& deviances, double aic,
                                       const GlmModel& model) {
  Glm made;
  static_cast<Base&>(made) = base;
  made.AIC = aic;
  made.loglikelihood = model.calc_like ? likelihood_of(model, deviances) : 0;
  made.residual_deviance = deviances.residual;
  made.null_deviance = deviances.null;
  made.null_degrees_of_freedom = deviances.rows - (model.design.intercept ? 1 : 0);
  made.residual_degrees_of_freedom = deviances.rows - rank_of(model);
  return made;
}

/// Akaike's criterion as H2O-3 defines it family by family.
double aic_of(const GlmModel& model, const Deviances& d) {
  if (model.calc_like) {
    return 2 * static_cast<double>(model.free_parameters) - 2 * likelihood_of(model, d);
  }
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
      return -2 * d.likelihood + twice_rank;
    case linear::Family::fractionalbinomial:
      return d.residual + twice_rank;
    default:
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
  likelihood += right.likelihood;
}

void NullModel::add(const ObservedRow& row, RowLikelihood& likelihood, Deviances& sum) const {
  const linear::Response& response = distribution.response;
  if (row.weight == 0 || std::isnan(row.y) || std::isnan(row.mean) || std::isnan(row.weight))
    return;
  ++sum.rows;
  sum.weight += row.weight;
  sum.residual += row.weight * response.deviance(row.y, inside(response, row.mean));
  sum.null += row.weight * response.deviance(row.y, null_mean_at(*this, row.offset));
  if (full_likelihood || response.family == linear::Family::poisson) {
    sum.likelihood += likelihood.log_likelihood(row);
  }
}

void DevianceTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  RowLikelihood likelihood(state.model.distribution);
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
    read_response(group.columns[1], {state.response_levels, 2}, begin, std::span(y).first(rows));
    std::size_t column = 2;
    if (state.has_weights) group.columns[column++].decode(begin, std::span(weights).first(rows));
    if (state.has_offset) group.columns[column].decode(begin, std::span(offset).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      state.model.add({y[i], mean[i], weights[i], offset[i]}, likelihood, partial);
    }
    begin += static_cast<std::int64_t>(rows);
  }
}

namespace {

/// A block's rows as scored, and what they were to be.
struct Measured {
  std::vector<std::span<double>> values;  ///< as score() gives them
  std::span<const double> y;
  std::span<const double> weights;
  bool weighted = false;
  std::span<const double> offset;
  [[nodiscard]] std::span<const double> given_weights() const {
    return weighted ? weights : std::span<const double>();
  }
};

/// A share between 0 and 1 counts as that part of a row of the second class, and the rest as one of
/// the first.
void add_shares(const Measured& rows, model::metrics::BinomialPartial& partial) {
  const auto p1 = rows.values[1];
  std::vector<double> of_class(rows.y.size());
  std::vector<double> part(rows.y.size());
  for (const double actual : {1.0, 0.0}) {
    for (std::size_t i = 0; i < rows.y.size(); ++i) {
      of_class[i] = std::isnan(rows.y[i]) ? rows.y[i] : actual;
      part[i] = rows.weights[i] * (actual == 1 ? rows.y[i] : 1 - rows.y[i]);
    }
    partial.add_rows(p1, of_class, part);
  }
}

void add_classes(const GlmModel& model, const Measured& rows, Deviances& sum) {
  for (std::size_t i = 0; i < rows.y.size(); ++i) {
    const double weight = rows.weights[i];
    if (std::isnan(rows.y[i]) || std::isnan(weight) || weight == 0) continue;
    const auto k = static_cast<std::size_t>(rows.y[i]);
    const double share = rows.values[k][i];
    if (std::isnan(share)) continue;
    constexpr double kSmallest = 1e-300;
    ++sum.rows;
    sum.weight += weight;
    sum.residual -= 2 * weight * math::log(std::max(share, kSmallest));
    sum.null -= 2 * weight * math::log(model.null_shares[k]);
  }
}

void add_metrics(const GlmModel& model, const Measured& rows, MeasureTask::Partial& partial) {
  if (model.sets() > 1) {
    std::vector<std::span<const double>> probabilities;
    for (std::size_t k = 0; k < model.sets(); ++k) probabilities.emplace_back(rows.values[k]);
    partial.multinomial.add_rows(probabilities, rows.y, rows.given_weights());
  } else if (model.response.family == linear::Family::fractionalbinomial) {
    add_shares(rows, partial.binomial);
  } else if (model.header.category == model::Category::binomial) {
    partial.binomial.add_rows(rows.values[1], rows.y, rows.given_weights());
  } else {
    partial.regression.add_rows(model.deviance(), rows.values[0], rows.y, rows.given_weights());
  }
}

/// Whether sums by class of binomial metrics say all that deviances need.
bool said_by_class(const GlmModel& model, bool offset) {
  return model.header.category == model::Category::binomial && !offset &&
         model.response.family != linear::Family::fractionalbinomial;
}

void add_row_deviances(const GlmModel& model, const Measured& rows, RowLikelihood& likelihood,
                       Deviances& sum) {
  if (model.sets() > 1) return add_classes(model, rows, sum);
  const NullModel null_model = null_model_of(model);
  const bool binomial = model.header.category == model::Category::binomial;
  const std::span<double> mean = rows.values[binomial ? 1 : 0];
  for (std::size_t i = 0; i < rows.y.size(); ++i) {
    const double offset = rows.offset.empty() ? 0 : rows.offset[i];
    null_model.add({rows.y[i], mean[i], rows.weights[i], offset}, likelihood, sum);
  }
}

/// Rows that count, with response and weight; a fold's others are not read.
class CountedRows {
 public:
  CountedRows(const mr::RowGroup& group, const MeasureTask::State& state)
      : y_(static_cast<std::size_t>(group.rows)), weights_(y_.size(), 1.0) {
    const auto classes = std::max(2, static_cast<std::int32_t>(state.model->sets()));
    read_response(group.columns[static_cast<std::size_t>(state.response)],
                  {state.response_levels, classes}, 0, y_);
    if (state.weights < 0) return;
    group.columns[static_cast<std::size_t>(state.weights)].decode(0, weights_);
    if (std::ranges::all_of(weights_, [](double weight) { return weight > 0; })) return;
    all_ = false;
    for (std::size_t row = 0; row < y_.size(); ++row) {
      if (!(weights_[row] > 0)) continue;
      y_[rows_.size()] = y_[row];
      weights_[rows_.size()] = weights_[row];
      rows_.push_back(static_cast<std::uint16_t>(row));
    }
  }
  [[nodiscard]] const model::PickedRows* picked() const { return all_ ? nullptr : &rows_; }
  std::span<double> y(std::int64_t begin, std::size_t count) {
    return std::span(y_).subspan(static_cast<std::size_t>(begin), count);
  }
  std::span<double> weights(std::int64_t begin, std::size_t count) {
    return std::span(weights_).subspan(static_cast<std::size_t>(begin), count);
  }

 private:
  std::vector<double> y_;
  std::vector<double> weights_;
  bool all_ = true;
  model::PickedRows rows_;
};

/// Reads and scores the rows of a group, a block at a time.
class GroupScorer {
 public:
  GroupScorer(const GlmModel& model, const model::ScorePlan& plan, const mr::RowGroup& group,
              const model::PickedRows* picked)
      : model_(model) {
    if (picked == nullptr && SparseScorer::fits(model, plan, group)) {
      sparse_.emplace(model, plan, group);
    } else {
      dense_.emplace(group, plan, picked);
    }
  }
  /// Goes to the block that begins at this row; its number of rows, 0 behind the last.
  std::size_t next(std::int64_t begin) {
    if (sparse_) return sparse_->next();
    if (begin == dense_->rows()) return 0;
    block_ = &dense_->read(begin);
    return block_->rows;
  }
  [[nodiscard]] std::span<const double> offset() const {
    return sparse_ || model_.offset_removed ? std::span<const double>() : block_->offset;
  }
  void score(std::span<const std::span<double>> out) {
    sparse_ ? sparse_->score(out) : model_.score(*block_, out);
  }

 private:
  const GlmModel& model_;
  std::optional<SparseScorer> sparse_;
  std::optional<model::BlockReader> dense_;
  const model::ScoreBlock* block_ = nullptr;
};

}  // namespace

void MeasureTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const GlmModel& model = *state.model;
  std::vector<std::vector<double>> values(model.outputs() + model.extra_outputs().size(),
                                          std::vector<double>(kRows));
  CountedRows counted(group, state);
  GroupScorer scorer(model, state.plan, group, counted.picked());
  RowLikelihood likelihood(null_model_of(model).distribution);
  std::int64_t begin = 0;
  while (const std::size_t rows = scorer.next(begin)) {
    Measured measured{.values = {},
                      .y = counted.y(begin, rows),
                      .weights = counted.weights(begin, rows),
                      .weighted = state.weights >= 0,
                      .offset = scorer.offset()};
    measured.values.reserve(values.size());
    for (auto& column : values) measured.values.emplace_back(column.data(), rows);
    scorer.score(measured.values);
    if (!state.deviances_only) add_metrics(model, measured, partial);
    if (state.deviances_only || !said_by_class(model, !measured.offset.empty())) {
      add_row_deviances(model, measured, likelihood, partial.deviances);
    }
    begin += static_cast<std::int64_t>(rows);
  }
}

void MeasureTask::merge(Partial& left, const Partial& right) {
  left.binomial.merge(right.binomial);
  left.multinomial.merge(right.multinomial);
  left.regression.merge(right.regression);
  left.deviances.merge(right.deviances);
}

Deviances deviances_of(mr::Engine& engine, const GlmModel& model, const model::Dataset& data,
                       ColumnId mean) {
  const auto column = [&](std::int32_t at) {
    return data.inputs.columns[static_cast<std::size_t>(at)];
  };
  mr::Inputs inputs{data.inputs.layout, {mean, column(data.response)}};
  DevianceTask::State state{.model = null_model_of(model),
                            .response_levels = data.response_levels,
                            .has_weights = data.weights >= 0,
                            .has_offset = data.offset >= 0 && !model.offset_removed};
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
  } else if (const metric::Multinomial* many = metrics.multinomial()) {
    const bool ordinal = model.response.family == linear::Family::ordinal;
    metrics = ordinal ? with_deviances<metric::OrdinalGlm>(*many, deviances, aic, model)
                      : with_deviances<metric::MultinomialGlm>(*many, deviances, aic, model);
  } else if (const metric::Regression* regression = metrics.regression()) {
    metric::Regression made = *regression;
    const linear::Family family = model.response.family;
    if (family == linear::Family::tweedie || family == linear::Family::negativebinomial) {
      made.mean_residual_deviance = deviances.residual / deviances.weight;
    }
    metrics = with_deviances<metric::RegressionGlm>(made, deviances, aic, model);
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
  auto seen = engine.run<MeasureTask>(data.inputs, state, options);
  model::metrics::Metrics metrics;
  if (model->sets() > 1) {
    metrics =
        model::metrics::finish_multinomial(seen.multinomial, *model->header.roles.response_domain);
  } else if (model->header.category == model::Category::binomial) {
    model::metrics::BinomialOptions binomial;
    binomial.domain = *model->header.roles.response_domain;
    binomial.gainslift_bins = model->gainslift_bins();
    auto made = model::metrics::finish_binomial(engine.pool(), seen.binomial, binomial);
    if (model->response.family == linear::Family::fractionalbinomial) {
      made.nobs = seen.deviances.rows;
    }
    metrics = std::move(made);
  } else {
    metrics = model::metrics::finish_regression(seen.regression);
  }
  const bool by_class = said_by_class(*model, data.offset >= 0 && !model->offset_removed);
  add_deviances(*model, by_class ? deviances_by_class(*model, seen.binomial) : seen.deviances,
                metrics);
  return metrics;
}

}  // namespace neve::algos::glm
