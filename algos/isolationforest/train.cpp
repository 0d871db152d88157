#include "algos/isolationforest/train.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/munge/rollups.hpp>

#include "algos/families/trees/tables.hpp"
#include "algos/families/trees/view.hpp"
#include "algos/isolationforest/scores.hpp"
#include "algos/isolationforest/stopping.hpp"
#include "algos/isolationforest/validate.hpp"

namespace neve::algos::isolationforest {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

GrowPlan IsolationForestTrainer::grow_plan(const model::TrainContext& context) const {
  const Parameters& p = *parameters_;
  GrowPlan made;
  made.seed = context.seed;
  made.max_depth = p.max_depth;
  made.min_rows = p.min_rows;
  made.columns_per_split =
      columns_per_split(p, static_cast<std::int32_t>(context.roles.predictors.size()));
  made.columns_change_per_level = p.col_sample_rate_change_per_level;
  made.columns_per_tree = p.col_sample_rate_per_tree;
  made.levels = trees::levels_of(context.roles);
  return made;
}

void IsolationForestTrainer::prepare(model::TrainContext& context) {
  plan_ = grow_plan(context);
  read_ = {.plan = model::plan_of(context.roles, context.training), .levels = plan_.levels};
  sample_size_ = sample_size(*parameters_, context.training.inputs.layout->rows());
  if (context.validation != nullptr) {
    const frame::Frame& frame = context.validation->frame;
    labelled_ = with_response(context.roles, *parameters_, frame);
    validation_ = model::adapt(*labelled_, frame, true);
  }
  paths_.emplace(context.engine);
}

void IsolationForestTrainer::init(model::TrainContext& context) {
  prepare(context);
  progress_.splits.resize(plan_.levels.size());
  progress_.history.push_back({now_ms(), 0, kNaN, kNaN});
}

wire::Bytes IsolationForestTrainer::save() const { return wire::encode(progress_); }

/// What rows keep is made again from the trees.
void IsolationForestTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  prepare(context);
  progress_ = wire::decode<Progress>(saved);
  const trees::TreeGrid& all = progress_.iterations;
  for (std::int64_t first = 0; first < tree_count();) {
    const std::int64_t count =
        std::min(isolation::trees_at_once(sample_size_), tree_count() - first);
    PathTask::State state{.read = read_,
                          .grid = trees::TreeGrid(all.begin() + first, all.begin() + first + count),
                          .samples = samples(context, first, count),
                          .points = {}};
    state.points.resize(state.grid.size());
    add_paths(context, std::move(state));
    first += count;
  }
}

bool IsolationForestTrainer::is_due(std::int64_t trees) const {
  constexpr std::int64_t kEveryTree = 10;
  const Parameters& p = *parameters_;
  if (trees == p.ntrees || p.score_each_iteration) return true;
  if (p.score_tree_interval > 0) return trees % p.score_tree_interval == 0;
  return trees <= kEveryTree || trees % kEveryTree == 0;
}

std::vector<RowNumbers> IsolationForestTrainer::samples(const model::TrainContext& context,
                                                        std::int64_t first,
                                                        std::int64_t count) const {
  return isolation::samples_of(
      context.engine.pool(),
      {.seed = plan_.seed, .rows = context.training.inputs.layout->rows(), .size = sample_size_},
      first, count);
}

std::vector<GrownTree> IsolationForestTrainer::grow_trees(
    model::TrainContext& context, const std::vector<RowNumbers>& samples) const {
  const GatherTask::State state{.read = read_, .rows = isolation::joined(samples)};
  const KeyRows sample = isolation::sorted(
      context.engine.run<GatherTask>(context.training.inputs, state, context.run_options()),
      plan_.levels.size());
  const std::int64_t first = tree_count();
  std::vector<GrownTree> grown(samples.size());
  context.engine.pool().for_each(samples.size(), [&](std::size_t i) {
    grown[i] = grow(plan_, first + static_cast<std::int64_t>(i), sample,
                    isolation::places_of(samples[i], sample.rows));
  });
  return grown;
}

