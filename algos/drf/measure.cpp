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

void add_new_votes(const mr::RowGroup& group, const MeasureValidationTask::State& state,
                   trees::HeldRows& held) {
  model::BlockReader reader(group, state.columns.plan, held.chosen.picked());
  const auto rows = static_cast<std::size_t>(reader.rows());
  std::vector<std::span<double>> sums(static_cast<std::size_t>(state.columns.trees));
  visit_keys(reader, state.levels, state.new_iterations.size(),
             [&](std::size_t iteration, std::size_t first_row, const trees::RowKeys& keys) {
               for (std::size_t k = 0; k < sums.size(); ++k)
                 sums[k] = std::span(held.sums).subspan(k * rows + first_row, keys.rows());
               add_votes({&state.new_iterations[iteration], 1}, keys, sums);
             });
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
