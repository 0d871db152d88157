#include "algos/families/trees/measured_rows.hpp"

#include <algorithm>
#include <utility>

namespace neve::algos::trees {

void MeasuredRows::merge(const MeasuredRows& right) {
  binomial.merge(right.binomial);
  multinomial.merge(right.multinomial);
  regression.merge(right.regression);
}

void MeasuredRows::add(const MeasureOptions& options, const model::metrics::Deviance& deviance,
                       const SummedBlock& rows) {
  const std::vector<std::span<const double>> outputs(rows.sums.begin(), rows.sums.end());
  if (options.category == model::Category::multinomial) {
    multinomial.keeps_scores = model::metrics::wants_auc(options.auc_type, outputs.size());
    multinomial.add_rows(outputs, rows.response, rows.weight);
  } else if (options.category == model::Category::binomial) {
    binomial.add_rows(outputs.back(), rows.response, rows.weight);
  } else {
    regression.add_rows(deviance, outputs.front(), rows.response, rows.weight);
  }
}

HeldColumns held_columns(const model::Dataset& data, const model::ColumnRoles& roles,
                         std::int32_t trees) {
  HeldColumns columns;
  columns.plan = model::plan_of(roles, data);
  columns.trees = trees;
  columns.response = data.response;
  columns.response_levels = data.response_levels;
  columns.weights = data.weights;
  return columns;
}

void hold(const mr::RowGroup& group, const HeldColumns& columns, HeldRows& rows) {
  std::vector<double> response = model::column_numbers(group, columns.response);
  if (!columns.response_levels.identity) {
    for (double& code : response) {
      if (code >= 0) code = columns.response_levels.map(static_cast<std::int32_t>(code));
    }
  }
  std::vector<double> weights;
  if (columns.weights >= 0) weights = model::column_numbers(group, columns.weights);
  rows.chosen = ChosenRows::of_weight(weights);
  rows.chosen.choose(response);
  rows.chosen.choose(weights);
  if (std::ranges::all_of(weights, [](double weight) { return weight == 1; })) weights.clear();
  rows.response = CompactNumbers(response);
  rows.weight = CompactNumbers(weights);
  rows.sums.assign(response.size() * static_cast<std::size_t>(columns.trees), 0);
  if (columns.plan.offset >= 0) {
    std::vector<double> offset = model::column_numbers(group, columns.plan.offset);
    rows.chosen.choose(offset);
    std::ranges::copy(offset, rows.sums.begin());
  }
  for (double& sum : rows.sums) sum += columns.first_sum;
}

model::metrics::Metrics finish_metrics(Pool& pool, MeasuredRows rows, const MeasureOptions& options,
                                       const model::ColumnRoles& roles) {
  namespace metric = model::metrics;
  if (options.category == model::Category::regression)
    return metric::finish_regression(rows.regression);
  if (options.category == model::Category::binomial) {
    metric::BinomialOptions binomial;
    binomial.domain = *roles.response_domain;
    binomial.gainslift_bins = options.gainslift_bins;
    return metric::finish_binomial(pool, std::move(rows.binomial), binomial);
  }
  metric::Multinomial made = metric::finish_multinomial(rows.multinomial, *roles.response_domain);
  metric::finish_aucs(pool, rows.multinomial, *roles.response_domain, options.auc_type, made);
  return made;
}

}  // namespace neve::algos::trees
