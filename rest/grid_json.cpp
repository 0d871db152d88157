#include "rest/grid_json.hpp"

#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/grid_tables.hpp"
#include "rest/lenient_map.hpp"
#include "rest/model_json.hpp"

namespace neve::rest {
namespace {

using grid::Criteria;
using grid::Strategy;

/// The table of a strategy: these members and its name.
template <Strategy, auto... M>
const schema::Schema& criteria_table(const char* name, const char* type) {
  using T = Criteria;
  static const schema::Schema kSchema = [&] {
    schema::SchemaOf<T> table(name, type, "HyperSpaceSearchCriteriaV99", 99);
    table.field<&T::strategy>("In which order the points of the space are tried.").inout();
    [[maybe_unused]] const auto add = [&table]<auto Member>() {
      table.field<Member>(std::string(schema::member_name<Member>()) + " of the search.").inout();
    };
    (add.template operator()<M>(), ...);
    return schema::Schema(std::move(table));
  }();
  return kSchema;
}

const schema::Schema& table_of(Strategy strategy) {
  using T = Criteria;
  if (strategy == Strategy::random_discrete) {
    return criteria_table<Strategy::random_discrete, &T::seed, &T::max_models, &T::max_runtime_secs,
                          &T::stopping_rounds, &T::stopping_metric, &T::stopping_tolerance>(
        "RandomDiscreteValueSearchCriteriaV99", "RandomDiscreteValueSearchCriteria");
  }
  if (strategy == Strategy::tpe) {
    return criteria_table<Strategy::tpe, &T::seed, &T::max_models, &T::max_runtime_secs,
                          &T::stopping_rounds, &T::stopping_metric, &T::stopping_tolerance>(
        "TPESearchCriteriaV99", "TPESearchCriteria");
  }
  if (strategy == Strategy::asha) {
    return criteria_table<Strategy::asha, &T::seed, &T::max_models, &T::max_runtime_secs,
                          &T::stopping_metric, &T::eta, &T::min_resource>("ASHASearchCriteriaV99",
                                                                          "ASHASearchCriteria");
  }
  if (strategy == Strategy::sequential) {
    return criteria_table<Strategy::sequential, &T::max_models, &T::max_runtime_secs,
                          &T::stopping_rounds, &T::stopping_metric, &T::stopping_tolerance,
                          &T::early_stopping>("SequentialSearchCriteriaV99",
                                              "SequentialSearchCriteria");
  }
  return criteria_table<Strategy::cartesian>("CartesianSearchCriteriaV99",
                                             "CartesianSearchCriteria");
}

[[noreturn]] void refuse(const std::string& parameter, const std::string& why,
                         const std::string& given) {
  throw InputError::illegal_argument("Can't parse the " + parameter + " dictionary; got error: " +
                                         why + " for raw value: " + given,
                                     {{"parameter", parameter}, {"value", given}});
}

std::vector<grid::Axis> axes_of(const schema::Form& map, const std::string& given) {
  std::vector<grid::Axis> axes;
  for (const auto& [name, text] : map) {
    const auto values = split_elements(text);
    if (!values) refuse("hyper_parameters", "the values of " + name + " are no list", given);
    axes.push_back({name, *values});
  }
  return axes;
}

/// A model's parameters with those of a point that could not be trained.
void write_failed(const grid::Grid& grid, const grid::Entry& entry,
                  const model::Algorithm& algorithm, schema::JsonWriter& out) {
  const auto parameters = algorithm.parameters->make();
  schema::Form form = grid.form;
  for (const auto& [name, value] : entry.values) {
    std::erase_if(form, [&, &key = name](const auto& given) { return given.first == key; });
    form.emplace_back(name, value);
  }
  schema::read_form(*algorithm.parameters, parameters.get(), form);
  write_parameter_values(*algorithm.parameters, parameters.get(), out);
}

std::string value_of(const grid::Entry& entry, const std::string& name) {
  const auto at =
      std::ranges::find(entry.values, name, [](const auto& given) { return given.first; });
  return at == entry.values.end() ? std::string() : at->second;
}

void add_failures(const grid::Grid& grid, const model::Algorithm& algorithm, GridV99& shown) {
  schema::JsonWriter failed;
  failed.begin_array();
  for (const grid::Entry& entry : grid.entries) {
    if (entry.failure.empty()) continue;
    write_failed(grid, entry, algorithm, failed);
    shown.failure_details.push_back(entry.failure);
    shown.failure_stack_traces.push_back(entry.failure_trace);
    std::vector<std::string> raw;
    raw.reserve(grid.hyper_names.size());
    for (const std::string& name : grid.hyper_names) raw.push_back(value_of(entry, name));
    shown.failed_raw_params.push_back(std::move(raw));
  }
  failed.end_array();
  shown.failed_params.text = failed.take();
}

}  // namespace

const schema::Schema& GridV99::schema() {
  using T = GridV99;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("GridSchemaV99", "Grid", "SchemaV3", 99)
          .field<&T::grid_id>("Name of the grid.")
          .inout()
          .field<&T::sort_by>("Metric that orders the models.")
          .inout()
          .field<&T::decreasing>("Whether the largest come first.")
          .inout()
          .field<&T::model_ids>("The models, ordered.")
          .field<&T::hyper_names>("Names of the hyper-parameters.")
          .field<&T::failed_params>("Parameters of which no model could be trained.")
          .as_type("Parameters[]", "ModelParametersSchemaV3")
          .field<&T::warning_details>("What is to be told of the search.")
          .field<&T::failure_details>("Why there is no model, for each of failed_params.")
          .field<&T::failure_stack_traces>("The same with the kind of the failure.")
          .field<&T::failed_raw_params>("Values of the hyper-parameters, for each of them.")
          .field<&T::training_metrics>("Of each model.")
          .as_type("ModelMetrics[]", "ModelMetricsBaseV3")
          .field<&T::validation_metrics>("Of each model.")
          .as_type("ModelMetrics[]", "ModelMetricsBaseV3")
          .field<&T::cross_validation_metrics>("Of each model.")
          .as_type("ModelMetrics[]", "ModelMetricsBaseV3")
          .field<&T::cross_validation_metrics_summary>("Of each model.")
          .field<&T::export_checkpoints_dir>("Folder that models and grid are written to.")
          .field<&T::summary_table>("The models and their hyper-parameters, ordered.")
          .field<&T::scoring_history>("Of the first model.")
          .secondary();
  return kSchema;
}

GridV99 grid_v99(const grid::Grid& grid, const grid::Ranking& ranking,
                 const model::Algorithm& algorithm) {
  GridV99 shown{.grid_id = grid.key,
                .decreasing = ranking.decreasing,
                .hyper_names = grid.hyper_names,
                .warning_details = grid.warnings};
  if (!ranking.metric.empty()) shown.sort_by = ranking.metric;
  if (!grid.export_folder.empty()) shown.export_checkpoints_dir = grid.export_folder;
  for (const grid::Ranking::Place& place : ranking.places) {
    const model::Header& header = place.model->header;
    shown.model_ids.emplace_back(header.key);
    const auto add = [](const model::metrics::Metrics& metrics, auto& list) {
      list.push_back(metrics ? metrics.object() : schema::AnyObject());
    };
    add(header.training_metrics, shown.training_metrics);
    add(header.validation_metrics, shown.validation_metrics);
    add(header.cross_validation.metrics, shown.cross_validation_metrics);
    auto& summary = shown.cross_validation_metrics_summary.emplace_back();
    if (!header.cross_validation.summary.columns.empty()) summary = header.cross_validation.summary;
  }
  add_failures(grid, algorithm, shown);
  if (!ranking.places.empty()) shown.summary_table = grid_summary(grid, ranking, algorithm);
  shown.scoring_history = grid_history(ranking);
  return shown;
}

const schema::Schema& GridSearchV99::schema() {
  using T = GridSearchV99;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("GridSearchSchema", "Grid", "SchemaV3", -1)
          .field<&T::parameters>("Parameters that all models have.")
          .as_type("Parameters", "ModelParametersSchemaV3")
          .field<&T::hyper_parameters>("Hyper-parameters and lists of their values.")
          .as_type("Map<Object,Object>")
          .input()
          .field<&T::grid_id>("Name of the grid; that of one that is there goes on with it.")
          .inout()
          .field<&T::search_criteria>("Order of the search, and when it ends.")
          .as_type("HyperSpaceSearchCriteria", "HyperSpaceSearchCriteriaV99")
          .inout()
          .field<&T::parallelism>(
              "Models that are trained at a time; 0: as many as keep the threads busy.")
          .inout()
          .field<&T::recovery_dir>("Folder that keeps all that the search can go on from.")
          .inout()
          .field<&T::job_id>("Not used: the search gets a job of its own.")
          .input()
          .field<&T::total_models>("Always 0, as the search has not begun.")
          .field<&T::job>("The job.");
  return kSchema;
}

grid::Space space_of(const std::string& hyper_parameters) {
  const auto map = split_map(hyper_parameters);
  if (!map) refuse("hyper_parameters", "it is no map of lists", hyper_parameters);
  grid::Space space;
  schema::Form common;
  for (const auto& [name, text] : *map) {
    if (name != "subspaces") {
      common.emplace_back(name, text);
      continue;
    }
    const auto subspaces = split_elements(text);
    if (!subspaces) refuse("hyper_parameters", "subspaces is no list", hyper_parameters);
    for (const std::string& subspace : *subspaces) {
      const auto axes = split_map(subspace);
      if (!axes) refuse("hyper_parameters", "a subspace is no map of lists", hyper_parameters);
      space.subspaces.push_back(axes_of(*axes, hyper_parameters));
    }
  }
  space.axes = axes_of(common, hyper_parameters);
  return space;
}

grid::Criteria criteria_of(const std::string& search_criteria) {
  Criteria criteria;
  if (search_criteria.empty()) return criteria;
  const auto map = split_map(search_criteria);
  if (!map) refuse("search_criteria", "it is no map", search_criteria);
  schema::Form strategy;
  std::ranges::copy_if(*map, std::back_inserter(strategy),
                       [](const auto& given) { return given.first == "strategy"; });
  if (strategy.empty()) refuse("search_criteria", "strategy is missing", search_criteria);
  const auto read = [&](const schema::Schema& table, const schema::Form& form) {
    for (const schema::Problem& problem : schema::read_form(table, &criteria, form))
      refuse("search_criteria", problem.field + " " + problem.message, search_criteria);
  };
  read(table_of(Strategy::cartesian), strategy);
  read(table_of(criteria.strategy), *map);
  return criteria;
}

std::string criteria_json(const grid::Criteria& criteria) {
  schema::JsonWriter out;
  schema::write_object(table_of(criteria.strategy), &criteria, out);
  return out.take();
}

}  // namespace neve::rest
