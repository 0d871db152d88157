#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/trees/compact_tree.hpp"
#include "algos/families/trees/partition.hpp"
#include "algos/families/trees/row_store.hpp"

namespace neve::algos::drf {

/// Trees of one iteration: one, or one per class.
using Iteration = std::vector<trees::CompactTree>;

using VisitKeys =
    std::function<void(std::size_t iteration, std::size_t first_row, const trees::RowKeys& keys)>;
/// Shows every block of rows to each of so many iterations, in their order. A deep tree fills a
/// core's cache: many blocks are read before the first tree's turn.
void visit_keys(model::BlockReader& reader, std::span<const std::int32_t> levels,
                std::size_t iterations, const VisitKeys& visit);

/// Adds the trees of some iterations to sums[k], a row's votes for class k; rows of the block.
void add_votes(std::span<const Iteration> iterations, std::span<const std::int32_t> levels,
               const model::ScoreBlock& block, std::span<const std::span<double>> sums);

/// The same of rows whose keys are known.
void add_votes(std::span<const Iteration> iterations, const trees::RowKeys& keys,
               std::span<const std::span<double>> sums);

/// Turns sums of votes into what a model's score() writes, in place; `voters` says per row how many
/// iterations voted. One output: the mean. One tree for two classes: its mean in out[1] and what
/// is missing to 1 in out[0]. A tree for each class: their shares. NaN where nobody voted.
void votes_to_outputs(bool tree_per_class, std::span<const double> voters,
                      std::span<const std::span<double>> out);

/// Adds the votes of trees to the rows that these have not seen.
struct VoteTask {
  static constexpr std::string_view name = "drf.votes";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<Iteration> iterations;
    trees::RowSampling sampling;  ///< of the first of these iterations
    model::ScorePlan plan;
    std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
    template <class Archive>
    void fields(Archive& archive) {
      archive(iterations, sampling, plan, levels);
    }
  };
  using Scratch = trees::RowStore;
  struct Partial {
    template <class Archive>
    void fields(Archive& /*archive*/) {}
  };
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial&);
  static void merge(Partial&, const Partial&) {}
};

}  // namespace neve::algos::drf
