#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/model.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/trees/block_scorer.hpp"
#include "algos/families/trees/row_store.hpp"
#include "algos/gbm/distribution.hpp"

namespace neve::algos::gbm {

/// Trees of one iteration, one per class.
using Iteration = std::vector<trees::Tree>;

/// Scores of each class by its trees of these iterations. `columns` is the number of predictors.
trees::BlockScorer scorer_of(std::span<const Iteration> iterations, std::size_t columns);

/// Adds iterations to the scores of a group's rows, all or those that are picked, classes × rows.
/// The sums are those of adding a tree after the other, to the last bit.
void add_iterations(const mr::RowGroup& group, const model::ScorePlan& plan,
                    std::span<const Iteration> iterations, std::span<double> scores,
                    const model::PickedRows* picked = nullptr);

/// Adds trees to the scores of loaded rows, as if they had been grown there.
struct RescoreTask {
  static constexpr std::string_view name = "gbm.rescore";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<Iteration> iterations;
    model::ScorePlan plan;
    template <class Archive>
    void fields(Archive& archive) {
      archive(iterations, plan);
    }
  };
  using Scratch = trees::RowStore;
  struct Partial {
    template <class Archive>
    void fields(Archive& /*archive*/) {}
  };
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial&) {
    add_iterations(group, state.plan, state.iterations, store.score, store.chosen.picked());
  }
  static void merge(Partial&, const Partial&) {}
};

/// Turns the scores of all classes into what a model's score() writes, in place: out[k] is class
/// k's score first, its probability then. Of two classes only out[1] has a score.
void scores_to_outputs(const Distribution& distribution, std::span<const std::span<double>> out);

}  // namespace neve::algos::gbm
