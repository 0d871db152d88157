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
  ClosestPairs closest =
      engine.run<LeafPairsTask>(inputs_of(index), within_leaves, {.token = watch.token});
  const double leaf_bound = closest.bound();
  closest.pairs.clear();  // all are found again
  const std::int64_t rows = index.rows();
  for (std::int64_t first = 0; first < rows; first += asked.batch()) {
    watch.tell(0.1 + 0.9 * static_cast<double>(first) / static_cast<double>(rows));
    SearchTask::State state;
    state.most = std::min(most, rows);
    state.own_rows.resize(static_cast<std::size_t>(std::min(asked.batch(), rows - first)));
    std::iota(state.own_rows.begin(), state.own_rows.end(), first);
    state.series = asked.fetch(state.own_rows);
    state.within.assign(state.own_rows.size(), std::min(leaf_bound, closest.bound()));
    state.only_after = true;
    const auto found = asked.run(state);
    for (std::size_t q = 0; q < found.size(); ++q) {
      for (const Near& near : found[q]) {
        closest.offer({near.squared, state.own_rows[q], near.row});
      }
    }
  }
  Neighbors all;
  for (const Close& pair : closest.pairs) {
    all.query.push_back(pair.first);
    all.row.push_back(pair.second);
    all.distance.push_back(std::sqrt(pair.squared));
  }
  return all;
}

}  // namespace neve::series
