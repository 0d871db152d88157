#include "algos/kmeans/train.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <neve/base/budget.hpp>
#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>

#include "algos/kmeans/grow.hpp"
#include "algos/kmeans/measure.hpp"
#include "algos/kmeans/sample.hpp"
#include "algos/kmeans/seeds.hpp"

namespace neve::algos::kmeans {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Rows that stand for all while centers are chosen: so many, or so many for each center.
constexpr double kSampledRows = 10'000;
constexpr double kSampledRowsPerCenter = 40;
/// Cells of these, that wide data do not make them a burden.
constexpr double kSampledCells = 2e7;

std::size_t dimensions(const points::Space& space) {
  return space.axes.size() + space.categories.size();
}

double sample_size(const points::Space& space, double clusters) {
  const double wide =
      kSampledCells / static_cast<double>(std::max<std::size_t>(dimensions(space), 1));
  return std::max(std::min(kSampledRows, wide), kSampledRowsPerCenter * clusters);
}

/// Whether the node with most rows has room for points: it holds half of what is free at most.
bool has_room(model::TrainContext& context, const points::Space& space) {
  const auto cells = static_cast<std::int64_t>(8 * space.axes.size() + 4 * space.categories.size());
  const std::int64_t rows = context.engine.most_rows(*context.training.inputs.layout);
  return rows * cells < context.engine.budget().free() / 2;
}

}  // namespace

mr::RunOptions KMeansTrainer::options(const model::TrainContext& context) const {
  mr::RunOptions made = context.run_options();
  made.scratch = scratch_->id();
  return made;
}

void KMeansTrainer::init(model::TrainContext& context) {
  survey_ = survey(context, parameters_->standardize);
  survey_.rows.keeps_points = has_room(context, survey_.rows.space);
  scratch_.emplace(context.engine);
  // Where k is estimated it is a bound that may be far off.
  const auto clusters =
      static_cast<std::size_t>(std::min<std::int64_t>(parameters_->k, survey_.count));
  memory_ = context.engine.budget().reserve(
      Totals::byte_size(survey_.rows.space, clusters) * (context.engine.pool().threads() + 2),
      "Sums of k-means by cluster");
  progress_.history = {{.time_ms = now_ms(), .clusters = 0, .reassigned = 0, .within = kNaN}};
}

wire::Bytes KMeansTrainer::save() const { return wire::encode(progress_); }

void KMeansTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  init(context);
  progress_ = wire::decode<Progress>(saved);
  if (!progress_.begun) return;
  totals_ = Totals(survey_.rows.space, progress_.centers.count);
  if (progress_.assigned.count == 0) return;
  // Clusters depend on the centers only: rows come to be where they were.
  totals_.merge(assign(context, fresh_centers(progress_.assigned)).changes);
}

bool KMeansTrainer::step(model::TrainContext& context) {
  if (!progress_.begun) {
    begin(context);
    return true;
  }
  return iterate(context);
}

points::Points KMeansTrainer::first_centers(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  if (p.estimate_k) return survey_.center();
  if (!p.user_points.empty()) {
    auto points = read_user_points(context.engine, context.roles, survey_.rows.space,
                                   context.further->at("user_points"));
    if (points.count == static_cast<std::size_t>(p.k)) return points;
    throw InputError::illegal_argument("The number of rows in the user-specified points (" +
                                           std::to_string(points.count) +
                                           ") is not equal to k = " + std::to_string(p.k) + ".",
                                       {{"user_points", p.user_points.name}});
  }
  return drawn_centers(context);
}

points::Points KMeansTrainer::drawn_centers(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  const auto rows = static_cast<double>(survey_.count);
  const double wanted = sample_size(survey_.rows.space, p.k);
  SampleTask::State state{.rows = survey_.rows, .center = survey_.center(), .seed = context.seed};
  if (wanted < rows) {
    const bool spread = survey_.total_squares > 0;
    state.share = wanted / rows / (spread ? 2 : 1);
    state.by_distance = spread ? wanted / survey_.total_squares / 2 : 0;
  }
  const Reservation memory = context.engine.budget().reserve(
      static_cast<std::int64_t>(2 * std::min(wanted, rows)) *
          static_cast<std::int64_t>(8 * (dimensions(survey_.rows.space) + 2)),
      "Rows that k-means chooses centers from");
  const Sample sample =
      context.engine.run<SampleTask>(context.training.inputs, state, options(context));
  return choose_centers(sample, {.pool = context.engine.pool(),
                                 .init = p.init,
                                 .clusters = static_cast<std::size_t>(p.k),
                                 .seed = context.seed,
                                 .token = context.job.token()});
}

