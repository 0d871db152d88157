#include "algos/kmeans/survey.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <neve/base/error.hpp>

#include "algos/families/linear/prepare.hpp"

namespace neve::algos::kmeans {
namespace {

/// The predictors as a linear design has them, and where they are.
struct Columns {
  linear::Design design;
  std::vector<std::int32_t> categoricals;  ///< of the predictors
  std::vector<std::int32_t> numerics;
};

Columns columns_of(const model::ColumnRoles& roles) {
  Columns columns;
  columns.design.has_response = false;
  for (std::size_t p = 0; p < roles.predictors.size(); ++p) {
    const std::string& name = roles.predictors[p];
    const auto place = static_cast<std::int32_t>(p);
    if (!roles.domains[p]) {
      columns.numerics.push_back(place);
      columns.design.numerics.push_back({.name = name});
    } else if (!roles.domains[p]->empty()) {
      columns.categoricals.push_back(place);
      columns.design.categoricals.push_back({.name = name, .levels = *roles.domains[p]});
    }
  }
  return columns;
}

mr::Inputs inputs_of(const Columns& columns, const model::Dataset& data) {
  mr::Inputs inputs{data.inputs.layout, {}};
  const auto add = [&](std::int32_t at) {
    inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(at)]);
  };
  for (const auto* places : {&columns.categoricals, &columns.numerics}) {
    for (const std::int32_t place : *places) add(data.predictors[static_cast<std::size_t>(place)]);
  }
  if (columns.design.has_weights) add(data.weights);
  return inputs;
}

void add_numbers(const Columns& columns, const linear::Prepared& prepared, Survey& out) {
  std::vector<double> reaches;
  for (std::size_t j = 0; j < columns.numerics.size(); ++j) {
    const linear::NumericTerm& term = prepared.design.numerics[j];
    out.rows.space.axes.push_back(
        {.column = columns.numerics[j], .center = term.center, .scale = term.scale});
    reaches.push_back(term.reach);
    out.numeric_squares += prepared.moments.numerics[j].squares / term.scale / term.scale;
  }
  out.units = Units::finest(reaches, out.count);
}

void add_categories(const Columns& columns, const linear::Prepared& prepared, Survey& out) {
  for (std::size_t c = 0; c < columns.categoricals.size(); ++c) {
    const linear::CategoricalTerm& term = prepared.design.categoricals[c];
    out.rows.space.categories.push_back(
        {.column = columns.categoricals[c], .levels = term.level_count(), .mode = term.fill});
    const std::vector<double>& weights = prepared.moments.level_weights[c];
    for (std::int32_t level = 0; level < term.level_count(); ++level)
      out.total_squares += level == term.fill ? 0.0 : weights[static_cast<std::size_t>(level)];
  }
}

/// Reads a column of the user's points: numbers, or codes of the training domain.
std::vector<double> user_column(mr::Engine& engine, const frame::Frame& frame, std::size_t at,
                                const frame::DomainPtr& domain) {
  const frame::Column& column = frame.columns[at];
  const bool fits = domain ? column.is_categorical() : !column.is_categorical();
  if (!fits || column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid)
    throw InputError::illegal_argument("Column '" + frame.names[at] + "' of user_points must be " +
                                           (domain ? "categorical" : "numeric") +
                                           ", as that of the training frame is.",
                                       {{"column", frame.names[at]}});
  std::vector<double> values;
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    std::vector<double> part(static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g))));
    engine.chunk(*frame.layout, column.id, GroupIndex(g)).decode(0, part);
    values.insert(values.end(), part.begin(), part.end());
  }
  if (!domain) return values;
  for (double& value : values) {
    if (std::isnan(value)) continue;
    const auto level =
        std::ranges::find(*domain, (*column.domain)[static_cast<std::size_t>(value)]);
    value = level == domain->end() ? frame::kMissingDouble
                                   : static_cast<double>(level - domain->begin());
  }
  return values;
}

}  // namespace

points::Points Survey::center() const {
  points::Points center(rows.space, 1);
  for (std::size_t l = 0; l < center.categories; ++l)
    center.code(0)[l] = rows.space.categories[l].mode;
  return center;
}

Survey survey(model::TrainContext& context, bool standardize) {
  Columns columns = columns_of(context.roles);
  columns.design.has_weights = context.training.weights >= 0;
  linear::Given given;
  if (!standardize) {
    for (const linear::NumericTerm& term : columns.design.numerics) given.scales[term.name] = 1;
  }
  const mr::Inputs inputs = inputs_of(columns, context.training);
  const linear::Prepared prepared =
      linear::prepare(context.engine, inputs, columns.design, context.run_options(), given);
  Survey made;
  made.count = prepared.moments.rows;
  made.rows.plan = model::plan_of(context.roles, context.training);
  made.rows.weights = context.training.weights;
  add_numbers(columns, prepared, made);
  add_categories(columns, prepared, made);
  made.total_squares += made.numeric_squares;
  return made;
}

points::Points read_user_points(mr::Engine& engine, const model::ColumnRoles& roles,
                                const points::Space& space, const frame::Frame& frame) {
  if (frame.columns.size() != roles.predictors.size()) {
    throw InputError::illegal_argument(
        "The user-specified points must have the same number of columns (" +
            std::to_string(roles.predictors.size()) + ") as the training observations; they have " +
            std::to_string(frame.columns.size()) + ".",
        {{"user_points", frame.key}});
  }
  model::ScoreBlock block;
  block.rows = static_cast<std::size_t>(frame.rows());
  std::vector<std::vector<double>> numbers(roles.predictors.size());
  std::vector<std::vector<std::int32_t>> codes(roles.predictors.size());
  for (std::size_t p = 0; p < roles.predictors.size(); ++p) {
    numbers[p] = user_column(engine, frame, p, roles.domains[p]);
    for (const double value : numbers[p]) {
      if (std::isinf(value))
        throw InputError::illegal_argument("Column '" + frame.names[p] +
                                           "' of user_points holds an infinite value.");
      const bool is_code = roles.domains[p] && !std::isnan(value);
      codes[p].push_back(is_code ? static_cast<std::int32_t>(value) : frame::kMissingCode);
    }
    block.numbers.emplace_back(numbers[p]);
    block.codes.emplace_back(codes[p]);
  }
  points::Points made(space, block.rows);
  points::read_points(space, block, made, 0);
  return made;
}

}  // namespace neve::algos::kmeans
