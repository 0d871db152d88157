#include "algos/gbm/sample_answers.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

namespace neve::algos::gbm {

void add_sampling(Samplings& samplings, trees::RowSampling sampling, std::size_t first) {
  sampling.tree = first;
  samplings.push_back(std::move(sampling));
}

bool are_sound(const Samplings& samplings, std::size_t classes) {
  if (samplings.empty() || samplings.front().tree != 0) return false;
  if (!std::ranges::is_sorted(samplings, {}, &trees::RowSampling::tree)) return false;
  return std::ranges::all_of(samplings, [classes](const trees::RowSampling& sampling) {
    return sampling.rate_per_class.empty() || sampling.rate_per_class.size() == classes;
  });
}

model::RowExplainer::Column SampleAnswers::column(std::size_t index) const {
  if (index == 0) return {"row_id"};
  static const auto kLevels =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"0", "1"});
  return {"tree_" + std::to_string(index), kLevels};
}

trees::RowSampling SampleAnswers::sampling_of(std::size_t iteration) const {
  const auto after = std::ranges::upper_bound(samplings_, iteration, {}, &trees::RowSampling::tree);
  trees::RowSampling found = *std::prev(after);
  found.tree = iteration;
  return found;
}

void SampleAnswers::answer(const model::ScoreBlock& block, std::size_t first,
                           std::span<const std::span<double>> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (first + i == 0) {
      for (std::size_t row = 0; row < block.rows; ++row)
        out[i][row] = static_cast<double>(block.first_row + static_cast<std::int64_t>(row));
      continue;
    }
    const trees::RowSampling sampling = sampling_of(first + i - 1);
    const trees::RowSampler sampler(sampling);
    const auto takes = [&](std::size_t row) {
      const double response = block.response[row];
      const bool known = sampling.rate_per_class.empty() ||
                         response < static_cast<double>(sampling.rate_per_class.size());
      return !std::isnan(response) && known &&
             sampler.takes(block.first_row + static_cast<std::int64_t>(row), response);
    };
    for (std::size_t row = 0; row < block.rows; ++row) out[i][row] = takes(row) ? 1 : 0;
  }
}

}  // namespace neve::algos::gbm
