#include "model/encoding_tasks.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace neve::model {
namespace {

std::vector<double> numbers(const frame::Chunk& chunk) {
  std::vector<double> values(static_cast<std::size_t>(chunk.rows()));
  chunk.decode(0, values);
  return values;
}

}  // namespace

LevelSumTask::Partial LevelSumTask::zero(const State& state) {
  const auto levels = static_cast<std::size_t>(state.levels);
  return {std::vector<double>(levels), std::vector<double>(levels)};
}

void LevelSumTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  std::vector<std::int32_t> codes(static_cast<std::size_t>(group.rows));
  group.columns[0].decode_codes(0, codes);
  const std::vector<double> responses = numbers(group.columns[1]);
  std::vector<double> weights;
  if (state.weights) weights = numbers(group.columns[2]);
  for (std::size_t row = 0; row < codes.size(); ++row) {
    if (codes[row] < 0) continue;
    const double weight = weights.empty() ? 1 : weights[row];
    if (!(weight > 0) || std::isnan(responses[row])) continue;
    const auto level = static_cast<std::size_t>(codes[row]);
    partial.weight[level] += weight;
    partial.response[level] += weight * responses[row];
  }
}

void LevelSumTask::merge(Partial& left, const Partial& right) {
  for (std::size_t level = 0; level < left.weight.size(); ++level) {
    left.weight[level] += right.weight[level];
    left.response[level] += right.response[level];
  }
}

void EncodeTask::map(const mr::RowGroup& group, const State& plan, Partial& /*partial*/,
                     mr::Outputs& outputs) {
  BlockReader reader(group, plan);
  for (std::int64_t begin = 0; begin < group.rows;) {
    const ScoreBlock& block = reader.read(begin);
    const auto first = static_cast<std::size_t>(begin);
    for (std::size_t c = 0; c < plan.types.size(); ++c) {
      if (plan.types[c] == frame::ColumnType::categorical) {
        std::ranges::copy(block.codes[c], outputs.codes(c).subspan(first).begin());
      } else {
        std::ranges::copy(block.numbers[c], outputs.doubles(c).subspan(first).begin());
      }
    }
    begin += static_cast<std::int64_t>(block.rows);
  }
}

}  // namespace neve::model
