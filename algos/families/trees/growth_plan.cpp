#include "algos/families/trees/growth_plan.hpp"

#include <limits>

namespace neve::algos::trees {

GrowthPlan growth_plan(const TreeParameters& p, std::uint64_t seed) {
  GrowthPlan plan;
  plan.random_by_turns = p.histogram_type == HistogramType::round_robin;
  const bool draws = plan.random_by_turns || p.histogram_type == HistogramType::random;
  plan.random_thresholds = draws ? p.nbins : 0;
  plan.bins = {.bins = p.nbins,
               .bins_top_level = p.nbins_top_level,
               .bins_categorical = p.nbins_cats,
               .cutting = p.histogram_type == HistogramType::uniform_robust ? Cutting::by_value
                                                                            : Cutting::by_rank};
  GrowSettings& grow = plan.grow;
  grow.max_depth = p.max_depth == 0 ? std::numeric_limits<std::int32_t>::max() : p.max_depth;
  grow.rules.min_rows = p.min_rows;
  grow.rules.min_split_improvement = p.min_split_improvement;
  grow.rules.seed = seed;
  grow.sampling.seed = seed;
  grow.sampling.rate = p.sample_rate;
  if (p.sample_rate_per_class) grow.sampling.rate_per_class = *p.sample_rate_per_class;
  grow.column_rate_change = p.col_sample_rate_change_per_level;
  grow.column_rate_per_tree = p.col_sample_rate_per_tree;
  return plan;
}

std::vector<PredictorKind> predictor_kinds(const model::ColumnRoles& roles) {
  std::vector<PredictorKind> kinds;
  kinds.reserve(roles.domains.size());
  for (const frame::DomainPtr& domain : roles.domains)
    kinds.push_back({domain != nullptr, domain ? static_cast<std::int32_t>(domain->size()) : 0});
  return kinds;
}

}  // namespace neve::algos::trees