points::Points KMeansTrainer::gather_rows(model::TrainContext& context) {
  const std::vector<std::int32_t>& sizes = *parameters_->cluster_size_constraints;
  const std::int64_t all = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  if (all > survey_.count) {
    throw InputError::illegal_argument("The sum of constraints (" + std::to_string(all) +
                                       ") is higher than the number of data rows (" +
                                       std::to_string(survey_.count) + ").");
  }
  if (survey_.count > SizedClusters::kMostCells / parameters_->k) {
    throw InputError::unsupported(
        "Clusters of a least size are for up to " + std::to_string(SizedClusters::kMostCells) +
            " rows times clusters; these are " + std::to_string(survey_.count) + " rows and " +
            std::to_string(parameters_->k) +
            " clusters. Leave cluster_size_constraints out, or train on a sample of the rows.",
        {{"parameter", "cluster_size_constraints"}});
  }
  memory_ = context.engine.budget().reserve(
      survey_.count *
          static_cast<std::int64_t>(8 * (dimensions(survey_.rows.space) + 4 * sizes.size())),
      "Rows and their distances to clusters of a least size");
  const SampleTask::State state{
      .rows = survey_.rows, .center = survey_.center(), .seed = context.seed};
  return context.engine.run<SampleTask>(context.training.inputs, state, options(context)).points;
}

void KMeansTrainer::begin(model::TrainContext& context) {
  if (survey_.count < parameters_->k && !parameters_->estimate_k) {
    throw InputError::illegal_argument("Cannot make " + std::to_string(parameters_->k) +
                                       " clusters out of " + std::to_string(survey_.count) +
                                       " rows. Ask for fewer clusters (k).");
  }
  if (parameters_->estimate_k && survey_.rows.space.axes.empty()) {
    throw InputError::illegal_argument(
        "Cannot estimate k if data has no numeric columns: clusters are cut along those.");
  }
  progress_.centers = first_centers(context);
  totals_ = Totals(survey_.rows.space, progress_.centers.count);
  progress_.begun = true;
  context.job.progress(0.1, "Centers chosen");
}

AssignTask::Partial KMeansTrainer::assign(model::TrainContext& context, MovedCenters centers) {
  if (parameters_->cluster_size_constraints) {
    if (!sized_) sized_.emplace(gather_rows(context), *parameters_->cluster_size_constraints);
    return sized_->assign(survey_.rows.space, survey_.units, centers.at, context.job.token());
  }
  const AssignTask::State state{
      .rows = survey_.rows, .units = survey_.units, .centers = std::move(centers)};
  return context.engine.run<AssignTask>(context.training.inputs, state, options(context));
}

/// Σ|x|² - 2 Σ c·x + n|c|² of the numbers, and the rows that are not at the mode of a category.
double KMeansTrainer::within() const {
  const points::Points& centers = progress_.assigned;
  double sum = survey_.numeric_squares;
  for (std::size_t c = 0; c < centers.count; ++c) {
    const auto size = static_cast<double>(totals_.size(c));
    const auto numbers = centers.number(c);
    for (std::size_t j = 0; j < numbers.size(); ++j) {
      const double of_rows = totals_.sum(survey_.units, c, j);
      sum += numbers[j] * (size * numbers[j] - 2 * of_rows);
    }
    for (std::size_t l = 0; l < centers.categories; ++l) {
      const auto level = static_cast<std::size_t>(centers.code(c)[l]);
      sum += size - static_cast<double>(totals_.count(c, l, level));
    }
  }
  return std::max(0.0, sum);
}

void KMeansTrainer::note(model::TrainContext& context, std::int64_t reassigned, double within) {
  const auto clusters = static_cast<std::int32_t>(progress_.assigned.count);
  progress_.history.push_back(
      {.time_ms = now_ms(), .clusters = clusters, .reassigned = reassigned, .within = within});
  ++progress_.iterations;
  const double done = parameters_->estimate_k
                          ? static_cast<double>(clusters) / parameters_->k
                          : static_cast<double>(progress_.iterations) / parameters_->max_iterations;
  context.job.progress(0.1 + 0.8 * done, "Iteration " + std::to_string(progress_.iterations));
}

bool KMeansTrainer::rescue_empty(model::TrainContext& context, points::Points& centers) {
  std::vector<std::size_t> empty;
  for (std::size_t c = 0; c < totals_.clusters(); ++c) {
    if (totals_.size(c) == 0) empty.push_back(c);
  }
  if (empty.empty()) return false;
  const FurthestTask::State state{
      .rows = survey_.rows, .centers = progress_.assigned, .count = empty.size()};
  const auto far =
      context.engine.run<FurthestTask>(context.training.inputs, state, options(context)).furthest;
  bool moved = false;
  for (std::size_t e = 0; e < empty.size() && e < far.size(); ++e) {
    if (far[e].squared == 0) break;
    std::ranges::copy(far[e].point.numbers, centers.number(empty[e]).begin());
    std::ranges::copy(far[e].point.codes, centers.code(empty[e]).begin());
    moved = true;
  }
  return moved;
}

