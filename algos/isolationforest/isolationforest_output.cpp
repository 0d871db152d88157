#include "algos/isolationforest/isolationforest_output.hpp"

#include <utility>

namespace neve::algos::isolationforest {
namespace {

using schema::Table;

Table::Column column(std::string name, std::string type, std::string format) {
  return {.name = std::move(name), .type = std::move(type), .format = std::move(format)};
}

}  // namespace

const schema::Schema& IsolationForestOutput::schema() {
  using O = IsolationForestOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("IsolationForestModelOutputV3", "IsolationForestOutput",
                              "SharedTreeModelOutputV3");
    table.field<&O::variable_splits>("How often and where trees test each predictor.")
        .secondary()
        .field<&O::variable_importances>("Not for isolation forests, which predict nothing.")
        .secondary()
        .field<&O::init_f>("Always 0.");
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

Table variable_splits(const std::vector<std::string>& predictors,
                      std::span<const ColumnSplits> splits) {
  Table table{.name = "Variable Splits",
              .columns = {column("variable", "string", "%s"), column("count", "int", "%10d"),
                          column("aggregated_split_ratios", "double", "%5f"),
                          column("aggregated_split_depths", "long", "%10d")}};
  for (std::size_t c = 0; c < splits.size(); ++c) {
    const ColumnSplits& of = splits[c];
    table.add_row({predictors[c], of.count, of.ratios, of.depths});
  }
  return table;
}

}  // namespace neve::algos::isolationforest
