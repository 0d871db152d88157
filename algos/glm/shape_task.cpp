#include "algos/glm/shape_task.hpp"

#include <array>

#include "algos/families/linear/block_reader.hpp"

namespace neve::algos::glm {

ShapeTask::Partial ShapeTask::zero(const State& state) {
  return {.sums = std::vector<double>(state.candidates.size(), 0.0)};
}

std::int64_t ShapeTask::partial_bytes(const State& state) {
  return static_cast<std::int64_t>(state.candidates.size() * sizeof(double));
}

void ShapeTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const linear::Design& design = state.point.design;
  linear::BlockReader reader(design, group, linear::BlockReader::Zeros::left_out);
  const linear::Predictor predictor(design, state.point.beta);
  std::vector<RowLikelihood> likelihoods;
  for (const Distribution& candidate : state.candidates) likelihoods.emplace_back(candidate);
  std::array<double, linear::BlockReader::kRows> buffer;
  while (reader.next()) {
    const std::span<double> mean(buffer.data(), reader.rows());
    predictor.predict(reader, mean);
    linear::apply_inverse_link(state.point.response, mean);
    const auto y = reader.response();
    const auto weights = reader.weights();
    for (std::size_t k = 0; k < likelihoods.size(); ++k) {
      for (std::size_t i = 0; i < mean.size(); ++i) {
        if (weights[i] == 0) continue;
        partial.sums[k] += likelihoods[k].log_likelihood({y[i], mean[i], weights[i], 0});
      }
    }
  }
}

void ShapeTask::merge(Partial& left, const Partial& right) {
  for (std::size_t k = 0; k < left.sums.size(); ++k) left.sums[k] += right.sums[k];
}

}  // namespace neve::algos::glm
