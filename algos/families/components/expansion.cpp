#include "algos/families/components/expansion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neve::algos::components {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Places of the categorical predictors, those of most levels first, then of the numeric ones.
struct Places {
  std::vector<std::size_t> categoricals;
  std::vector<std::size_t> numerics;
};

Places places_of(const model::ColumnRoles& roles) {
  Places places;
  for (std::size_t p = 0; p < roles.predictors.size(); ++p) {
    if (!roles.domains[p]) {
      places.numerics.push_back(p);
    } else if (!roles.domains[p]->empty()) {
      places.categoricals.push_back(p);
    }
  }
  std::ranges::stable_sort(places.categoricals, std::ranges::greater(),
                           [&](std::size_t p) { return roles.domains[p]->size(); });
  return places;
}

linear::Design design_of(const model::ColumnRoles& roles, const Places& places,
                         const ExpansionOrder& order) {
  linear::Design design;
  design.has_response = false;
  design.missing = order.impute_missing ? linear::Missing::fill : linear::Missing::skip;
  for (const std::size_t p : places.categoricals)
    design.categoricals.push_back({.name = roles.predictors[p],
                                   .levels = *roles.domains[p],
                                   .first_level = order.use_all_factor_levels ? 0 : 1});
  for (const std::size_t p : places.numerics)
    design.numerics.push_back({.name = roles.predictors[p]});
  return design;
}

Number number_of(const linear::NumericTerm& term, const linear::Moments& seen,
                 Transform transform) {
  Number made{.column = 0, .shift = 0, .factor = 1, .fill = kNaN};
  const bool shifts = transform != Transform::none && transform != Transform::descale;
  if (shifts) made.shift = term.mean;
  if (transform == Transform::standardize || transform == Transform::descale)
    made.factor = 1 / term.scale;
  const double range = seen.max - seen.min;
  if (transform == Transform::normalize && range > 0) made.factor = 1 / range;
  return made;
}

}  // namespace

bool Expansion::is_sound(const std::vector<std::size_t>& levels) const {
  const auto levels_at = [&](std::int32_t column) -> std::ptrdiff_t {
    const bool there = column >= 0 && static_cast<std::size_t>(column) < levels.size();
    return there ? static_cast<std::ptrdiff_t>(levels[static_cast<std::size_t>(column)]) : -1;
  };
  std::int64_t offset = 0;
  for (const Category& category : categories) {
    if (category.levels <= 0 || levels_at(category.column) != category.levels) return false;
    if (category.first_level != 0 && category.first_level != 1) return false;
    if (category.offset != offset || category.fill < -1 || category.fill >= category.levels)
      return false;
    offset += category.levels - category.first_level;
  }
  for (const Number& number : numbers) {
    if (levels_at(number.column) != 0) return false;
  }
  return offset + std::ssize(numbers) == std::ssize(names);
}

Elements elements_of(const Expanded& expanded) {
  const std::size_t size = expanded.expansion.size();
  const linear::Design& design = expanded.prepared.design;
  Elements made{.factors = std::vector<double>(size, 1.0),
                .shifts = std::vector<double>(size, 0.0)};
  const std::size_t first = size - design.numerics.size();
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    const Number& number = expanded.expansion.numbers[j];
    const linear::NumericTerm& term = design.numerics[j];
    made.factors[first + j] = number.factor * term.scale;
    made.shifts[first + j] = number.factor * (term.center - number.shift);
  }
  return made;
}

Expanded expand(model::TrainContext& context, const ExpansionOrder& order) {
  const model::ColumnRoles& roles = context.roles;
  const Places places = places_of(roles);
  Expanded made;
  made.inputs.layout = context.training.inputs.layout;
  for (const auto* of_kind : {&places.categoricals, &places.numerics}) {
    for (const std::size_t p : *of_kind) {
      const auto at = static_cast<std::size_t>(context.training.predictors[p]);
      made.inputs.columns.push_back(context.training.inputs.columns[at]);
    }
  }
  made.prepared = linear::prepare(context.engine, made.inputs, design_of(roles, places, order),
                                  context.run_options());
  made.rows = made.prepared.moments.rows;
  const linear::Design& design = made.prepared.design;
  for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
    const linear::CategoricalTerm& term = design.categoricals[c];
    made.expansion.categories.push_back(
        {.column = static_cast<std::int32_t>(places.categoricals[c]),
         .levels = term.level_count(),
         .first_level = term.first_level,
         .offset = term.offset,
         .fill = order.impute_missing ? term.fill : -1});
  }
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    Number number =
        number_of(design.numerics[j], made.prepared.moments.numerics[j], order.transform);
    number.column = static_cast<std::int32_t>(places.numerics[j]);
    if (order.impute_missing) number.fill = design.numerics[j].fill;
    made.expansion.numbers.push_back(number);
  }
  made.expansion.names = design.coefficient_names();
  made.expansion.names.pop_back();  // the intercept
  return made;
}

}  // namespace neve::algos::components
