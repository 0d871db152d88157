#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/series/index.hpp>

#include "series/frames.hpp"
#include "series/queries.hpp"

namespace neve::series {

/// Pairs within leaves give a bound, which is close already: similar series are in one leaf. With
/// it, each row then looks for partners among the rows behind it.
Neighbors motifs(mr::Engine& engine, const Index& index, std::int64_t most, const Watch& watch) {
  check_most(most);
  Queries asked(engine, index, watch);
  const LeafPairsTask::State within_leaves{shape_of(index), most};
  const double leaf_bound =
      engine.run<LeafPairsTask>(inputs_of(index), within_leaves, {.token = watch.token}).bound();
  Course<ClosestPairs> course{.found = {.most = most}};
  course.resume(watch);
  const std::int64_t rows = index.rows();
  while (course.next < rows) {
    watch.tell(0.1 + 0.9 * static_cast<double>(course.next) / static_cast<double>(rows));
    const std::int64_t end = std::min(course.next + asked.batch(), rows);
    SearchTask::State state;
    state.most = std::min(most, rows);
    state.own_rows.resize(static_cast<std::size_t>(end - course.next));
    std::iota(state.own_rows.begin(), state.own_rows.end(), course.next);
    state.series = asked.fetch(state.own_rows);
    state.within.assign(state.own_rows.size(), std::min(leaf_bound, course.found.bound()));
    state.only_after = true;
    const auto found = asked.run(state);
    for (std::size_t q = 0; q < found.size(); ++q) {
      for (const Near& near : found[q]) {
        course.found.offer({near.squared, state.own_rows[q], near.row});
      }
    }
    course.next = end;
    course.keep(watch);
  }
  Neighbors all;
  for (const Close& pair : course.found.pairs) {
    all.query.push_back(pair.first);
    all.row.push_back(pair.second);
    all.distance.push_back(std::sqrt(pair.squared));
  }
  return all;
}

}  // namespace neve::series
