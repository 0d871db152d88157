#include "munge/group_table.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::munge {
namespace {

template <class Cell>
std::vector<Cell> picked_cells(const std::vector<Cell>& cells, std::size_t each,
                               std::span<const std::uint32_t> order) {
  std::vector<Cell> to;
  if (cells.empty()) return to;
  to.reserve(order.size() * each);
  for (const std::uint32_t group : order) {
    const auto from = cells.begin() + static_cast<std::ptrdiff_t>(group * each);
    to.insert(to.end(), from, from + static_cast<std::ptrdiff_t>(each));
  }
  return to;
}

}  // namespace

Figures figures_for(std::span<const Aggregate> aggregates) {
  const bool sums = std::ranges::all_of(aggregates, [](const Aggregate& one) {
    return one.statistic == Statistic::rows || one.statistic == Statistic::sum ||
           one.statistic == Statistic::mean;
  });
  return sums ? Figures::sums : Figures::all;
}

GroupTable::GroupTable(NumberedTuples& tuples, std::size_t values_each, Figures figures)
    : values(static_cast<std::uint32_t>(values_each)) {
  const std::size_t groups = tuples.count;
  keys.words_each = static_cast<std::uint32_t>(tuples.width);
  keys.words = std::move(tuples.tuples);
  keys.rows.resize(groups);
  figures == Figures::sums ? sums.resize(groups * values) : moments.resize(groups * values);
}

std::int64_t GroupTable::byte_size() const {
  return keys.byte_size() +
         static_cast<std::int64_t>(moments.size() * sizeof(Moments) + sums.size() * sizeof(Sum));
}

GroupTable GroupTable::picked(std::span<const std::uint32_t> order) const {
  GroupTable to;
  to.keys = keys.picked(order);
  to.values = values;
  to.sums = picked_cells(sums, values, order);
  to.moments = picked_cells(moments, values, order);
  return to;
}

GroupTable GroupTable::slice(std::size_t begin, std::size_t end) const {
  std::vector<std::uint32_t> order;
  for (std::size_t g = begin; g < end; ++g) order.push_back(static_cast<std::uint32_t>(g));
  return picked(order);
}

void GroupTable::merge(std::span<const std::uint32_t> to, const GroupTable& right,
                       std::size_t first) {
  const std::int64_t* const rows = right.keys.rows.data() + first;
  for (std::size_t i = 0; i < to.size(); ++i) keys.rows[to[i]] += rows[i];
  const auto cells = [&](auto& own, const auto& others) {
    const auto* from = others.data() + first * values;
    for (const std::uint32_t group : to) {
      auto* const cell = own.data() + std::size_t{group} * values;
      for (std::size_t v = 0; v < values; ++v) cell[v].merge(*from++);
    }
  };
  if (!sums.empty()) cells(sums, right.sums);
  if (!moments.empty()) cells(moments, right.moments);
}

void GroupTable::drop_missing() {
  std::size_t missing = 0;
  for (const std::uint64_t key : keys.words) missing += is_missing_key(key) ? 1 : 0;
  if (missing == 0) return;
  std::vector<std::uint32_t> kept;
  const std::size_t each = keys.words_each;
  for (std::size_t g = 0; g < size(); ++g) {
    const auto tuple = std::span(keys.words).subspan(g * each, each);
    if (std::ranges::none_of(tuple, is_missing_key)) kept.push_back(static_cast<std::uint32_t>(g));
  }
  *this = picked(kept);
}

}  // namespace neve::munge
