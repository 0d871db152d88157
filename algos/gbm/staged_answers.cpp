#include "algos/gbm/staged_answers.hpp"

#include <algorithm>
#include <numeric>

#include "algos/gbm/gbm_model.hpp"

namespace neve::algos::gbm {

void StagedAnswers::answer(const model::ScoreBlock& block, std::size_t first,
                           std::span<const std::span<double>> out) const {
  const std::size_t classes = forest_.classes();
  const std::size_t outputs = model_.outputs();
  trees::RowKeys keys;
  trees::fill_keys(block, forest_.levels, keys);
  std::vector<std::uint16_t> rows(block.rows);
  std::iota(rows.begin(), rows.end(), std::uint16_t{0});
  std::vector<std::vector<double>> scores(classes, std::vector<double>(block.rows));
  for (std::vector<double>& of_class : scores) {
    for (std::size_t row = 0; row < block.rows; ++row)
      of_class[row] = model_.first_score + (block.offset.empty() ? 0 : block.offset[row]);
  }
  std::vector<std::vector<double>> predicted(outputs);
  std::vector<std::span<double>> values(outputs);
  for (std::size_t stage = 0; stage * classes < first + out.size(); ++stage) {
    for (std::size_t k = 0; k < classes; ++k)
      forest_.tree(stage * classes + k).add_scores(keys, rows, scores[k]);
    if ((stage + 1) * classes <= first) continue;
    // Of two classes only the second one has a score.
    for (std::size_t k = 0; k < outputs; ++k) {
      predicted[k] = scores[std::min(k, classes - 1)];
      values[k] = predicted[k];
    }
    model_.finish_scores(values);
    for (std::size_t k = 0; k < classes; ++k) {
      const std::size_t column = stage * classes + k - first;
      if (column < out.size()) std::ranges::copy(predicted[k], out[column].begin());
    }
  }
}

}  // namespace neve::algos::gbm
