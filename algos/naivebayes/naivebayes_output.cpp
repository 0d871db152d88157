#include "algos/naivebayes/naivebayes_output.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace neve::algos::naivebayes {
namespace {

using schema::Table;

Table::Column number_column(std::string name) {
  return {.name = std::move(name), .type = "double", .format = "%5f"};
}

Table priors_table(const NaiveBayesModel& model, const std::vector<std::string>& classes) {
  Table table{.name = "A Priori Response Probabilities", .columns = {{.name = ""}}};
  std::vector<Table::Cell> row = {std::string()};
  for (std::size_t k = 0; k < classes.size(); ++k) {
    table.columns.push_back(number_column(classes[k]));
    row.emplace_back(model.priors[k]);
  }
  table.add_row(std::move(row));
  return table;
}

/// The predictors as H2O-3 lists them: categories first, most levels first, then numbers.
std::vector<std::size_t> table_order(const NaiveBayesModel& model) {
  std::vector<std::size_t> order(model.predictors.size());
  for (std::size_t c = 0; c < order.size(); ++c) order[c] = c;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return model.predictors[a].levels > model.predictors[b].levels;
  });
  return order;
}

Table conditional_table(const NaiveBayesModel& model, std::size_t c,
                        const std::vector<std::string>& classes) {
  const Predictor& predictor = model.predictors[c];
  const std::string& name = model.header.roles.predictors[c];
  Table table{.name = name, .columns = {{.name = "y_by_" + name}}};
  if (predictor.levels == 0) {
    for (const char* figure : {"mean", "std_dev"}) table.columns.push_back(number_column(figure));
  } else {
    for (const std::string& level : *model.header.roles.domains[c]) {
      table.columns.push_back(number_column(level));
    }
  }
  const auto width = static_cast<std::size_t>(predictor.levels);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    std::vector<Table::Cell> row = {classes[k]};
    if (width == 0) {
      row.emplace_back(predictor.means[k]);
      row.emplace_back(predictor.deviations[k]);
    }
    for (std::size_t level = 0; row.size() < table.columns.size(); ++level) {
      row.emplace_back(predictor.probabilities[k * width + level]);
    }
    table.add_row(std::move(row));
  }
  return table;
}

}  // namespace

Table model_summary(const NaiveBayesModel& model) {
  const auto [least, largest] = std::ranges::minmax(model.priors);
  Table table{.name = "Model Summary",
              .columns = {{.name = ""},
                          {.name = "number_of_response_levels", .type = "long", .format = "%d"},
                          {.name = "min_apriori_probability", .type = "double", .format = "%.5f"},
                          {.name = "max_apriori_probability", .type = "double", .format = "%.5f"}}};
  table.add_row({std::string(), static_cast<std::int64_t>(model.priors.size()), least, largest});
  return table;
}

const schema::Schema& NaiveBayesOutput::schema() {
  using O = NaiveBayesOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("NaiveBayesModelOutputV3", "NaiveBayesOutput", "ModelOutputSchemaV3");
    table.field<&O::levels>("The classes.")
        .input()
        .field<&O::apriori>("The share of each class.")
        .input()
        .field<&O::pcond>("What each predictor is like within each class.")
        .input();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject NaiveBayesModel::output() const {
  auto made = std::make_shared<NaiveBayesOutput>();
  model::fill_output(header, *made);
  made->levels = *header.roles.response_domain;
  made->apriori = priors_table(*this, made->levels);
  for (const std::size_t c : table_order(*this)) {
    made->pcond.push_back(conditional_table(*this, c, made->levels));
  }
  return {&NaiveBayesOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::naivebayes
