#include "algos/gbm/measure.hpp"

#include <algorithm>
#include <limits>

#include "algos/gbm/class_balance.hpp"
#include "algos/gbm/gbm_model.hpp"

namespace neve::algos::gbm {
namespace {

constexpr std::size_t kBlockRows = 1024;

/// Rows with scores, of a group.
struct ScoredRows {
  std::span<const double> scores;  ///< classes × rows
  const trees::CompactNumbers& response;
  const trees::CompactNumbers& weight;  ///< empty where all are 1
};

/// As a model's score() does it, for the second class alone.
void correct_second_class(std::span<const double> class_weights, std::span<double> second) {
  if (class_weights.empty()) return;
  std::vector<double> first(second.size());
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = 1 - second[i];
  const std::vector<std::span<double>> both = {first, second};
  correct_probabilities(class_weights, both);
}

void measure(const MeasureOptions& options, const ScoredRows& rows, MeasuredRows& out) {
  const Distribution& distribution = options.distribution;
  const std::size_t count = rows.response.size();
  const std::size_t classes = count == 0 ? 0 : rows.scores.size() / count;
  out.multinomial.keeps_scores = model::metrics::wants_auc(options.auc_type, classes);
  std::vector<double> buffer(kBlockRows * classes);
  std::vector<std::span<double>> values(classes);
  std::vector<double> responses(kBlockRows);
  std::vector<double> weights(rows.weight.empty() ? 0 : kBlockRows);
  for (std::size_t begin = 0; begin < count; begin += kBlockRows) {
    const std::size_t size = std::min(kBlockRows, count - begin);
    for (std::size_t k = 0; k < classes; ++k) {
      values[k] = std::span(buffer).subspan(k * kBlockRows, size);
      std::ranges::copy(rows.scores.subspan(k * count + begin, size), values[k].begin());
    }
    const auto response = std::span(responses).first(size);
    const auto weight = std::span(weights).first(rows.weight.empty() ? 0 : size);
    rows.response.read(begin, response);
    if (!rows.weight.empty()) rows.weight.read(begin, weight);
    if (distribution.family == Family::multinomial) {
      softmax(values);
      correct_probabilities(options.class_weights, values);
      const std::vector<std::span<const double>> probabilities(values.begin(), values.end());
      out.multinomial.add_rows(probabilities, response, weight);
      continue;
    }
    to_response(distribution, values[0]);
    if (distribution.family == Family::huber) out.huber.add_rows(values[0], response, weight);
    if (distribution.is_binomial()) {
      correct_second_class(options.class_weights, values[0]);
      out.binomial.add_rows(values[0], response, weight);
    } else {
      out.regression.add_rows(deviance_of(distribution), values[0], response, weight);
    }
  }
}

std::vector<double> decode(const mr::RowGroup& group, std::int32_t column) {
  std::vector<double> values(static_cast<std::size_t>(group.rows));
  for (std::size_t begin = 0; begin < values.size(); begin += kBlockRows) {
    const std::size_t size = std::min(kBlockRows, values.size() - begin);
    group.columns[static_cast<std::size_t>(column)].decode(static_cast<std::int64_t>(begin),
                                                           std::span(values).subspan(begin, size));
  }
  return values;
}

}  // namespace

void MeasuredRows::merge(const MeasuredRows& right) {
  binomial.merge(right.binomial);
  multinomial.merge(right.multinomial);
  regression.merge(right.regression);
  huber.merge(right.huber);
}

void MeasureTrainingTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                              Partial& partial) {
  // Sorting scores takes the most memory of all, so what can be made anew goes first.
  store.rest();
  measure(state, {store.score, store.response, store.weight}, partial);
}

void MeasureValidationTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& kept) {
  const auto rows = static_cast<std::size_t>(group.rows);
  std::vector<double> response = decode(group, state.response);
  if (!state.response_levels.identity) {
    for (double& code : response) {
      if (code >= 0) code = state.response_levels.map(static_cast<std::int32_t>(code));
    }
  }
  kept.response = trees::CompactNumbers(response);
  if (state.weights >= 0) kept.weight = trees::CompactNumbers(decode(group, state.weights));
  kept.score.assign(rows * static_cast<std::size_t>(state.classes), 0);
  if (state.plan.offset >= 0) {
    const std::vector<double> offset = decode(group, state.plan.offset);
    std::ranges::copy(offset, kept.score.begin());
  }
  for (double& score : kept.score) score += state.first_score;
}

void MeasureValidationTask::map(const mr::RowGroup& group, const State& state, Scratch& kept,
                                Partial& partial) {
  add_iterations(group, state.plan, state.new_iterations, kept.score);
  measure(state.options, {kept.score, kept.response, kept.weight}, partial);
}

model::metrics::Metrics finish_metrics(Pool& pool, MeasuredRows rows, const MeasureOptions& options,
                                       const model::ColumnRoles& roles) {
  namespace metric = model::metrics;
  const Family family = options.distribution.family;
  if (options.distribution.is_binomial()) {
    metric::BinomialOptions binomial;
    binomial.domain = *roles.response_domain;
    binomial.gainslift_bins = options.gainslift_bins;
    return metric::finish_binomial(pool, std::move(rows.binomial), binomial);
  }
  if (family != Family::multinomial) {
    metric::Regression made = metric::finish_regression(rows.regression);
    if (family == Family::huber)
      made.mean_residual_deviance =
          mean_huber_deviance(rows.huber, options.distribution.huber_alpha);
    return made;
  }
  metric::Multinomial made = metric::finish_multinomial(rows.multinomial, *roles.response_domain);
  metric::finish_aucs(pool, rows.multinomial, *roles.response_domain, options.auc_type, made);
  return made;
}

}  // namespace neve::algos::gbm
