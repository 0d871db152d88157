#include "ingest/formats/pair_cells.hpp"

#include <algorithm>
#include <numeric>

namespace neve::ingest {

void PairCells::add(std::size_t column, std::size_t row, const NumberText& number) {
  const std::size_t entry = columns_.size();
  if (entry == capacity_) {
    capacity_ = std::max<std::size_t>(64, 2 * capacity_);
    numbers_.reserve(capacity_, entry);
  }
  columns_.push_back(static_cast<std::uint32_t>(column));
  rows_.push_back(static_cast<std::uint32_t>(row));
  numbers_.put(entry, number);
}

void PairCells::finish() {
  const std::size_t width =
      columns_.empty() ? 0 : *std::max_element(columns_.begin(), columns_.end()) + std::size_t{1};
  starts_.assign(width + 1, 0);
  for (const std::uint32_t column : columns_) ++starts_[column + 1];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  sorted_.resize(columns_.size());
  for (std::size_t entry = 0; entry < columns_.size(); ++entry) {
    sorted_[next[columns_[entry]]++] = static_cast<std::uint32_t>(entry);
  }
  columns_ = {};
}

std::span<const std::uint32_t> PairCells::entries(std::size_t column, std::size_t begin,
                                                  std::size_t end) const {
  if (column >= width()) return {};
  const std::span all(sorted_);
  const std::span own = all.subspan(starts_[column], starts_[column + 1] - starts_[column]);
  const auto row_of = [this](std::uint32_t entry) { return row(entry); };
  const auto first = std::ranges::lower_bound(own, begin, {}, row_of);
  const auto last = std::ranges::lower_bound(own, end, {}, row_of);
  return {first, last};
}

}  // namespace neve::ingest