std::vector<PathSums> IsolationForestTrainer::add_paths(model::TrainContext& context,
                                                        PathTask::State state) const {
  mr::RunOptions options = context.run_options();
  options.scratch = paths_->id();
  return context.engine.run<PathTask>(context.training.inputs, state, options);
}

bool IsolationForestTrainer::step(model::TrainContext& context) {
  const std::int64_t first = tree_count();
  const std::int64_t count =
      std::min(isolation::trees_at_once(sample_size_), parameters_->ntrees - first);
  // Row numbers of the samples twice, keys before and after they are sorted.
  const auto columns = static_cast<std::int64_t>(plan_.levels.size());
  const Reservation memory = context.engine.budget().reserve(
      count * sample_size_ * (4 * 8 + 2 * 4 * columns), "Rows that isolation trees grow on");
  PathTask::State state{
      .read = read_, .grid = {}, .samples = samples(context, first, count), .points = {}};
  const std::vector<GrownTree> grown = grow_trees(context, state.samples);
  for (std::int64_t i = 0; i < count; ++i) {
    const trees::CompactTree tree(grown[static_cast<std::size_t>(i)].tree);
    forest_.push_back(context.engine.budget().reserve(tree.byte_size(), "The trees of the forest"));
    state.grid.push_back({tree});
    state.points.push_back(i + 1 == count || is_due(first + i + 1) ? 1 : 0);
  }
  const std::vector<std::uint8_t> points = state.points;
  const trees::TreeGrid made = state.grid;
  const std::vector<PathSums> sums = add_paths(context, std::move(state));
  auto at = sums.begin();
  for (std::size_t i = 0; i < made.size(); ++i) {
    progress_.iterations.push_back(made[i]);
    for (std::size_t c = 0; c < plan_.levels.size(); ++c)
      progress_.splits[c].add(grown[i].splits[c]);
    // Trees behind the one where training stops are forgotten.
    if (points[i] != 0 && note(context, *at++, tree_count())) return false;
  }
  context.job.progress(
      static_cast<double>(tree_count()) / parameters_->ntrees,
      "Tree " + std::to_string(tree_count()) + " of " + std::to_string(parameters_->ntrees));
  return tree_count() < parameters_->ntrees;
}

bool IsolationForestTrainer::note(model::TrainContext& context, const PathSums& sums,
                                  std::int64_t trees) {
  progress_.last = sums;
  if (!is_due(trees)) return false;
  const auto metrics = training_metrics();
  const auto of = [&](const char* name) { return metrics.find(name).value_or(kNaN); };
  progress_.history.push_back({now_ms(), trees, of("mean_score"), of("mean_normalized_score")});
  if (parameters_->stopping_rounds == 0) return false;
  if (stops_by_labels(*parameters_)) {
    const auto two = measure_validation(context, *model_of(context, trees));
    progress_.stopping_scores.push_back(
        two.find(isolationforest::stopping_rule(*parameters_).metric).value_or(kNaN));
  } else {
    progress_.stopping_scores.push_back(of("mean_score"));
  }
  return should_stop(*parameters_, progress_.stopping_scores);
}

/// Scores are linear in path lengths, so that the mean score is that of the mean length.
model::metrics::Metrics IsolationForestTrainer::training_metrics() const {
  const PathSums& last = progress_.last;
  model::metrics::Anomaly made;
  made.description = "Metrics reported on Out-Of-Bag training samples";
  made.model_category = model::Category::anomaly_detection;
  made.nobs = last.rows;
  if (last.rows == 0) return made;
  IsolationForestModel scale;
  scale.least_path = last.least;
  scale.largest_path = last.largest;
  made.mean_score = last.lengths / static_cast<double>(last.rows);
  made.mean_normalized_score =
      scale.normalised(made.mean_score * static_cast<double>(tree_count()));
  return made;
}

