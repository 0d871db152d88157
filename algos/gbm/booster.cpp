#include "algos/gbm/booster.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>

#include "algos/families/trees/memory.hpp"
#include "algos/gbm/constraints.hpp"
#include "algos/gbm/leaf_quantiles.hpp"

namespace neve::algos::gbm {
namespace {

std::vector<std::int32_t> leaves_of(const trees::Tree& tree) {
  std::vector<std::int32_t> leaves;
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    if (tree.nodes[n].is_leaf()) leaves.push_back(static_cast<std::int32_t>(n));
  }
  return leaves;
}

}  // namespace

Booster::Booster(mr::Engine& engine, mr::Inputs inputs, trees::RowColumns columns,
                 std::vector<trees::PredictorKind> kinds, BoostSettings settings,
                 mr::RunOptions options)
    : engine_(engine),
      inputs_(std::move(inputs)),
      columns_(std::move(columns)),
      kinds_(std::move(kinds)),
      settings_(std::move(settings)),
      options_(std::move(options)),
      scratch_(engine) {
  options_.scratch = scratch_.id();
}

void Booster::load(SharedResults* shared) {
  make_bins(shared);
  reserve_memory();
  loaded_ = engine_.run<trees::LoadTask>(inputs_, {spec_, columns_}, options_);
  grower_ = std::make_unique<trees::Grower>(engine_, row_inputs(), options_, spec_, settings_.grow);
  importance_.assign(spec_.columns.size(), 0);
  start();
}

void Booster::make_bins(SharedResults* shared) {
  const Reservation memory = engine_.budget().reserve(
      trees::sketch_bytes(*inputs_.layout, columns_, kinds_), "The sample that bins are made from");
  const auto key = trees::bins_key(inputs_, columns_, kinds_, settings_.bins);
  spec_ = trees::shared_bins(shared, key, [&] {
    return trees::make_bins(engine_, inputs_, columns_, kinds_, settings_.bins, options_);
  });
}

/// Rows reserve their own memory as they are loaded, on each node; here they are looked at together
/// with the histograms, so that what will not fit is refused at once.
void Booster::reserve_memory() {
  const trees::BinLayout bins(spec_);
  const frame::Layout& layout = *inputs_.layout;
  const int threads = engine_.pool().threads();
  // Where memory is scarce, more histograms are made from rows: slower, and just the same.
  constexpr std::int64_t kShare = 8;
  settings_.grow.kept_bytes = std::min(settings_.grow.kept_bytes,
                                       static_cast<std::size_t>(engine_.budget().free() / kShare));
  const std::int64_t histograms = trees::histogram_bytes(layout, bins, settings_.grow, threads);
  engine_.budget().check(
      histograms + trees::row_store_bytes(engine_.most_rows(layout), columns_, bins),
      "Growing trees on " + std::to_string(layout.rows()) + " rows");
  histograms_ = engine_.budget().reserve(histograms, "Histograms of the trees");
}

/// The score that minimises the deviance of all rows together; of classes with offsets, one Newton
/// step towards it from 0, as R's gbm and H2O-3 have it.
void Booster::start() {
  const Distribution& distribution = settings_.distribution;
  StartTask::State state{distribution, 0};
  if (distribution.family == Family::multinomial || distribution.leaf_quantile())
    state.distribution.family = Family::gaussian;
  const auto sums = engine_.run<StartTask>(row_inputs(), state, options_);
  response_range_ = {sums.least_response, sums.largest_response};
  if (distribution.family == Family::multinomial) return;
  if (const auto probability = distribution.leaf_quantile()) {
    first_score_ = deviation_quantile(*probability, false);
    pending_score_ = first_score_;
    return;
  }
  const double numerator = sums.numerator + sums.numerator_rest;
  const double denominator = sums.denominator + sums.denominator_rest;
  first_score_ = leaf_value(distribution, numerator, denominator, 1);
  if (distribution.is_binomial() && columns_.offset < 0) {
    // All probabilities were 1/2: the mean follows from the sum of residuals.
    const double mean = 0.5 + numerator / (sums.weight + sums.weight_rest);
    constexpr double kLeast = 1e-10;
    first_score_ = link(distribution, std::clamp(mean, kLeast, 1 - kLeast));
  }
  pending_score_ = first_score_;
}

void Booster::restore(Grown grown, const model::ScorePlan& plan) {
  pending_score_ = grown.first_score;
  first_score_ = grown.first_score;
  settle();
  iterations_ = std::move(grown.iterations);
  importance_ = std::move(grown.importance);
  if (iterations_.empty()) return;
  engine_.run<RescoreTask>(inputs_, {noised(iterations_), plan}, options_);
}