bool KMeansTrainer::iterate(model::TrainContext& context) {
  constexpr double kFewReassigned = 1e-6;
  MovedCenters centers = progress_.fresh ? fresh_centers(progress_.centers)
                                         : moved_centers(progress_.centers, progress_.assigned);
  const AssignTask::Partial seen = assign(context, std::move(centers));
  totals_.merge(seen.changes);
  progress_.assigned = progress_.centers;
  progress_.centers = totals_.means(survey_.units, progress_.assigned);
  progress_.fresh = false;
  const bool rescued = rescue_empty(context, progress_.centers);
  const double within_now = within();
  note(context, seen.reassigned, within_now);
  const double few = std::max(1.0, kFewReassigned * static_cast<double>(survey_.count));
  const bool settled = static_cast<double>(seen.reassigned) < few && !rescued;
  if (!settled && progress_.iterations < parameters_->max_iterations) return true;
  return parameters_->estimate_k && add_cluster(context, within_now);
}

/// As H2O-3 does: while squared distances shrink enough, the cluster of the longest side is cut in
/// two across it.
bool KMeansTrainer::add_cluster(model::TrainContext& context, double within) {
  Progress& p = progress_;
  const auto columns = static_cast<double>(context.roles.predictors.size());
  const double least_gain =
      std::min(0.02 + 10 / static_cast<double>(survey_.count) + 2.5 / (columns * columns), 0.8);
  if (p.assigned.count > 1 && p.within_before - within < least_gain * p.within_before) {
    p.centers = std::move(p.best);
    p.history.resize(p.best_history);
    return false;
  }
  const bool enough = p.assigned.count == static_cast<std::size_t>(parameters_->k);
  if (enough || within == 0) return false;
  const BoxTask::State boxes{.rows = survey_.rows, .clusters = p.assigned.count};
  const auto cut = longest_side(
      context.engine.run<BoxTask>(context.training.inputs, boxes, options(context)), p.centers);
  if (!cut) return false;
  const HalvesTask::State halves{.rows = survey_.rows, .units = survey_.units, .cut = *cut};
  const Totals totals =
      context.engine.run<HalvesTask>(context.training.inputs, halves, options(context));
  points::Points both(survey_.rows.space);
  for (int half = 0; half < 2; ++half) both.add(p.centers, cut->cluster);
  both = totals.means(survey_.units, both);
  p.best = p.centers;
  p.best_history = p.history.size();
  p.within_before = within;
  p.centers.add(both, 1);
  std::ranges::copy(both.number(0), p.centers.number(cut->cluster).begin());
  std::ranges::copy(both.code(0), p.centers.code(cut->cluster).begin());
  p.fresh = true;
  p.iterations = 0;
  totals_.grow(p.centers.count);
  return true;
}

/// Clusters of a least size are measured as they were assigned.
model::metrics::Metrics KMeansTrainer::measure_training(model::TrainContext& context,
                                                        const KMeansModel& model) const {
  if (sized_) return model.metrics_of(sized_->sums(model.space, model.centers));
  const MeasureTask::State state{.rows = survey_.rows, .centers = model.centers};
  return model.metrics_of(
      context.engine.run<MeasureKeptTask>(context.training.inputs, state, options(context)));
}

std::shared_ptr<model::Model> KMeansTrainer::finish(model::TrainContext& context) {
  auto made = std::make_shared<KMeansModel>();
  made->header.category = context.category;
  made->header.roles = context.roles;
  made->header.parameters = context.header.parameters;
  made->space = survey_.rows.space;
  made->centers = progress_.centers;
  made->standardized = parameters_->standardize;
  made->iterations = static_cast<std::int32_t>(progress_.history.size()) - 1;
  model::Header& header = context.header;
  header.training_metrics = measure_training(context, *made);
  if (context.validation != nullptr)
    header.validation_metrics =
        made->measure_rows(context.engine, *context.validation, context.job.token());
  if (parameters_->categorical_encoding == model::CategoricalEncoding::automatic) {
    header.settled.values.emplace_back("categorical_encoding",
                                       schema::enum_text(model::CategoricalEncoding::enumeration));
  }
  header.summary = model_summary(*made, *header.training_metrics.clustering());
  header.scoring_history =
      scoring_history(progress_.history, context.job.start_time_ms(), parameters_->estimate_k);
  return made;
}

}  // namespace neve::algos::kmeans
