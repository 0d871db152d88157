#include "algos/extendedisolationforest/train.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <neve/base/clock.hpp>
#include <neve/model/score.hpp>

#include "algos/extendedisolationforest/extendedisolationforest_output.hpp"
#include "algos/extendedisolationforest/validate.hpp"
#include "algos/families/trees/view.hpp"

namespace neve::algos::extendedisolationforest {

void ExtendedIsolationForestTrainer::prepare(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  read_ = {.plan = model::plan_of(context.roles, context.training),
           .levels = trees::levels_of(context.roles)};
  check_extension(p, read_.levels.size());
  plan_ = {.seed = context.seed,
           .max_depth = depth_limit(p.sample_size),
           .width = p.extension_level + 1,
           .columns = read_.levels.size()};
  sampling_ = {
      .seed = context.seed, .rows = context.training.inputs.layout->rows(), .size = p.sample_size};
  lengths_.emplace(context.engine);
}

void ExtendedIsolationForestTrainer::init(model::TrainContext& context) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  prepare(context);
  progress_.history.push_back({now_ms(), 0, kNaN, kNaN});
}

wire::Bytes ExtendedIsolationForestTrainer::save() const { return wire::encode(progress_); }

/// What rows keep is made again from the trees.
void ExtendedIsolationForestTrainer::resume(model::TrainContext& context,
                                            const wire::Bytes& saved) {
  prepare(context);
  progress_ = wire::decode<Progress>(saved);
  if (!measures()) return;
  const std::span<const PlaneTree> all(progress_.trees);
  const auto at_once = static_cast<std::size_t>(isolation::trees_at_once(sampling_.size));
  for (std::size_t first = 0; first < all.size(); first += at_once) {
    add_lengths(context, all.subspan(first, std::min(at_once, all.size() - first)),
                static_cast<std::int64_t>(first), true);
  }
}

bool ExtendedIsolationForestTrainer::is_due(std::int64_t trees) const {
  constexpr std::int64_t kEveryTree = 10;
  const Parameters& p = *parameters_;
  if (trees == p.ntrees || p.score_each_iteration) return true;
  if (p.score_tree_interval > 0) return trees % p.score_tree_interval == 0;
  return trees <= kEveryTree || trees % kEveryTree == 0;
}

std::vector<PlaneTree> ExtendedIsolationForestTrainer::grow_trees(model::TrainContext& context,
                                                                  std::int64_t count) const {
  using Gather = isolation::GatherTask<PointForm>;
  Pool& pool = context.engine.pool();
  const std::int64_t first = tree_count();
  const auto samples = isolation::samples_of(pool, sampling_, first, count);
  const Gather::State state{.read = read_, .rows = isolation::joined(samples)};
  const PointRows sample = isolation::sorted(
      context.engine.run<Gather>(context.training.inputs, state, context.run_options()),
      plan_.columns);
  std::vector<PlaneTree> grown(samples.size());
  pool.for_each(samples.size(), [&](std::size_t i) {
    grown[i] = grow(plan_, first + static_cast<std::int64_t>(i), sample,
                    isolation::places_of(samples[i], sample.rows));
  });
  return grown;
}

std::vector<LengthSums> ExtendedIsolationForestTrainer::add_lengths(
    model::TrainContext& context, std::span<const PlaneTree> trees, std::int64_t before,
    bool silent) const {
  LengthTask::State state{.read = read_,
                          .trees = {trees.begin(), trees.end()},
                          .before = before,
                          .sample_size = sampling_.size,
                          .points = {}};
  for (std::int64_t i = 1; i <= std::ssize(trees); ++i)
    state.points.push_back(!silent && is_due(before + i) ? 1 : 0);
  mr::RunOptions options = context.run_options();
  options.scratch = lengths_->id();
  return context.engine.run<LengthTask>(context.training.inputs, state, options);
}

bool ExtendedIsolationForestTrainer::step(model::TrainContext& context) {
  const std::int64_t first = tree_count();
  const std::int64_t count =
      std::min(isolation::trees_at_once(sampling_.size), parameters_->ntrees - first);
  // Row numbers of the samples twice, points before and after they are sorted.
  const auto columns = static_cast<std::int64_t>(plan_.columns);
  const Reservation memory = context.engine.budget().reserve(
      count * sampling_.size * (4 * 8 + 2 * 8 * columns), "Rows that isolation trees grow on");
  std::vector<PlaneTree> grown = grow_trees(context, count);
  for (const PlaneTree& tree : grown)
    forest_.push_back(context.engine.budget().reserve(tree.byte_size(), "The trees of the forest"));
  std::vector<LengthSums> sums;
  if (measures()) sums = add_lengths(context, grown, first, false);
  auto at = sums.begin();
  for (PlaneTree& tree : grown) {
    progress_.trees.push_back(std::move(tree));
    if (measures() && is_due(tree_count())) note(tree_count(), *at++);
  }
  context.job.progress(
      static_cast<double>(tree_count()) / parameters_->ntrees,
      "Tree " + std::to_string(tree_count()) + " of " + std::to_string(parameters_->ntrees));
  return tree_count() < parameters_->ntrees;
}

void ExtendedIsolationForestTrainer::note(std::int64_t trees, const LengthSums& sums) {
  progress_.last = sums;
  const auto rows = static_cast<double>(sums.rows);
  progress_.history.push_back({now_ms(), trees, sums.lengths / rows, sums.scores / rows});
}

model::metrics::Metrics ExtendedIsolationForestTrainer::training_metrics() const {
  model::metrics::Anomaly made;
  made.description = kMetricsDescription;
  made.model_category = model::Category::anomaly_detection;
  made.nobs = progress_.last.rows;
  made.mean_score = progress_.history.back().mean_length;
  made.mean_normalized_score = progress_.history.back().mean_score;
  return made;
}

std::shared_ptr<model::Model> ExtendedIsolationForestTrainer::finish(model::TrainContext& context) {
  lengths_.reset();
  auto made = std::make_shared<ExtendedIsolationForestModel>();
  made->header.roles = context.roles;
  made->trees = std::move(progress_.trees);
  made->levels = read_.levels;
  made->sample_size = sampling_.size;
  model::Header& header = context.header;
  header.summary = model_summary(*parameters_, context.seed, made->trees);
  // The loop may have ended between two points.
  if (measures() && progress_.history.back().trees == std::ssize(made->trees)) {
    header.training_metrics = training_metrics();
  } else {
    header.training_metrics =
        made->measure_rows(context.engine, context.training, context.job.token());
  }
  if (measures()) header.scoring_history = isolation::scoring_history(progress_.history);
  return made;
}

}  // namespace neve::algos::extendedisolationforest
