#include "munge/look_up_task.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "munge/tuple_numbers.hpp"

namespace neve::munge {
namespace {

/// The right row of each left record, by numbering the words of both sides together.
void find_words(const KeyRecords& left, const KeyRecords& right, std::span<std::int64_t> found) {
  std::vector<std::uint64_t> words = right.words;
  words.insert(words.end(), left.words.begin(), left.words.end());
  const std::uint64_t most = words.empty() ? 0 : std::ranges::max(words);
  const NumberedWords numbered = number_words(words, static_cast<int>(std::bit_width(most)));
  std::vector<std::int64_t> row_of(numbered.words.size(), -1);
  for (std::size_t i = 0; i < right.size(); ++i) row_of[numbered.ids[i]] = right.rows[i];
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i] = row_of[numbered.ids[right.size() + i]];
  }
}

/// The same for keys of several words, by bisection.
void find_records(const KeyShape& shape, const KeyRecords& left, const KeyRecords& right,
                  std::span<std::int64_t> found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::size_t first = 0;
    for (std::size_t count = right.size(); count > 0;) {
      const std::size_t half = count / 2;
      const bool below = compare_keys(shape, right, first + half, left, i) < 0;
      first = below ? first + half + 1 : first;
      count = below ? count - half - 1 : half;
    }
    const bool same = first < right.size() && compare_keys(shape, right, first, left, i) == 0;
    found[i] = same ? right.rows[first] : -1;
  }
}

}  // namespace

void LookUpTask::map(const mr::RowGroup& group, const State& state, Partial& partial,
                     mr::Outputs& outputs) {
  const KeyRecords left = records_of(group, state.plan);
  const auto found = outputs.int64s(0);
  if (state.plan.shape.words() == 1) {
    find_words(left, state.right, found);
  } else {
    find_records(state.plan.shape, left, state.right, found);
  }
  partial.alone += std::ranges::count(found, -1);
}

}  // namespace neve::munge
