#include "algos/isolationforest/sample.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <neve/base/rng.hpp>

#include "algos/families/trees/compact_tree.hpp"

namespace neve::algos::isolationforest {
namespace {

constexpr std::uint64_t kSampleStream = 0x15F0'0000'0000'0000;

/// `size` numbers below `rows`, ascending. All draws so far are kept, as many again are drawn as
/// repeat one that was there: every row has the same part in that.
std::vector<std::int64_t> distinct_draws(const CounterRng& random, std::int64_t rows,
                                         std::int64_t size) {
  std::vector<std::int64_t> drawn;
  std::uint64_t draw = 0;
  while (std::ssize(drawn) < size) {
    for (std::int64_t missing = size - std::ssize(drawn); missing > 0; --missing) {
      drawn.push_back(
          static_cast<std::int64_t>(random.below(draw++, static_cast<std::uint64_t>(rows))));
    }
    std::ranges::sort(drawn);
    drawn.erase(std::ranges::unique(drawn).begin(), drawn.end());
  }
  return drawn;
}

}  // namespace

std::vector<std::int64_t> sampled_rows(std::uint64_t seed, std::int64_t tree, std::int64_t rows,
                                       std::int64_t size) {
  const CounterRng random(seed, kSampleStream + static_cast<std::uint64_t>(tree));
  if (size <= rows / 2) return distinct_draws(random, rows, size);
  // Of more than half of the rows, those are drawn that stay out.
  const std::vector<std::int64_t> out = distinct_draws(random, rows, rows - size);
  std::vector<std::int64_t> taken;
  taken.reserve(static_cast<std::size_t>(size));
  auto next = out.begin();
  for (std::int64_t row = 0; row < rows; ++row) {
    if (next != out.end() && *next == row) {
      ++next;
    } else {
      taken.push_back(row);
    }
  }
  return taken;
}

void GatherTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const auto first = std::ranges::lower_bound(state.rows, group.first_row);
  const auto last = std::lower_bound(first, state.rows.end(), group.first_row + group.rows);
  if (first == last) return;
  model::PickedRows picked;
  for (auto row = first; row != last; ++row)
    picked.push_back(static_cast<std::uint16_t>(*row - group.first_row));
  partial.rows.insert(partial.rows.end(), first, last);
  model::BlockReader reader(group, state.read.plan, &picked);
  trees::RowKeys keys;
  for (std::int64_t begin = 0; begin < reader.rows();) {
    const model::ScoreBlock& block = reader.read(begin);
    trees::fill_keys(block, state.read.levels, keys);
    partial.keys.insert(partial.keys.end(), keys.row(0), keys.row(0) + block.rows * keys.columns());
    begin += static_cast<std::int64_t>(block.rows);
  }
}

void GatherTask::merge(Partial& left, const Partial& right) {
  left.rows.insert(left.rows.end(), right.rows.begin(), right.rows.end());
  left.keys.insert(left.keys.end(), right.keys.begin(), right.keys.end());
}

KeyRows sorted(KeyRows rows, std::size_t columns) {
  if (std::ranges::is_sorted(rows.rows)) return rows;
  std::vector<std::size_t> order(rows.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t at) { return rows.rows[at]; });
  KeyRows made;
  made.keys.reserve(rows.keys.size());
  for (const std::size_t at : order) {
    made.rows.push_back(rows.rows[at]);
    const auto from = rows.keys.begin() + static_cast<std::ptrdiff_t>(at * columns);
    made.keys.insert(made.keys.end(), from, from + static_cast<std::ptrdiff_t>(columns));
  }
  return made;
}

}  // namespace neve::algos::isolationforest
