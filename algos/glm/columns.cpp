#include "algos/glm/columns.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

#include "algos/glm/implied.hpp"

namespace neve::algos::glm {
namespace {

/// The pairs of columns that interact: all of the list, then those given as pairs.
std::vector<StringPair> interacting(const Parameters& parameters) {
  const auto listed = parameters.interactions.value_or(std::vector<std::string>());
  std::vector<StringPair> pairs = all_pairs(listed);
  const auto is_listed = [&](const std::string& name) {
    return std::ranges::find(listed, name) != listed.end();
  };
  for (const StringPair& pair : parameters.interaction_pairs.value_or(std::vector<StringPair>())) {
    const auto same = [&](const StringPair& other) {
      return other.a == pair.a && other.b == pair.b;
    };
    const bool among_listed = is_listed(pair.a) && is_listed(pair.b);
    if (!among_listed && std::ranges::none_of(pairs, same)) pairs.push_back(pair);
  }
  return pairs;
}

/// Without a penalty the first level of a categorical is the reference; a penalty settles which of
/// the dependent levels count.
bool has_references(const Parameters& parameters) {
  return !parameters.lambda_search && !is_penalised(parameters) && parameters.intercept;
}

Predictors predictors_of(const model::TrainContext& context, const Parameters& parameters,
                         const model::ColumnRoles& roles, const model::Dataset& data) {
  mr::Inputs inputs{data.inputs.layout, {}};
  for (const std::int32_t at : data.predictors) {
    inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(at)]);
  }
  return {context.engine, context.run_options(), roles, std::move(inputs),
          has_references(parameters)};
}

/// Weights that are 0 where a predictor is missing, also one whose terms are left out for a while.
frame::Column complete_weights(const model::TrainContext& context, mr::Inputs predictors,
                               const model::Dataset& training) {
  mr::RunOptions options = context.run_options();
  options.outputs.emplace_back();
  const linear::CompleteRowsTask::State state{
      .predictors = static_cast<std::int32_t>(predictors.columns.size()),
      .has_weights = training.weights >= 0};
  if (state.has_weights) {
    predictors.columns.push_back(
        training.inputs.columns[static_cast<std::size_t>(training.weights)]);
  }
  return context.engine.run_with_outputs<linear::CompleteRowsTask>(predictors, state, options)
      .columns[0];
}

}  // namespace

void check_interactions(const Parameters& parameters, const frame::Frame& training,
                        model::Messages& messages) {
  const auto check = [&](const char* field, const std::string& name) {
    if (training.find(name)) return;
    model::add_error(messages, field,
                     "Missing column from the dataset, could not make interaction: '" + name + "'");
  };
  if (parameters.interactions) {
    for (const std::string& name : *parameters.interactions) check("interactions", name);
    if (parameters.interactions->size() == 1) {
      model::add_error(messages, "interactions", "Must supply 2 or more columns, or none");
    }
  }
  if (!parameters.interaction_pairs) return;
  for (const StringPair& pair : *parameters.interaction_pairs) {
    check("interaction_pairs", pair.a);
    check("interaction_pairs", pair.b);
  }
}

Terms order_terms(const model::TrainContext& context, const Parameters& parameters,
                  const model::ColumnRoles& roles, const model::Dataset& training) {
  return order_terms(predictors_of(context, parameters, roles, training), interacting(parameters));
}

void reorder(const std::vector<std::size_t>& order, model::Dataset& data) {
  std::vector<std::int32_t> predictors;
  std::vector<model::LevelMap> levels;
  for (const std::size_t at : order) {
    predictors.push_back(data.predictors[at]);
    levels.push_back(std::move(data.levels[at]));
  }
  data.predictors = std::move(predictors);
  data.levels = std::move(levels);
}

TermColumns make_columns(const model::TrainContext& context, const Parameters& parameters,
                         const model::ColumnRoles& roles, const model::Dataset& training,
                         const Expansion& expansion) {
  const Predictors predictors = predictors_of(context, parameters, roles, training);
  TermColumns columns = make_terms(predictors, expansion);
  linear::Design& design = columns.design;
  const bool skip = parameters.missing_values_handling == MissingValues::skip;
  design.missing = skip ? linear::Missing::skip : linear::Missing::fill;
  design.intercept = parameters.intercept;
  design.has_offset = !roles.offset.empty();
  if (roles.classes() > 2) design.response_classes = roles.classes();
  const auto add_role = [&](std::int32_t at) {
    if (at < 0) return;
    columns.inputs.columns.push_back(training.inputs.columns[static_cast<std::size_t>(at)]);
  };
  add_role(training.response);
  // Folds have weights that no role names.
  design.has_weights = skip || training.weights >= 0;
  if (skip) {
    columns.made.push_back(complete_weights(context, predictors.inputs, training));
    columns.inputs.columns.push_back(columns.made.back().id);
  } else {
    add_role(training.weights);
  }
  add_role(training.offset);
  return columns;
}

void read_plug_values(const GivenTable& table, const linear::Design& design, linear::Given& given) {
  if (table.rows() != 1) table.refuse("Plug values frame needs to have exactly 1 row");
  const auto check = [&](const std::string& name) {
    if (!table.has(name)) table.refuse("Plug value for column `" + name + "` is not defined!");
  };
  for (const linear::CategoricalTerm& term : design.categoricals) {
    check(term.name);
    const std::string value = table.texts(term.name)[0];
    const auto at = std::ranges::find(term.levels, value);
    if (at == term.levels.end()) {
      table.refuse("Plug value `" + value + "` of column `" + term.name +
                   "` is not a member of the column's domain!");
    }
    given.fills[term.name] = static_cast<double>(at - term.levels.begin());
  }
  for (const linear::NumericTerm& term : design.numerics) {
    check(term.name);
    const double value = table.numbers(term.name)[0];
    if (!std::isfinite(value)) {
      table.refuse("Plug value of column `" + term.name + "` must be a finite number");
    }
    given.fills[term.name] = value;
  }
}

}  // namespace neve::algos::glm