std::shared_ptr<IsolationForestModel> IsolationForestTrainer::model_of(
    const model::TrainContext& context, std::int64_t trees) const {
  auto made = std::make_shared<IsolationForestModel>();
  made->header.category = context.category;
  made->header.roles = labelled_ ? *labelled_ : context.roles;
  made->header.default_threshold = labelled_ || parameters_->contamination > 0 ? 0.5 : -1;
  made->iterations.assign(progress_.iterations.begin(), progress_.iterations.begin() + trees);
  made->levels = plan_.levels;
  made->least_path = progress_.last.least;
  made->largest_path = progress_.last.largest;
  made->splits = progress_.splits;
  return made;
}

model::metrics::Metrics IsolationForestTrainer::measure_validation(
    model::TrainContext& context, const IsolationForestModel& model) const {
  if (!validation_) return {};
  return model.measure_rows(context.engine, *validation_, context.job.token());
}

/// Scores from here on are anomalies.
void IsolationForestTrainer::choose_threshold(model::TrainContext& context,
                                              const IsolationForestModel& model) const {
  model::Header& header = context.header;
  header.default_threshold = model.header.default_threshold;
  if (const auto* two = header.validation_metrics.binomial()) {
    header.default_threshold = two->default_threshold;
  } else if (parameters_->contamination > 0) {
    const model::ModelPtr own(std::shared_ptr<void>(), &model);
    const job::TokenPtr& token = context.job.token();
    const model::Scored scored = model::score_with<IsolationForestModel>(
        context.engine, own, context.training, {.labels = false, .token = token});
    header.default_threshold =
        munge::quantiles(context.engine, scored.predictions.layout,
                         munge::column_of(scored.predictions.columns.front()),
                         std::vector<double>{1 - parameters_->contamination})[0];
  }
}

void IsolationForestTrainer::settle(model::TrainContext& context) const {
  const Parameters& p = *parameters_;
  model::Header& header = context.header;
  if (p.sample_rate == Parameters::kNoRate) {
    const auto rows = static_cast<double>(context.training.inputs.layout->rows());
    header.actual_parameters.emplace_back("sample_rate",
                                          java_double(static_cast<double>(p.sample_size) / rows));
  }
  if (p.categorical_encoding == model::CategoricalEncoding::automatic) {
    header.settled.values.emplace_back("categorical_encoding",
                                       schema::enum_text(model::CategoricalEncoding::enumeration));
  }
  if (p.stopping_metric != model::StoppingMetric::automatic) return;
  if (p.stopping_rounds == 0) {
    header.settled.idle.emplace_back("stopping_metric");
  } else {
    header.settled.values.emplace_back("stopping_metric",
                                       schema::enum_text(model::StoppingMetric::anomaly_score));
  }
}

std::shared_ptr<model::Model> IsolationForestTrainer::finish(model::TrainContext& context) {
  paths_.reset();
  auto made = model_of(context, tree_count());
  model::Header& header = context.header;
  header.training_metrics = training_metrics();
  if (progress_.history.back().trees != tree_count()) {
    // The loop has ended between two points.
    const auto of = [&](const char* name) {
      return header.training_metrics.find(name).value_or(kNaN);
    };
    progress_.history.push_back(
        {now_ms(), tree_count(), of("mean_score"), of("mean_normalized_score")});
  }
  header.validation_metrics = measure_validation(context, *made);
  if (header.validation_metrics)
    header.validation_metrics.header()->description = "Validation metrics";
  choose_threshold(context, *made);
  if (labelled_) header.roles = *labelled_;
  header.scoring_history = isolation::scoring_history(progress_.history);
  std::vector<trees::TreeSize> sizes;
  std::int64_t bytes = 0;
  for (const auto& iteration : made->iterations) {
    sizes.push_back({iteration[0].depth(), iteration[0].leaves()});
    bytes += iteration[0].byte_size();
  }
  header.summary = trees::model_summary(tree_count(), sizes, bytes);
  settle(context);
  return made;
}

}  // namespace neve::algos::isolationforest
