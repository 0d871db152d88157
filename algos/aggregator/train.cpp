#include "algos/aggregator/train.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "algos/aggregator/aggregator_model.hpp"
#include "algos/aggregator/frames.hpp"

namespace neve::algos::aggregator {
namespace {

std::int64_t row_count(const model::TrainContext& context) {
  return context.training.inputs.layout->rows();
}

/// A radius that no two rows of the same categories are apart by. Where they have a number in one
/// axis only, that distance counts for all of them.
double largest_radius(const components::Expanded& expanded) {
  double widest = 0;
  for (std::size_t j = 0; j < expanded.expansion.numbers.size(); ++j) {
    const linear::Moments& seen = expanded.prepared.moments.numerics[j];
    if (seen.max > seen.min)
      widest = std::max(widest, (seen.max - seen.min) * expanded.expansion.numbers[j].factor);
  }
  constexpr double kOverRounding = 1.001;
  constexpr double kLargest = 1e150;  // its square is finite
  const auto axes = static_cast<double>(expanded.expansion.numbers.size());
  return widest > 0 ? std::min(kOverRounding * std::sqrt(axes) * widest, kLargest) : 1;
}

Exemplars in_row_order(const Exemplars& found) {
  std::vector<std::size_t> order(found.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return found.rows[i]; });
  Exemplars sorted;
  sorted.points.axes = found.points.axes;
  sorted.points.categories = found.points.categories;
  for (const std::size_t i : order) sorted.add(found.points, i, found.rows[i]);
  return sorted;
}

}  // namespace

bool AggregatorTrainer::takes_all_rows(const model::TrainContext& context) const {
  return parameters_->target_num_exemplars >= row_count(context);
}

std::int64_t AggregatorTrainer::most_exemplars(const model::TrainContext& context) const {
  const std::int64_t rows = row_count(context);
  return progress_.search.takes_any ? rows : std::min(rows, progress_.search.most);
}

/// Parts of the rows find their exemplars side by side, and keep one part for each level of the
/// tree that they are merged on.
void AggregatorTrainer::reserve(model::TrainContext& context) {
  const auto groups = static_cast<std::int64_t>(context.training.inputs.layout->groups());
  const auto parts = static_cast<std::int64_t>(context.engine.pool().threads()) + 4;
  const std::int64_t rows = row_count(context);
  const std::int64_t each = std::min(rows, most_exemplars(context) + 1);
  const std::int64_t all = std::min(each * std::min(parts, groups + 3), 3 * rows);
  memory_ = {};
  memory_ = context.engine.budget().reserve(
      all * ExemplarTable::bytes_each(rows_.expansion.numbers.size(),
                                      rows_.expansion.categories.size()),
      "Exemplars, up to " + std::to_string(each));
}

void AggregatorTrainer::init(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  // Missing cells stay missing: filled ones are not looked at.
  const components::Expanded expanded = components::expand(
      context, {.transform = p.transform, .use_all_factor_levels = true, .impute_missing = true});
  rows_ = {expanded.expansion, model::plan_of(context.roles, context.training)};
  if (takes_all_rows(context)) return;
  RadiusSearch& search = progress_.search;
  const double target = p.target_num_exemplars;
  search.least = static_cast<std::int64_t>((1 - p.rel_tol_num_exemplars) * target);
  search.most = static_cast<std::int64_t>((1 + p.rel_tol_num_exemplars) * target);
  search.most_repeats = p.num_iteration_without_new_exemplar;
  search.high = largest_radius(expanded);
  search.radius = first_radius(row_count(context), context.roles.predictors.size(), search.high);
  progress_.found.points = rows_.empty_points();
  reserve(context);
}

wire::Bytes AggregatorTrainer::save() const { return wire::encode(progress_); }

void AggregatorTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  init(context);
  progress_ = wire::decode<Progress>(saved);
  if (progress_.search.takes_any) reserve(context);
}

void AggregatorTrainer::tell(model::TrainContext& context) {
  // Nobody knows how many passes there will be; a dozen are many.
  constexpr double kUsual = 4;
  ++progress_.passes;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "Radius %.4g: %zu exemplars", progress_.search.radius,
                progress_.found.count());
  context.job.progress(0.05 + 0.85 * progress_.passes / (progress_.passes + kUsual), text.data());
}

void AggregatorTrainer::next_radius(model::TrainContext& context, bool too_many) {
  RadiusSearch& search = progress_.search;
  if (too_many) {
    search.found_too_many();
  } else {
    search.found(static_cast<std::int64_t>(progress_.found.count()), progress_.furthest);
    if (search.done) return;
  }
  progress_.found = {};
  progress_.found.points = rows_.empty_points();
  progress_.furthest = 0;
  if (search.takes_any) reserve(context);
}

bool AggregatorTrainer::step(model::TrainContext& context) {
  if (takes_all_rows(context)) return false;
  Progress& p = progress_;
  const CoverTask::State state{.rows = rows_,
                               .squared_radius = p.search.radius * p.search.radius,
                               .most = most_exemplars(context),
                               .known = p.found.points};
  const CoverTask::Partial seen =
      context.engine.run<CoverTask>(context.training.inputs, state, context.run_options());
  if (!seen.too_many) p.found.append(seen.found);
  tell(context);
  p.furthest = std::max(p.furthest, seen.furthest_squared);
  if (seen.too_many || !seen.dropped) next_radius(context, seen.too_many);
  return !p.search.done;
}

std::shared_ptr<model::Model> AggregatorTrainer::finish(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  auto made = std::make_shared<AggregatorModel>();
  made->header.category = context.category;
  made->header.roles = context.roles;
  made->expansion = rows_.expansion;
  frame::Frame mapping;
  frame::Frame output;
  if (takes_all_rows(context)) {
    output = all_rows_frame(context);
    if (p.save_mapping_frame) mapping = all_rows_mapping(context);
  } else {
    made->radius = progress_.search.radius;
    Exemplars exemplars = in_row_order(progress_.found);
    const AssignTask::State state{.rows = rows_,
                                  .squared_radius = made->radius * made->radius,
                                  .exemplars = std::move(exemplars.points)};
    mr::RunOptions options = context.run_options();
    if (p.save_mapping_frame) options.outputs = {{.kind = mr::OutputKind::int64s}};
    auto assigned =
        context.engine.run_with_outputs<AssignTask>(context.training.inputs, state, options);
    made->rows = std::move(exemplars.rows);
    made->counts = std::move(assigned.value);
    output = exemplar_frame(context, made->rows, made->counts);
    mapping.layout = context.training.inputs.layout;
    if (p.save_mapping_frame) mapping.add("exemplar_assignment", assigned.columns.front());
  }
  const std::string name = context.header.training_frame + "_by_" + context.header.key;
  made->output_frame = output.key = "aggregated_" + name;
  context.frames.push_back(std::move(output));
  if (p.save_mapping_frame) {
    made->mapping_frame = mapping.key = "aggregated_mapping_" + name;
    context.frames.push_back(std::move(mapping));
  }
  if (p.categorical_encoding == model::CategoricalEncoding::automatic) {
    context.header.settled.values.emplace_back("categorical_encoding",
                                               schema::enum_text(kAutomaticEncoding));
  }
  return made;
}

}  // namespace neve::algos::aggregator
