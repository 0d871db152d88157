#include "algos/stackedensemble/stack_output.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "algos/stackedensemble/metalearner.hpp"

namespace neve::algos::stackedensemble {
namespace {

using schema::Table;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double number_in(const Table::Cell& cell) {
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  if (const auto* number = std::get_if<float>(&cell)) return static_cast<double>(*number);
  return kUnknown;
}

/// Relative importances by predictor; empty where the model has none.
std::map<std::string, double> importances_of(const model::Model& model) {
  const Table& table = model.header.variable_importances;
  std::map<std::string, double> found;
  for (std::size_t row = 0; row < table.rows() && table.columns.size() > 1; ++row) {
    if (const auto* name = std::get_if<std::string>(&table.columns[0].cells[row]))
      found[*name] = number_in(table.columns[1].cells[row]);
  }
  return found;
}

/// Names of the columns that a base model has in the level-one frame.
std::vector<std::string> columns_of(const model::Model& base) {
  if (base.header.category != model::Category::multinomial) return {base.header.key};
  std::vector<std::string> names;
  for (const std::string& name : base.output_names()) names.push_back(base.header.key + "/" + name);
  return names;
}

std::string used_of_total(const StackModel& model, const std::vector<bool>& counts) {
  std::size_t used = 0;
  std::size_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i]) continue;
    ++total;
    used += model.bases[i].used ? 1 : 0;
  }
  return std::to_string(used) + "/" + std::to_string(total);
}

}  // namespace

std::vector<double> shares_of(const std::vector<model::ModelPtr>& bases,
                              const model::Model& metalearner) {
  const auto importances = importances_of(metalearner);
  const auto& predictors = metalearner.header.roles.predictors;
  std::vector<double> sizes;
  double total = 0;
  for (const model::ModelPtr& base : bases) {
    double size = 0;
    for (const std::string& name : columns_of(*base)) {
      if (std::ranges::find(predictors, name) == predictors.end()) continue;
      const auto at = importances.find(name);
      size += at == importances.end() ? kUnknown : at->second;
    }
    sizes.push_back(size);
    total += size;
  }
  for (double& size : sizes) {
    if (size != 0) size /= total;
  }
  return sizes;
}

Table contributions_table(const model::Models& models, const std::vector<model::ModelPtr>& bases,
                          const std::vector<double>& shares) {
  Table table{.name = "Base Models",
              .columns = {{.name = "model_id"},
                          {.name = "algo"},
                          {.name = "training_time_ms", .type = "long", .format = "%d"},
                          {.name = "percentage", .type = "double", .format = "%5f"}}};
  for (std::size_t i = 0; i < bases.size(); ++i) {
    const model::Header& header = bases[i]->header;
    table.add_row({header.key, std::string(models.algorithm_of(*bases[i]).title),
                   header.end_time_ms - header.start_time_ms, shares[i]});
  }
  return table;
}

Table summary_table(const model::Models& models, const Parameters& p, const StackModel& model,
                    const model::Model& metalearner) {
  Table table{.name = "Model Summary for Stacked Ensemble",
              .columns = {{.name = "key"}, {.name = "value"}}};
  table.add_row({std::string("Stacking strategy"), std::string(schema::enum_text(model.strategy))});
  table.add_row({std::string("Number of base models (used / total)"),
                 used_of_total(model, std::vector<bool>(model.bases.size(), true))});
  std::map<std::string, std::vector<bool>> by_algorithm;
  for (std::size_t i = 0; i < model.bases.size(); ++i) {
    const model::ModelPtr base = models.find(model.bases[i].key);
    if (base == nullptr) continue;
    std::vector<bool>& counts = by_algorithm[std::string(models.algorithm_of(*base).title)];
    counts.resize(model.bases.size());
    counts[i] = true;
  }
  for (const auto& [title, counts] : by_algorithm)
    table.add_row({"# " + title + " base models (used / total)", used_of_total(model, counts)});
  const auto* of_metalearner = models.algorithms().find(metalearner.header.algorithm);
  table.add_row({std::string("Metalearner algorithm"), std::string(of_metalearner->title)});
  const std::int32_t folds = metalearner.header.cross_validation.folds;
  const model::FoldAssignment assignment =
      p.metalearner_fold_assignment.value_or(model::FoldAssignment::automatic);
  const bool random = p.metalearner_nfolds > 1 && assignment == model::FoldAssignment::automatic;
  table.add_row(
      {std::string("Metalearner fold assignment scheme"),
       std::string(schema::enum_text(random ? model::FoldAssignment::random : assignment))});
  table.add_row({std::string("Metalearner nfolds"), std::to_string(folds)});
  const std::string& column = p.metalearner_fold_column.name;
  table.add_row({std::string("Metalearner fold_column"),
                 column.empty() ? Table::Cell() : Table::Cell(column)});
  table.add_row({std::string("Custom metalearner hyperparameters"),
                 p.metalearner_params.empty() ? "None" : p.metalearner_params});
  return table;
}

const schema::Schema& StackOutput::schema() {
  using O = StackOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("StackedEnsembleModelOutputV99", "StackedEnsembleOutput",
                              "ModelOutputSchemaV3", 99);
    model::inherit_output(table);
    table.field<&O::metalearner>("The model that learned from the base models.")
        .field<&O::levelone_frame_id>("The frame that it learned from, if that was kept.")
        .field<&O::stacking_strategy>("Where that frame is from.")
        .field<&O::base_models>("Training time of the base models and their shares.");
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject StackModel::output() const {
  auto made = std::make_shared<StackOutput>();
  model::fill_output(header, *made);
  if (!metalearner.empty()) made->metalearner = metalearner.front().key;
  made->levelone_frame_id = level_one;
  made->stacking_strategy = strategy;
  if (!contributions.columns.empty()) made->base_models = contributions;
  return {&StackOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::stackedensemble
