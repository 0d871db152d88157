#include "algos/drf/measure.hpp"

#include <algorithm>
#include <utility>

#include "algos/families/trees/class_balance.hpp"

namespace neve::algos::drf {
namespace {

/// `voters_of(row)` is how many iterations have voted on a row.
template <class VotersOf>
void measure(const trees::MeasureOptions& options, const trees::SummedRows& rows,
             const VotersOf& voters_of, trees::MeasuredRows& out) {
  std::vector<double> voters;
  trees::for_each_block(rows, [&](trees::SummedBlock& block) {
    voters.resize(block.response.size());
    for (std::size_t i = 0; i < voters.size(); ++i)
      voters[i] = static_cast<double>(voters_of(block.begin + i));
    const bool tree_per_class = block.sums.size() > 1;
    votes_to_outputs(tree_per_class, voters, block.sums);
    tree_per_class ? trees::correct_probabilities(options.class_weights, block.sums)
                   : trees::correct_second_class(options.class_weights, block.sums[0]);
    out.add(options, {}, block);
  });
}

/// The keys of as many blocks of rows, from `begin` on, as are to be kept at once. A deep tree
/// fills a core's cache: many rows go through it before the next one's turn.
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

void add_new_votes(const mr::RowGroup& group, const MeasureValidationTask::State& state,
                   trees::HeldRows& held) {
  model::BlockReader reader(group, state.columns.plan, held.chosen.picked());
  const auto rows = static_cast<std::size_t>(reader.rows());
  std::vector<std::span<double>> sums(static_cast<std::size_t>(state.columns.trees));
  for (std::size_t begin = 0; begin < rows;) {
    const std::vector<trees::RowKeys> blocks = read_keys(reader, state.levels, begin);
    for (const Iteration& iteration : state.new_iterations) {
      std::size_t at = begin;
      for (const trees::RowKeys& keys : blocks) {
        for (std::size_t k = 0; k < sums.size(); ++k)
          sums[k] = std::span(held.sums).subspan(k * rows + at, keys.rows());
        add_votes({&iteration, 1}, keys, sums);
        at += keys.rows();
      }
    }
    for (const trees::RowKeys& keys : blocks) begin += keys.rows();
  }
  held.iterations += static_cast<std::int64_t>(state.new_iterations.size());
}

}  // namespace

void MeasureTrainingTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                              Partial& partial) {
  // Sorting scores takes the most memory of all, so what can be made anew goes first.
  store.rest();
  measure(
      state, {store.score, store.response, store.weight},
      [&](std::size_t row) { return store.unseen[row]; }, partial);
}

void MeasureValidationTask::map(const mr::RowGroup& group, const State& state, Scratch& held,
                                Partial& partial) {
  add_new_votes(group, state, held);
  measure(
      state.options, {held.sums, held.response, held.weight},
      [&](std::size_t /*row*/) { return held.iterations; }, partial);
}

void HeldOutputsTask::map(const mr::RowGroup& /*group*/, const State& options, Scratch& held,
                          Partial& /*partial*/, mr::Outputs& outputs) {
  const std::size_t rows = held.response.size();
  std::vector<double> values(outputs.count() * rows);
  std::vector<std::span<double>> columns;
  for (std::size_t k = 0; k < outputs.count(); ++k)
    columns.push_back(std::span(values).subspan(k * rows, rows));
  // One tree for two classes is the second one's.
  std::ranges::copy_backward(held.sums, values.end());
  const bool tree_per_class = held.sums.size() > rows;
  const std::vector<double> voters(rows, static_cast<double>(held.iterations));
  votes_to_outputs(tree_per_class, voters, columns);
  trees::correct_probabilities(options.class_weights, columns);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const std::span<double> out = outputs.doubles(k);
    std::ranges::fill(out, 0);
    for (std::size_t i = 0; i < rows; ++i) out[held.chosen.number(i)] = columns[k][i];
  }
}

}  // namespace neve::algos::drf
