#include "algos/deeplearning/measure.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::deeplearning {
namespace {

constexpr std::size_t kBlockRows = 1024;
/// Blocks whose predictions are held at a time.
constexpr std::size_t kBlocks = 32;

struct PredictedBlock {
  std::vector<std::vector<double>> outputs;
  std::vector<double> responses;
  std::vector<double> weights;
};

PredictedBlock predict_block(const Predictor& predictor, const InputPlan& plan,
                             const MeasuredSample& sample, std::size_t begin) {
  const HeldRows& rows = sample.rows;
  const std::size_t count = std::min(kBlockRows, sample.size() - begin);
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
  PredictedBlock made;
  const std::size_t outputs =
      predictor.objective.family == Family::classes ? predictor.network.outputs() : 1;
  made.outputs.assign(outputs, std::vector<double>(count));
  std::vector<std::span<double>> out(made.outputs.begin(), made.outputs.end());
  predictor.predict({count, some.numbers, some.codes, plan.categories, 1}, some.offsets, out);
  made.responses = std::move(some.responses);
  made.weights = std::move(some.weights);
  return made;
}

/// Calls `use` with each block of predictions, in the order of the rows.
template <class Use>
void for_each_block(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                    const MeasuredSample& sample, const Use& use) {
  const std::size_t blocks = (sample.size() + kBlockRows - 1) / kBlockRows;
  for (std::size_t first = 0; first < blocks; first += kBlocks) {
    std::vector<PredictedBlock> made(std::min(kBlocks, blocks - first));
    pool.for_each(made.size(), [&](std::size_t i) {
      made[i] = predict_block(predictor, plan, sample, (first + i) * kBlockRows);
    });
    for (PredictedBlock& block : made) use(block);
  }
}

}  // namespace

model::metrics::Metrics measure(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                                const MeasuredSample& sample, const trees::MeasureOptions& options,
                                const model::ColumnRoles& roles) {
  trees::MeasuredRows measured;
  for_each_block(pool, predictor, plan, sample, [&](PredictedBlock& block) {
    trees::SummedBlock rows;
    rows.sums.assign(block.outputs.begin(), block.outputs.end());
    rows.response = block.responses;
    rows.weight = block.weights;
    measured.add(options, predictor.objective.deviance(), rows);
  });
  return trees::finish_metrics(pool, std::move(measured), options, roles);
}

double error_quantile(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                      const MeasuredSample& sample, double alpha) {
  std::vector<std::pair<double, double>> errors;
  double total = 0;
  for_each_block(pool, predictor, plan, sample, [&](const PredictedBlock& block) {
    for (std::size_t i = 0; i < block.responses.size(); ++i) {
      const double weight = block.weights.empty() ? 1 : block.weights[i];
      errors.emplace_back(std::abs(block.responses[i] - block.outputs[0][i]), weight);
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
