#include "algos/aggregator/cover.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::aggregator {
namespace {

void give_up(CoverTask::Partial& partial) {
  partial.too_many = true;
  partial.found = {};
}

ExemplarTable table_of(const points::Points& points) {
  ExemplarTable table(points.axes);
  table.add(points);
  return table;
}

}  // namespace

void Exemplars::add(const points::Points& from, std::size_t i, std::int64_t row) {
  points.add(from, i);
  rows.push_back(row);
}

void Exemplars::append(const Exemplars& right) {
  points.append(right.points);
  rows.insert(rows.end(), right.rows.begin(), right.rows.end());
}

CoverTask::Partial CoverTask::zero(const State& state) {
  Partial made;
  made.squared_radius = state.squared_radius;
  made.most = state.most - static_cast<std::int64_t>(state.known.count);
  made.found.points = state.rows.empty_points();
  return made;
}

void CoverTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  if (partial.too_many) return;
  ExemplarTable table = table_of(state.known);
  table.add(partial.found.points);
  for_rows(group, state.rows, [&](std::int64_t row, const points::Points& from, std::size_t i) {
    const auto near = table.first_near(from.number(i), from.code(i), state.squared_radius);
    if (near) {
      partial.furthest_squared = std::max(partial.furthest_squared, near->squared);
      return true;
    }
    table.add(from.number(i), from.code(i));
    partial.found.add(from, i, group.first_row + row);
    if (std::ssize(partial.found.rows) <= partial.most) return true;
    give_up(partial);
    return false;
  });
}

void CoverTask::merge(Partial& left, const Partial& right) {
  if (left.too_many || right.too_many) {
    give_up(left);
    return;
  }
  left.dropped |= right.dropped;
  left.furthest_squared = std::max(left.furthest_squared, right.furthest_squared);
  const ExemplarTable table = table_of(left.found.points);
  const points::Points& points = right.found.points;
  for (std::size_t i = 0; i < points.count; ++i) {
    const auto near = table.first_near(points.number(i), points.code(i), left.squared_radius);
    if (near) {
      left.dropped = true;
      left.furthest_squared = std::max(left.furthest_squared, near->squared);
    } else {
      left.found.add(points, i, right.found.rows[i]);
    }
  }
  if (std::ssize(left.found.rows) > left.most) give_up(left);
}

void AssignTask::map(const mr::RowGroup& group, const State& state, Partial& partial,
                     mr::Outputs& outputs) {
  const ExemplarTable table = table_of(state.exemplars);
  const auto numbers = outputs.count() > 0 ? outputs.int64s(0) : std::span<std::int64_t>();
  for_rows(group, state.rows, [&](std::int64_t row, const points::Points& from, std::size_t i) {
    const auto near = table.nearest(from.number(i), from.code(i), state.squared_radius);
    NEVE_CHECK(near.has_value(), "a row is near to no exemplar");
    ++partial[near->exemplar];
    if (!numbers.empty())
      numbers[static_cast<std::size_t>(row)] = static_cast<std::int64_t>(near->exemplar);
    return true;
  });
}

void AssignTask::merge(Partial& left, const Partial& right) {
  for (std::size_t e = 0; e < left.size(); ++e) left[e] += right[e];
}

}  // namespace neve::algos::aggregator
