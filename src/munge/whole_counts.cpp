#include "munge/whole_counts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace neve::munge {
namespace {

constexpr std::int32_t kSkipped = WholeCountTask::kMost + 1;

struct Block {
  std::int32_t least = kSkipped;
  std::int32_t most = WholeCountTask::kLeast - 1;
  bool has_others = false;
};

/// The numbers of a block, missing ones as kSkipped. Without branches, for the vectoriser.
Block whole_numbers(std::span<const double> values, std::int32_t* to) {
  Block block;
  int others = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = values[i];
    const bool within = x >= WholeCountTask::kLeast && x <= WholeCountTask::kMost;
    const auto number = static_cast<std::int32_t>(within ? x : kSkipped);
    const bool is_known = std::isnan(x) || (within && static_cast<double>(number) == x);
    others |= static_cast<int>(!is_known);
    block.least = std::min(block.least, number);
    block.most = std::max(block.most, within ? number : WholeCountTask::kLeast - 1);
    to[i] = number;
  }
  block.has_others = others != 0;
  return block;
}

}  // namespace

void WholeCountTask::Partial::cover(std::int32_t least, std::int32_t most) {
  constexpr std::int32_t kStep = 1024;  // a divisor of kLeast
  const std::int32_t from = (least - kLeast) / kStep * kStep + kLeast;
  if (counts.empty()) first = from;
  if (from < first) {
    counts.insert(counts.begin(), static_cast<std::size_t>(first - from), 0);
    first = from;
  }
  const auto needed = static_cast<std::size_t>(most - first) + 1;
  if (needed > counts.size()) counts.resize((needed + kStep - 1) / kStep * kStep);
}

void WholeCountTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  ProgramRunner runner(state.program, group);
  std::array<std::int32_t, kBlockRows> numbers;
  for (std::int64_t begin = 0; begin < group.rows && !partial.has_others; begin += kBlockRows) {
    runner.run(begin, std::min(kBlockRows, group.rows - begin));
    const std::span<const double> values = runner.output(0);
    const Block block = whole_numbers(values, numbers.data());
    partial.has_others = block.has_others;
    if (block.has_others || block.most < block.least) continue;
    partial.cover(block.least, block.most);
    std::int64_t* const counts = partial.counts.data();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (numbers[i] != kSkipped) ++counts[numbers[i] - partial.first];
    }
  }
}

void WholeCountTask::merge(Partial& left, const Partial& right) {
  left.has_others = left.has_others || right.has_others;
  if (left.has_others || right.counts.empty()) return;
  left.cover(right.first, right.first + static_cast<std::int32_t>(right.counts.size()) - 1);
  std::int64_t* const to = left.counts.data() + (right.first - left.first);
  for (std::size_t i = 0; i < right.counts.size(); ++i) to[i] += right.counts[i];
}

std::vector<double> values_at(const WholeCountTask::Partial& counted,
                              std::span<const std::int64_t> ranks) {
  std::vector<double> values;
  std::size_t at = 0;
  std::int64_t before = 0;
  for (const std::int64_t rank : ranks) {
    while (rank >= before + counted.counts[at]) before += counted.counts[at++];
    values.push_back(counted.first + static_cast<double>(at));
  }
  return values;
}

}  // namespace neve::munge