std::uint64_t Booster::tree_number(std::size_t iteration, std::size_t of_class) const {
  return iteration * static_cast<std::size_t>(columns_.classes) + of_class;
}

/// What a leaf adds to the scores of training rows: its value times 1 plus normal noise (Box and
/// Muller 1958), drawn by tree and leaf.
float Booster::noised(float value, std::uint64_t tree, std::int32_t leaf) const {
  if (settings_.noise_bandwidth == 0) return value;
  constexpr std::uint64_t kNoise = std::uint64_t{3} << 62U;
  const CounterRng random(settings_.grow.sampling.seed, kNoise + tree);
  const std::uint64_t at = 2 * static_cast<std::uint64_t>(leaf);
  const double radius = std::sqrt(-2 * math::log(1 - random.uniform(at)));
  const double normal = radius * math::cos(2 * std::numbers::pi * random.uniform(at + 1));
  const double factor = 1 + settings_.noise_bandwidth * normal;
  return static_cast<float>(static_cast<double>(value) * factor);
}

std::vector<Iteration> Booster::noised(std::vector<Iteration> iterations) const {
  if (settings_.noise_bandwidth == 0) return iterations;
  for (std::size_t i = 0; i < iterations.size(); ++i) {
    for (std::size_t k = 0; k < iterations[i].size(); ++k) {
      trees::Tree& tree = iterations[i][k];
      for (const std::int32_t leaf : leaves_of(tree)) {
        float& value = tree.nodes[static_cast<std::size_t>(leaf)].value;
        value = noised(value, tree_number(i, k), leaf);
      }
    }
  }
  return iterations;
}

void Booster::settle() {
  if (pending_.empty() && pending_score_ == 0) return;
  ResidualTask::State state{settings_.distribution, std::exchange(pending_, {}),
                            std::exchange(pending_score_, 0), false, loaded_.all_whole};
  engine_.run<ResidualTask>(row_inputs(), state, options_);
}

double Booster::deviation_quantile(double probability, bool absolute) const {
  return deviation_quantiles(engine_, row_inputs(), options_, loaded_,
                             {.probability = probability, .absolute = absolute})[0];
}

void Booster::iterate() {
  if (settings_.distribution.family == Family::huber) {
    settle();
    settings_.distribution.huber_delta =
        deviation_quantile(settings_.distribution.huber_alpha, true);
  }
  ResidualTask::State state{settings_.distribution, std::exchange(pending_, {}),
                            std::exchange(pending_score_, 0), true, loaded_.all_whole};
  ranges_ = engine_.run<ResidualTask>(row_inputs(), state, options_).classes;
  double rate = settings_.learn_rate;
  for (std::size_t i = 0; i < iterations_.size(); ++i) rate *= settings_.learn_rate_annealing;
  iterations_.emplace_back();
  for (std::int32_t k = 0; k < columns_.classes; ++k) {
    // The rows' nodes are those of one tree at a time.
    settle();
    grow_class(k, rate);
  }
}

void Booster::grow_class(std::int32_t of_class, double rate) {
  const ClassRange& range = ranges_[static_cast<std::size_t>(of_class)];
  const std::size_t iteration = iterations_.size() - 1;
  const std::uint64_t number = tree_number(iteration, static_cast<std::size_t>(of_class));
  // The trees of an iteration grow on the same rows, and draw the same columns at the same places.
  trees::GrownTree grown = grower_->grow({.number = iteration,
                                          .tree_class = of_class,
                                          .form = trees::choose_fixed_point(loaded_, range.targets),
                                          .random_thresholds = settings_.thresholds_of(iteration)});
  for (std::size_t c = 0; c < importance_.size(); ++c) importance_[c] += grown.importance[c];
  std::vector<double> values = node_values(grown, of_class);
  const auto& directions = settings_.grow.rules.directions;
  if (!directions.empty()) keep_to_directions(grown.tree, directions, values);
  LeafValues add{of_class, {}};
  for (const std::int32_t leaf : leaves_of(grown.tree)) {
    const auto n = static_cast<std::size_t>(leaf);
    const double bounded =
        std::clamp(values[n] * rate, -settings_.largest_leaf, settings_.largest_leaf);
    const auto value = static_cast<float>(bounded);
    grown.tree.nodes[n].value = value;
    add.leaves.emplace_back(leaf, noised(value, number, leaf));
  }
  pending_.push_back(std::move(add));
  iterations_.back().push_back(std::move(grown.tree));
}

