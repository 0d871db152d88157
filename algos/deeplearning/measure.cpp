#include "algos/deeplearning/measure.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::deeplearning {
HeldRows sample_block(const InputPlan& plan, const MeasuredSample& sample, std::size_t begin,
                      std::size_t count) {
  const HeldRows& rows = sample.rows;
  HeldRows some;
  for (std::size_t i = begin; i < begin + count; ++i) {
    const std::size_t at = sample.place(i);
    const auto copy = [at](const auto& from, std::size_t each, auto& to) {
      const auto first = from.begin() + static_cast<std::ptrdiff_t>(at * each);
      to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(each));
    };
    copy(rows.numbers, plan.numbers, some.numbers);
    copy(rows.codes, plan.categories, some.codes);
    copy(rows.responses, 1, some.responses);
    if (!rows.weights.empty()) copy(rows.weights, 1, some.weights);
    if (!rows.offsets.empty()) copy(rows.offsets, 1, some.offsets);
  }
  return some;
}

namespace {

struct PredictedBlock {
  std::vector<std::vector<double>> outputs;
};

PredictedBlock predict_block(const Predictor& predictor, const InputPlan& plan,
                             const HeldRows& rows) {
  PredictedBlock made;
  const std::size_t outputs =
      predictor.objective.family == Family::classes ? predictor.network.outputs() : 1;
  made.outputs.assign(outputs, std::vector<double>(rows.size()));
  std::vector<std::span<double>> out(made.outputs.begin(), made.outputs.end());
  predictor.predict({rows.size(), rows.numbers, rows.codes, plan.categories, 1}, rows.offsets, out);
  return made;
}

}  // namespace

model::metrics::Metrics measure(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                                const MeasuredSample& sample, const trees::MeasureOptions& options,
                                const model::ColumnRoles& roles) {
  trees::MeasuredRows measured;
  const auto predict = [&](const HeldRows& rows) { return predict_block(predictor, plan, rows); };
  for_each_sample_block(pool, plan, sample, predict, [&](const HeldRows& held, auto& block) {
    trees::SummedBlock rows;
    rows.sums.assign(block.outputs.begin(), block.outputs.end());
    rows.response = held.responses;
    rows.weight = held.weights;
    measured.add(options, predictor.objective.deviance(), rows);
  });
  return trees::finish_metrics(pool, std::move(measured), options, roles);
}

double error_quantile(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                      const MeasuredSample& sample, double alpha) {
  std::vector<std::pair<double, double>> errors;
  double total = 0;
  const auto predict = [&](const HeldRows& rows) { return predict_block(predictor, plan, rows); };
  for_each_sample_block(pool, plan, sample, predict, [&](const HeldRows& rows, const auto& block) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double weight = rows.weights.empty() ? 1 : rows.weights[i];
      errors.emplace_back(std::abs(rows.responses[i] - block.outputs[0][i]), weight);
      total += weight;
    }
  });
  std::ranges::sort(errors);
  double below = 0;
  for (const auto& [error, weight] : errors) {
    below += weight;
    if (below >= alpha * total) return error;
  }
  return errors.empty() ? 0 : errors.back().first;
}

}  // namespace neve::algos::deeplearning
