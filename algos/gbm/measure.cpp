#include "algos/gbm/measure.hpp"

#include <utility>

#include "algos/families/trees/class_balance.hpp"
#include "algos/gbm/gbm_model.hpp"

namespace neve::algos::gbm {
namespace {

void measure(const MeasureOptions& options, const trees::SummedRows& rows, MeasuredRows& out) {
  const Distribution& distribution = options.distribution;
  const model::metrics::Deviance deviance = deviance_of(distribution);
  const std::vector<double>& class_weights = options.shared.class_weights;
  trees::for_each_block(rows, [&](trees::SummedBlock& block) {
    if (distribution.family == Family::multinomial) {
      softmax(block.sums);
      trees::correct_probabilities(class_weights, block.sums);
    } else {
      to_response(distribution, block.sums[0]);
      if (distribution.is_binomial()) trees::correct_second_class(class_weights, block.sums[0]);
    }
    if (distribution.family == Family::huber)
      out.huber.add_rows(block.sums[0], block.response, block.weight);
    out.shared.add(options.shared, deviance, block);
  });
}

}  // namespace

void MeasuredRows::merge(const MeasuredRows& right) {
  shared.merge(right.shared);
  huber.merge(right.huber);
}

void MeasureTrainingTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                              Partial& partial) {
  // Sorting scores takes the most memory of all, so what can be made anew goes first.
  store.rest();
  measure(state, {store.score, store.response, store.weight}, partial);
}

void MeasureValidationTask::map(const mr::RowGroup& group, const State& state, Scratch& held,
                                Partial& partial) {
  add_iterations(group, state.columns.plan, state.new_iterations, held.sums, held.chosen.picked());
  measure(state.options, {held.sums, held.response, held.weight}, partial);
}

model::metrics::Metrics finish_metrics(Pool& pool, MeasuredRows rows, const MeasureOptions& options,
                                       const model::ColumnRoles& roles) {
  model::metrics::Metrics made =
      trees::finish_metrics(pool, std::move(rows.shared), options.shared, roles);
  if (options.distribution.family != Family::huber) return made;
  model::metrics::Regression huber = *made.regression();
  huber.mean_residual_deviance = mean_huber_deviance(rows.huber, options.distribution.huber_alpha);
  return huber;
}

}  // namespace neve::algos::gbm
