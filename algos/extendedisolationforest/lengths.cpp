#include "algos/extendedisolationforest/lengths.hpp"

#include <algorithm>
#include <numbers>
#include <span>

#include <neve/base/math.hpp>
#include <neve/model/score.hpp>

#include "algos/extendedisolationforest/plane_scorer.hpp"

namespace neve::algos::extendedisolationforest {
namespace {

LengthSums sums_of(std::span<const double> sums, std::int64_t trees, std::int64_t sample_size) {
  LengthSums made;
  made.rows = std::ssize(sums);
  std::vector<double> means(sums.begin(), sums.end());
  for (double& mean : means) {
    mean /= static_cast<double>(trees);
    made.lengths += mean;
  }
  to_scores(sample_size, means);
  for (const double score : means) made.scores += score;
  return made;
}

}  // namespace

void to_scores(std::int64_t sample_size, std::span<double> lengths) {
  const double scale = -std::numbers::ln2 / mean_search_length(sample_size);
  for (double& length : lengths) length *= scale;
  math::exp(lengths);
}

void LengthSums::add(const LengthSums& other) {
  rows += other.rows;
  lengths += other.lengths;
  scores += other.scores;
}

LengthTask::Partial LengthTask::zero(const State& state) {
  return Partial(static_cast<std::size_t>(std::ranges::count(state.points, 1)));
}

void LengthTask::rebuild(const mr::RowGroup& group, const State& /*state*/, Scratch& rows) {
  rows.sums.assign(static_cast<std::size_t>(group.rows), 0);
}

void LengthTask::map(const mr::RowGroup& group, const State& state, Scratch& rows,
                     Partial& partial) {
  const PlaneScorer scorer(state.trees, state.read.levels);
  model::BlockReader reader(group, state.read.plan);
  std::vector<double> points;
  for (std::size_t begin = 0; begin < rows.sums.size();) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(begin));
    scorer.read(block, points);
    const auto sums = std::span(rows.sums).subspan(begin, block.rows);
    std::size_t point = 0;
    for (std::size_t t = 0; t < scorer.trees(); ++t) {
      scorer.add_lengths(t, points, sums);
      if (state.points[t] == 0) continue;
      const std::int64_t trees = state.before + static_cast<std::int64_t>(t) + 1;
      partial[point++].add(sums_of(sums, trees, state.sample_size));
    }
    begin += block.rows;
  }
}

void LengthTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i].add(right[i]);
}

}  // namespace neve::algos::extendedisolationforest
