#include "algos/drf/votes.hpp"

#include <limits>
#include <numeric>

namespace neve::algos::drf {
namespace {

/// Rows of a block that an iteration has not seen, counted from the block's first.
std::vector<std::uint16_t> unseen_rows(const trees::RowStore& store,
                                       const trees::RowSampling& sampling, std::size_t begin,
                                       std::size_t count) {
  const trees::RowSampler sampler(sampling);
  std::vector<std::uint16_t> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = begin + i;
    if (store.weight_of(row) == 0) continue;
    if (!sampler.takes(store.number_of(row), store.response[row]))
      rows.push_back(static_cast<std::uint16_t>(i));
  }
  return rows;
}

void vote(const Iteration& iteration, const trees::RowKeys& keys,
          std::span<const std::uint16_t> rows, std::size_t begin, trees::RowStore& store) {
  std::vector<double> votes;
  for (std::size_t k = 0; k < iteration.size(); ++k) {
    votes.assign(rows.size(), 0);
    iteration[k].add_scores(keys, rows, votes);
    double* score = store.score.data() + k * store.rows + begin;
    for (std::size_t i = 0; i < rows.size(); ++i) score[rows[i]] += votes[i];
  }
  for (const std::uint16_t row : rows) ++store.unseen[begin + row];
}

/// The keys of as many blocks of rows, from `begin` on, as are to be kept at once.
std::vector<trees::RowKeys> read_keys(model::BlockReader& reader,
                                      std::span<const std::int32_t> levels, std::size_t begin) {
  constexpr std::size_t kMostKeys = 1U << 18U;
  std::vector<trees::RowKeys> blocks;
  std::size_t keys = 0;
  while (begin < static_cast<std::size_t>(reader.rows()) && keys < kMostKeys) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(begin));
    trees::fill_keys(block, levels, blocks.emplace_back());
    begin += block.rows;
    keys += block.rows * levels.size();
  }
  return blocks;
}

}  // namespace

void visit_keys(model::BlockReader& reader, std::span<const std::int32_t> levels,
                std::size_t iterations, const VisitKeys& visit) {
  for (std::size_t begin = 0; begin < static_cast<std::size_t>(reader.rows());) {
    const std::vector<trees::RowKeys> blocks = read_keys(reader, levels, begin);
    for (std::size_t iteration = 0; iteration < iterations; ++iteration) {
      std::size_t first_row = begin;
      for (const trees::RowKeys& keys : blocks) {
        visit(iteration, first_row, keys);
        first_row += keys.rows();
      }
    }
    for (const trees::RowKeys& keys : blocks) begin += keys.rows();
  }
}

void add_votes(std::span<const Iteration> iterations, std::span<const std::int32_t> levels,
               const model::ScoreBlock& block, std::span<const std::span<double>> sums) {
  trees::RowKeys keys;
  trees::fill_keys(block, levels, keys);
  add_votes(iterations, keys, sums);
}

void add_votes(std::span<const Iteration> iterations, const trees::RowKeys& keys,
               std::span<const std::span<double>> sums) {
  std::vector<std::uint16_t> rows(keys.rows());
  std::iota(rows.begin(), rows.end(), std::uint16_t{0});
  for (const Iteration& iteration : iterations) {
    for (std::size_t k = 0; k < iteration.size(); ++k) iteration[k].add_scores(keys, rows, sums[k]);
  }
}

void votes_to_outputs(bool tree_per_class, std::span<const double> voters,
                      std::span<const std::span<double>> out) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t row = 0; row < voters.size(); ++row) {
    const double count = voters[row];
    double sum = tree_per_class ? 0 : count;
    for (std::size_t k = 0; tree_per_class && k < out.size(); ++k) sum += out[k][row];
    for (const std::span<double>& values : out) {
      // Where all trees say that it is not their class, the classes are equal.
      const double share = sum > 0 ? values[row] / sum : 1 / static_cast<double>(out.size());
      values[row] = count == 0 ? kNaN : share;
    }
    if (!tree_per_class && out.size() == 2) out[0][row] = 1 - out[1][row];
  }
}

void VoteTask::map(const mr::RowGroup& group, const State& state, Scratch& store, Partial&) {
  model::BlockReader reader(group, state.plan, store.chosen.picked());
  visit_keys(reader, state.levels, state.iterations.size(),
             [&](std::size_t iteration, std::size_t first_row, const trees::RowKeys& keys) {
               trees::RowSampling sampling = state.sampling;
               sampling.tree += iteration;
               vote(state.iterations[iteration], keys,
                    unseen_rows(store, sampling, first_row, keys.rows()), first_row, store);
             });
}

}  // namespace neve::algos::drf
