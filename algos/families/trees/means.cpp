#include "algos/families/trees/means.hpp"

namespace neve::algos::trees {

void MeansTask::map(const mr::RowGroup& /*group*/, const State& state, RowStore& store,
                    Partial& partial) {
  apply_splits(store, state.splits);
  const float* residual =
      store.residual.data() + static_cast<std::size_t>(state.tree_class) * store.rows;
  for (std::size_t leaf = 0; leaf < state.leaves.size(); ++leaf) {
    for (const std::uint16_t row : store.rows_of(state.leaves[leaf])) {
      if (store.addends.leaves_out(row)) continue;
      const double weight = store.weight_of(row);
      partial.targets[leaf] +=
          state.means.round(state.form, static_cast<double>(residual[row]), weight);
      partial.weights[leaf] += state.form.round_weight(weight);
    }
  }
}

void MeansTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.targets.size(); ++i) {
    left.targets[i] += right.targets[i];
    left.weights[i] += right.weights[i];
  }
}

}  // namespace neve::algos::trees
