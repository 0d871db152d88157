#include "algos/targetencoder/cells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <neve/base/error.hpp>

#include "algos/targetencoder/block_rows.hpp"
#include "algos/targetencoder/places.hpp"

namespace neve::algos::targetencoder {
namespace {

/// Cells of one group of columns in the order in which rows meet them.
class Counter {
 public:
  Counter(const Group& group, std::int32_t width) : places_(group) { cells_.width = width; }
  void add(std::uint64_t key, std::int64_t fold, std::uint64_t fold_number, double response,
           bool is_class) {
    const std::size_t at = places_.of(key, fold_number);
    if (at == cells_.size()) cells_.append(key, fold);
    ++cells_.counts[at];
    const auto width = static_cast<std::size_t>(cells_.width);
    if (!is_class) {
      cells_.sums[at * width] += response;
    } else if (response >= 1) {
      cells_.sums[at * width + static_cast<std::size_t>(response) - 1] += 1;
    }
  }
  [[nodiscard]] Cells sorted() const {
    std::vector<std::size_t> order(cells_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {},
                      [&](std::size_t at) { return std::pair(cells_.keys[at], cells_.folds[at]); });
    Cells made;
    made.width = cells_.width;
    for (const std::size_t at : order) made.add_sorted(cells_, at);
    return made;
  }

 private:
  Cells cells_;
  Places places_;
};

}  // namespace

std::size_t Cells::append(std::uint64_t key, std::int64_t fold) {
  keys.push_back(key);
  folds.push_back(fold);
  counts.push_back(0);
  sums.resize(sums.size() + static_cast<std::size_t>(width));
  return keys.size() - 1;
}

void Cells::add_sorted(const Cells& from, std::size_t cell) {
  const bool same =
      !keys.empty() && keys.back() == from.keys[cell] && folds.back() == from.folds[cell];
  const std::size_t at = same ? size() - 1 : append(from.keys[cell], from.folds[cell]);
  counts[at] += from.counts[cell];
  const auto of_cell = static_cast<std::size_t>(width);
  for (std::size_t k = 0; k < of_cell; ++k) sums[at * of_cell + k] += from.sums[cell * of_cell + k];
}

void Cells::merge(const Cells& right) {
  if (right.size() == 0) return;
  Cells both;
  both.width = width;
  const auto place = [](const Cells& cells, std::size_t at) {
    return std::pair(cells.keys[at], cells.folds[at]);
  };
  std::size_t l = 0;
  std::size_t r = 0;
  while (l < size() || r < right.size()) {
    const bool left_first = r == right.size() || (l < size() && place(*this, l) <= place(right, r));
    left_first ? both.add_sorted(*this, l++) : both.add_sorted(right, r++);
  }
  *this = std::move(both);
}

std::uint64_t Group::key(const model::ScoreBlock& block, std::size_t row) const {
  std::uint64_t made = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::int32_t code = block.codes[static_cast<std::size_t>(columns[i])][row];
    if (code >= levels[i]) return kUnseen;
    made += factors[i] * static_cast<std::uint64_t>(code < 0 ? levels[i] : code);
  }
  return made;
}

Group group_of(std::vector<std::int32_t> columns, std::vector<std::int32_t> levels) {
  Group made{.columns = std::move(columns), .levels = std::move(levels), .factors = {}};
  std::uint64_t factor = 1;
  for (const std::int32_t of_column : made.levels) {
    made.factors.push_back(factor);
    const auto codes = static_cast<std::uint64_t>(of_column) + 1;
    if (factor > (Group::kUnseen - 1) / codes) {
      throw InputError::illegal_argument(
          "The columns of an interaction have too many combinations of levels to be numbered. "
          "Encode fewer columns together.",
          {{"parameter", "columns_to_encode"}});
    }
    factor *= codes;
  }
  return made;
}

void RowReader::read_response(const mr::RowGroup& group, std::int64_t begin,
                              std::span<double> out) const {
  group.columns[static_cast<std::size_t>(response)].decode(begin, out);
  if (classes <= 1) return;
  for (double& value : out) {
    if (std::isnan(value)) continue;
    value = response_levels.map(static_cast<std::int32_t>(value));
    if (value >= classes) value = std::numeric_limits<double>::quiet_NaN();
  }
}

void RowReader::read_folds(const mr::RowGroup& group, std::int64_t begin,
                           std::span<std::int64_t> out) const {
  if (folds < 0) {
    std::ranges::fill(out, 0);
    return;
  }
  std::vector<double> values(out.size());
  group.columns[static_cast<std::size_t>(folds)].decode(begin, values);
  constexpr double kMost = 9e18;
  for (std::size_t i = 0; i < out.size(); ++i) {
    // What is missing is a fold of its own.
    out[i] = std::abs(values[i]) < kMost ? static_cast<std::int64_t>(values[i])
                                         : std::numeric_limits<std::int64_t>::min();
  }
}

CellTask::Partial CellTask::zero(const State& state) {
  Partial partial(state.groups.size());
  for (Cells& cells : partial) cells.width = state.width();
  return partial;
}

void CellTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  std::vector<Counter> counters;
  counters.reserve(state.groups.size());
  for (const Group& of : state.groups) counters.emplace_back(of, state.width());
  model::BlockReader reader(group, state.plan);
  BlockRows rows;
  for (std::int64_t begin = 0; begin < group.rows;) {
    const model::ScoreBlock& block = reader.read(begin);
    rows.read(state.rows, group, begin, block.rows);
    for (std::size_t g = 0; g < state.groups.size(); ++g) {
      for (std::size_t i = 0; i < block.rows; ++i) {
        if (std::isnan(rows.response[i])) continue;
        counters[g].add(state.groups[g].key(block, i), rows.folds[i], rows.fold_numbers[i],
                        rows.response[i], state.rows.classes > 1);
      }
    }
    begin += static_cast<std::int64_t>(block.rows);
  }
  for (std::size_t g = 0; g < counters.size(); ++g) partial[g].merge(counters[g].sorted());
}

void CellTask::merge(Partial& left, const Partial& right) {
  for (std::size_t g = 0; g < left.size(); ++g) left[g].merge(right[g]);
}

}  // namespace neve::algos::targetencoder
