#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/series/index.hpp>

#include "series/frames.hpp"
#include "series/queries.hpp"

namespace neve::series {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// So many that each query gets as many neighbours as are looked for, where there are.
std::int32_t leaves_for_bounds(const Index& index, std::int64_t most) {
  const auto of_each = static_cast<std::int64_t>(kLeafRows) * index.layout->groups();
  return static_cast<std::int32_t>(1 + most / of_each);
}

/// Some leaves of each row group give bounds, with which all of them are searched.
std::vector<std::vector<Near>> search(Queries& queries, SearchTask::State& state, bool exact) {
  auto found = queries.run(state);
  if (!exact) return found;
  for (std::size_t q = 0; q < found.size(); ++q) {
    const bool full = static_cast<std::int64_t>(found[q].size()) == state.most;
    state.within[q] = full ? found[q].back().squared : kInfinity;
  }
  state.leaves = 0;
  return queries.run(state);
}

}  // namespace

void check(const Index& index, const frame::Frame& queries, const Nearest& what) {
  check_columns(queries, "queries");
  if (queries.width() != index.length) {
    throw InputError::illegal_argument(
        "Frame '" + queries.key + "' has series of " + std::to_string(queries.width()) +
            " points; those of the index have " + std::to_string(index.length) + ".",
        {{"queries", queries.key}});
  }
  check_most(what.most);
  if (what.leaves < 0) {
    throw InputError::illegal_argument(
        "leaves must be 0, for an exact search, or more; not " + std::to_string(what.leaves) + ".",
        {{"leaves", std::to_string(what.leaves)}});
  }
}

void check_most(std::int64_t most) {
  if (most >= 1 && most <= kMostNeighbors) return;
  throw InputError::illegal_argument("k must be from 1 to " + std::to_string(kMostNeighbors) +
                                         ", not " + std::to_string(most) + ".",
                                     {{"k", std::to_string(most)}});
}

Neighbors nearest(mr::Engine& engine, const Index& index, const frame::Frame& queries,
                  const Nearest& what, const Watch& watch) {
  check(index, queries, what);
  const std::int64_t most = std::min(what.most, index.rows());
  const Reservation answer = engine.budget().reserve(
      queries.rows() * most * std::int64_t{3 * sizeof(double)}, "neighbours of series");
  Queries asked(engine, index, watch);
  Course<Neighbors> course;
  course.resume(watch);
  Neighbors& all = course.found;
  while (course.next < queries.rows()) {
    const std::int64_t first = course.next;
    watch.tell(static_cast<double>(first) / static_cast<double>(queries.rows()));
    const std::int64_t end = std::min(first + asked.batch(), queries.rows());
    SearchTask::State state;
    state.most = most;
    state.series = asked.read(queries, first, end);
    state.within.assign(static_cast<std::size_t>(end - first), kInfinity);
    state.leaves = what.leaves > 0 ? what.leaves : leaves_for_bounds(index, most);
    const auto found = search(asked, state, what.leaves == 0);
    for (std::size_t q = 0; q < found.size(); ++q) {
      for (const Near& near : found[q]) {
        all.query.push_back(first + static_cast<std::int64_t>(q));
        all.row.push_back(near.row);
        all.distance.push_back(std::sqrt(near.squared));
      }
    }
    course.next = end;
    course.keep(watch);
  }
  return all;
}

frame::Frame as_frame(mr::Engine& engine, const Neighbors& found, const std::string& query,
                      const std::string& row) {
  const std::vector<double> queries(found.query.begin(), found.query.end());
  const std::vector<double> rows(found.row.begin(), found.row.end());
  frame::Frame frame;
  frame.layout = engine.new_layout(frame::row_cuts(static_cast<std::int64_t>(rows.size()), 3));
  for (const auto& [name, values] : {std::pair{query, std::span(queries)},
                                     {row, std::span(rows)},
                                     {std::string("distance"), std::span(found.distance)}}) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const GroupIndex group(g);
      engine.put_chunk(*frame.layout, id, group,
                       frame::encode_doubles(
                           values.subspan(static_cast<std::size_t>(frame.layout->first_row(group)),
                                          static_cast<std::size_t>(frame.layout->rows_of(group)))));
    }
    const mr::OutputColumn kind;
    frame.add(name, engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return frame;
}

}  // namespace neve::series