/// Values of all nodes, the inner ones' as if they were leaves.
std::vector<double> Booster::node_values(const trees::GrownTree& grown,
                                         std::int32_t of_class) const {
  const std::vector<std::int32_t> leaves = leaves_of(grown.tree);
  if (settings_.distribution.leaf_quantile()) return quantile_values(grown, leaves);
  const ClassRange& range = ranges_[static_cast<std::size_t>(of_class)];
  const double heaviest = loaded_.all_whole ? 1 : loaded_.largest_weight;
  LeafTask::State state;
  state.distribution = settings_.distribution;
  state.tree_class = of_class;
  state.splits = grown.last_splits;
  state.leaves = leaves;
  state.numerator_scale = trees::two_part_scale(loaded_, range.largest_numerator * heaviest);
  state.denominator_scale = trees::two_part_scale(loaded_, range.largest_denominator * heaviest);
  return summed_values(grown.tree, std::move(state));
}

/// Quantiles; of huber, the medians and the mean of what lies beyond them, within delta (Friedman
/// 2001, section 4.4). Inner nodes have the means of what is below them.
std::vector<double> Booster::quantile_values(const trees::GrownTree& grown,
                                             std::span<const std::int32_t> leaves) const {
  const Distribution& distribution = settings_.distribution;
  const std::vector<double> found =
      deviation_quantiles(engine_, row_inputs(), options_, loaded_,
                          {.probability = distribution.leaf_quantile().value(),
                           .splits = grown.last_splits,
                           .nodes = {leaves.begin(), leaves.end()}});
  std::vector<double> values(grown.tree.nodes.size());
  if (distribution.family == Family::huber) values = values_beyond(grown.tree, leaves, found);
  for (std::size_t i = 0; i < leaves.size(); ++i)
    values[static_cast<std::size_t>(leaves[i])] += found[i];
  for (std::size_t n = values.size(); n-- > 0;) {
    const trees::Tree::Node& node = grown.tree.nodes[n];
    if (node.is_leaf()) continue;
    const auto left = static_cast<std::size_t>(node.left);
    const auto weight = [&](std::size_t child) {
      return static_cast<double>(grown.tree.nodes[child].weight);
    };
    values[n] = (values[left] * weight(left) + values[left + 1] * weight(left + 1)) /
                (weight(left) + weight(left + 1));
  }
  return values;
}

std::vector<double> Booster::values_beyond(const trees::Tree& tree,
                                           std::span<const std::int32_t> leaves,
                                           const std::vector<double>& centers) const {
  const Distribution& distribution = settings_.distribution;
  const double heaviest = loaded_.all_whole ? 1 : loaded_.largest_weight;
  LeafTask::State state;
  state.distribution = distribution;
  state.leaves.assign(leaves.begin(), leaves.end());
  state.centers = centers;
  state.numerator_scale = trees::two_part_scale(loaded_, distribution.huber_delta * heaviest);
  state.denominator_scale = trees::two_part_scale(loaded_, heaviest);
  return summed_values(tree, std::move(state));
}

std::vector<double> Booster::summed_values(const trees::Tree& tree, LeafTask::State state) const {
  state.whole_weights = loaded_.all_whole;
  const LeafTask::Partial sums = engine_.run<LeafTask>(row_inputs(), state, options_);
  std::vector<trees::TwoPartSum> numerators(tree.nodes.size());
  std::vector<trees::TwoPartSum> denominators(tree.nodes.size());
  for (std::size_t i = 0; i < state.leaves.size(); ++i) {
    numerators[static_cast<std::size_t>(state.leaves[i])] = sums.numerators[i];
    denominators[static_cast<std::size_t>(state.leaves[i])] = sums.denominators[i];
  }
  std::vector<double> values(tree.nodes.size());
  for (std::size_t n = values.size(); n-- > 0;) {
    if (const trees::Tree::Node& node = tree.nodes[n]; !node.is_leaf()) {
      for (const auto child :
           {static_cast<std::size_t>(node.left), static_cast<std::size_t>(node.left) + 1}) {
        numerators[n] += numerators[child];
        denominators[n] += denominators[child];
      }
    }
    values[n] = leaf_value(settings_.distribution, state.numerator_scale.to_double(numerators[n]),
                           state.denominator_scale.to_double(denominators[n]), columns_.classes);
  }
  return values;
}

}  // namespace neve::algos::gbm
