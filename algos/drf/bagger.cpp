#include "algos/drf/bagger.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "algos/families/trees/memory.hpp"

namespace neve::algos::drf {

Bagger::Bagger(mr::Engine& engine, mr::Inputs inputs, ForestColumns columns,
               ForestSettings settings, mr::RunOptions options)
    : engine_(engine),
      inputs_(std::move(inputs)),
      columns_(std::move(columns)),
      settings_(std::move(settings)),
      options_(std::move(options)),
      scratch_(engine) {
  options_.scratch = scratch_.id();
  columns_.rows.counts_unseen = true;
  settings_.grow.leaf_means = true;
  settings_.grow.weighted = columns_.rows.weighted();
  settings_.grow.rules.around_mean = true;
  for (const trees::PredictorKind& kind : columns_.kinds)
    levels_.push_back(kind.categorical ? kind.levels : 0);
}

void Bagger::load(SharedResults* shared) {
  make_bins(shared);
  reserve_memory();
  loaded_ = engine_.run<trees::LoadTask>(inputs_, {spec_, columns_.rows}, options_);
  grower_ = std::make_unique<trees::Grower>(engine_, row_inputs(), options_, spec_, settings_.grow);
  importance_.assign(spec_.columns.size(), 0);
  start();
}

void Bagger::make_bins(SharedResults* shared) {
  const Reservation memory =
      engine_.budget().reserve(trees::sketch_bytes(*inputs_.layout, columns_.rows, columns_.kinds),
                               "The sample that bins are made from");
  const auto key = trees::bins_key(inputs_, columns_.rows, columns_.kinds, settings_.bins);
  spec_ = trees::shared_bins(shared, key, [&] {
    return trees::make_bins(engine_, inputs_, columns_.rows, columns_.kinds, settings_.bins,
                            options_);
  });
}

/// Rows reserve their own memory as they are loaded, on each node; here they are looked at together
/// with what grows a tree, so that what will not fit is refused at once.
void Bagger::reserve_memory() {
  const trees::BinLayout bins(spec_);
  const frame::Layout& layout = *inputs_.layout;
  const int threads = engine_.pool().threads();
  // Where memory is scarce, more histograms are made from rows: slower, and just the same.
  constexpr std::int64_t kShare = 8;
  settings_.grow.kept_bytes = std::min(settings_.grow.kept_bytes,
                                       static_cast<std::size_t>(engine_.budget().free() / kShare));
  const std::int64_t growing = trees::histogram_bytes(layout, bins, settings_.grow, threads) +
                               trees::small_node_bytes(layout, bins, settings_.grow, threads);
  engine_.budget().check(
      growing + trees::row_store_bytes(engine_.most_rows(layout), columns_.rows, bins),
      "Growing trees on " + std::to_string(layout.rows()) + " rows");
  growing_ = engine_.budget().reserve(growing, "A tree that grows");
}

void Bagger::start() {
  const auto sums = engine_.run<StartTask>(row_inputs(), {settings_.response_classes}, options_);
  response_range_ = {sums.least_response, sums.largest_response};
  const double weight = sums.weight.value();
  if (settings_.response_classes == 0 && weight > 0) mean_ = sums.response.value() / weight;
  for (const StartTask::Sum& of_class : sums.classes) prior_.push_back(of_class.value() / weight);
  ranges_ = engine_.run<TargetTask>(row_inputs(), targets(), options_).ranges;
}

/// One tree for two classes is the second one's.
TargetTask::State Bagger::targets() const {
  return {.is_class = settings_.response_classes > 0,
          .first_class = settings_.response_classes == 2 && columns_.rows.classes == 1 ? 1 : 0,
          .mean = mean_,
          .whole_weights = loaded_.all_whole};
}

void Bagger::restore(std::vector<Iteration> iterations, std::vector<double> importance) {
  iterations_ = std::move(iterations);
  importance_ = std::move(importance);
  for (const Iteration& iteration : iterations_) {
    for (const trees::CompactTree& tree : iteration)
      forest_.push_back(engine_.budget().reserve(tree.byte_size(), "The trees of the forest"));
  }
}

void Bagger::iterate() {
  // Measuring frees the targets.
  engine_.run<TargetTask>(row_inputs(), targets(), options_);
  Iteration made;
  for (std::int32_t k = 0; k < columns_.rows.classes; ++k) {
    made.push_back(grow(k));
    forest_.push_back(engine_.budget().reserve(made.back().byte_size(), "The trees of the forest"));
  }
  iterations_.push_back(std::move(made));
}

/// The trees of an iteration grow on the same rows, and draw the same columns at the same places.
trees::CompactTree Bagger::grow(std::int32_t tree_class) {
  const trees::TargetRange& range = ranges_[static_cast<std::size_t>(tree_class)];
  const double heaviest = loaded_.all_whole ? 1 : loaded_.largest_weight;
  trees::TreeRequest request{.number = iterations_.size(),
                             .tree_class = tree_class,
                             .form = trees::choose_fixed_point(loaded_, range),
                             .random_thresholds = settings_.thresholds_of(iterations_.size())};
  request.means.scale = trees::two_part_scale(loaded_, range.largest_residual * heaviest);
  request.means.base = mean_;
  request.means.of_none = mean_;
  if (!prior_.empty()) {
    const std::int32_t response_class = targets().first_class + tree_class;
    request.means.of_none = prior_[static_cast<std::size_t>(response_class)];
  }
  const trees::GrownTree grown = grower_->grow(request);
  for (std::size_t c = 0; c < importance_.size(); ++c) importance_[c] += grown.importance[c];
  return trees::CompactTree(grown.tree);
}

void Bagger::vote() {
  if (voted_ == iterations_.size()) return;
  VoteTask::State state{
      .iterations = {iterations_.begin() + static_cast<std::ptrdiff_t>(voted_), iterations_.end()},
      .sampling = settings_.grow.sampling,
      .plan = columns_.plan,
      .levels = levels_};
  state.sampling.tree = voted_;
  voted_ = iterations_.size();
  engine_.run<VoteTask>(inputs_, state, options_);
}

}  // namespace neve::algos::drf
