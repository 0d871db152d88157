#include "algos/glrm/glrm_output.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <neve/schema/schema_of.hpp>

namespace neve::algos::glrm {
namespace {

using schema::Table;

/// "age", or "race.black" of a level.
std::vector<std::string> cell_names(const GlrmModel& model) {
  std::vector<std::string> names;
  for (const Feature& feature : model.factors.space.features) {
    const auto at = static_cast<std::size_t>(feature.column);
    const std::string& name = model.header.roles.predictors[at];
    if (is_for_levels(feature.loss.loss)) {
      for (const std::string& level : *model.header.roles.domains[at])
        names.push_back(name + "." + level);
    } else {
      names.push_back(name);
    }
  }
  return names;
}

Table::Column number_column(std::string name, std::string format = "%5f") {
  return {.name = std::move(name), .type = "double", .format = std::move(format)};
}

Table archetypes_table(const GlrmModel& model) {
  Table table{.name = "Archetypes", .columns = {{.name = ""}}};
  for (std::string& name : cell_names(model)) table.columns.push_back(number_column(name));
  for (std::size_t c = 0; c < model.factors.k; ++c) {
    std::vector<Table::Cell> cells = {"Arch" + std::to_string(c + 1)};
    for (std::size_t j = 0; j < model.factors.space.cells(); ++j)
      cells.emplace_back(model.factors.cell(j)[c]);
    table.add_row(std::move(cells));
  }
  return table;
}

Table vectors_table(const GlrmModel& model) {
  const std::size_t k = model.factors.k;
  Table table{.name = "Singular vectors", .columns = {{.name = ""}}};
  for (std::size_t c = 0; c < k; ++c)
    table.columns.push_back(number_column("pc" + std::to_string(c + 1)));
  const std::vector<std::string> names = cell_names(model);
  for (std::size_t j = 0; j < names.size(); ++j) {
    std::vector<Table::Cell> cells = {names[j]};
    for (std::size_t c = 0; c < k; ++c) cells.emplace_back(model.components.vectors[j * k + c]);
    table.add_row(std::move(cells));
  }
  return table;
}

Table importance_table(const GlrmModel& model) {
  const std::size_t k = model.factors.k;
  const double all = model.importance[k];
  Table table{.name = "Importance of components", .columns = {{.name = ""}}};
  std::vector<Table::Cell> deviations = {std::string("Standard deviation")};
  std::vector<Table::Cell> shares = {std::string("Proportion of Variance")};
  std::vector<Table::Cell> cumulative = {std::string("Cumulative Proportion")};
  double sum = 0;
  for (std::size_t c = 0; c < k; ++c) {
    table.columns.push_back(number_column("pc" + std::to_string(c + 1)));
    const double share = all > 0 ? model.importance[c] / all : 0;
    sum += share;
    deviations.emplace_back(std::sqrt(model.importance[c]));
    shares.emplace_back(share);
    cumulative.emplace_back(sum);
  }
  for (auto* row : {&deviations, &shares, &cumulative}) table.add_row(std::move(*row));
  return table;
}

}  // namespace

const schema::Schema& GlrmOutput::schema() {
  using O = GlrmOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("GLRMModelOutputV3", "GLRMOutput", "ModelOutputSchemaV3");
    table.field<&O::iterations>("Iterations: updates of X and Y that were kept.")
        .input()
        .field<&O::updates>("Updates of X or Y, those that were not kept included.")
        .input()
        .field<&O::objective>("Losses of all cells, and penalties.")
        .input()
        .field<&O::avg_change_obj>("What the last iteration took off the objective, by cell.")
        .input()
        .field<&O::step_size>("The step size in the end.")
        .input()
        .field<&O::archetypes>("Y: a row for each archetype.")
        .input()
        .field<&O::singular_vals>("Singular values of XY, where they are asked for.")
        .input()
        .field<&O::eigenvectors>("Right singular vectors of XY, where they are asked for.")
        .input()
        .field<&O::representation_name>("Name of the frame of X.")
        .input()
        .field<&O::importance>("Standard deviation and share of variance of each component of XY.")
        .input();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject GlrmModel::output() const {
  auto made = std::make_shared<GlrmOutput>();
  model::fill_output(header, *made);
  made->iterations = iterations;
  made->updates = updates;
  made->objective = objective;
  made->avg_change_obj = average_change;
  made->step_size = step_size;
  made->archetypes = archetypes_table(*this);
  if (shows_components) {
    made->singular_vals = components.singular_values;
    made->eigenvectors = vectors_table(*this);
  }
  made->representation_name = representation;
  made->importance = importance_table(*this);
  return {&GlrmOutput::schema(), std::move(made)};
}

Table scoring_history(std::span<const HistoryRow> rows, std::int64_t start_time_ms) {
  Table table{.name = "Scoring History",
              .columns = {{.name = ""},
                          {.name = "timestamp"},
                          {.name = "duration"},
                          {.name = "iterations", .type = "long", .format = "%d"},
                          number_column("step_size", "%.5f"),
                          number_column("objective", "%.5f")}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const HistoryRow& row = rows[i];
    table.add_row({std::string(), model::history_timestamp(row.time_ms),
                   model::history_duration(row.time_ms - start_time_ms),
                   static_cast<std::int64_t>(i), row.step_size, row.objective});
  }
  return table;
}

Table model_summary(const GlrmModel& model) {
  Table table{.name = "Model Summary",
              .columns = {{.name = ""},
                          {.name = "number_of_iterations", .type = "long", .format = "%d"},
                          number_column("final_step_size", "%.5f"),
                          number_column("final_objective_value", "%.5f")}};
  table.add_row({std::string(), static_cast<std::int64_t>(model.iterations), model.step_size,
                 model.objective});
  return table;
}

}  // namespace neve::algos::glrm
