#include "munge/group_table.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

#include "munge/rollup_task.hpp"

namespace neve::munge {
namespace {

constexpr std::uint64_t kMissingFirst = 0;
constexpr std::uint64_t kMissingLast = ~std::uint64_t{0};

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

std::uint64_t missing_key(MissingKeys place) {
  return place == MissingKeys::last ? kMissingLast : kMissingFirst;
}

bool is_missing_key(std::uint64_t key) { return key == kMissingFirst || key == kMissingLast; }

double group_value(std::uint64_t key) {
  return is_missing_key(key) ? frame::kMissingDouble : value_of_key(key);
}

Figures figures_for(std::span<const Aggregate> aggregates) {
  const bool sums = std::ranges::all_of(aggregates, [](const Aggregate& one) {
    return one.statistic == Statistic::rows || one.statistic == Statistic::sum ||
           one.statistic == Statistic::mean;
  });
  return sums ? Figures::sums : Figures::all;
}

void Sum::add(double x) {
  if (std::isnan(x)) {
    ++missing;
  } else {
    sum += x;
  }
}

void Sum::merge(const Sum& right) {
  missing += right.missing;
  sum += right.sum;
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

Moments GroupTable::cell(std::size_t group, std::size_t value) const {
  const std::size_t at = group * values + value;
  if (sums.empty()) return moments[at];
  Moments made;
  made.rows = keys.rows[group];
  made.missing = sums[at].missing;
  made.sum = sums[at].sum;
  return made;
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

void GroupTable::merge(std::size_t to, const GroupTable& right, std::size_t from) {
  keys.rows[to] += right.keys.rows[from];
  const auto cells = [&](auto& own, const auto& others) {
    for (std::size_t v = 0; v < values; ++v) own[to * values + v].merge(others[from * values + v]);
  };
  if (!sums.empty()) cells(sums, right.sums);
  if (!moments.empty()) cells(moments, right.moments);
}

GroupTable GroupTable::complete() const {
  std::vector<std::uint32_t> kept;
  const std::size_t each = keys.words_each;
  for (std::size_t g = 0; g < size(); ++g) {
    const auto tuple = std::span(keys.words).subspan(g * each, each);
    if (std::ranges::none_of(tuple, is_missing_key)) kept.push_back(static_cast<std::uint32_t>(g));
  }
  return picked(kept);
}

}  // namespace neve::munge
