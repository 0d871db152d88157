#include "algos/pca/pca_output.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <neve/schema/schema_of.hpp>

namespace neve::algos::pca {

using schema::Table;

Table importance_table(const components::Projection& projection) {
  Table table{.name = "Importance of components", .columns = {{.name = ""}}};
  std::vector<Table::Cell> deviations = {std::string("Standard deviation")};
  std::vector<Table::Cell> shares = {std::string("Proportion of Variance")};
  std::vector<Table::Cell> so_far = {std::string("Cumulative Proportion")};
  const auto freedom = static_cast<double>(std::max<std::int64_t>(1, projection.rows - 1));
  double sum = 0;
  for (std::size_t k = 0; k < projection.count(); ++k) {
    table.columns.push_back(
        {.name = "pc" + std::to_string(k + 1), .type = "double", .format = "%5f"});
    const double share = projection.trace > 0 ? projection.values[k] / projection.trace : 0;
    sum += share;
    deviations.emplace_back(std::sqrt(projection.values[k] / freedom));
    shares.emplace_back(share);
    so_far.emplace_back(sum);
  }
  table.add_row(std::move(deviations));
  table.add_row(std::move(shares));
  table.add_row(std::move(so_far));
  return table;
}

const schema::Schema& PcaOutput::schema() {
  using O = PcaOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("PCAModelOutputV3", "PCAOutput", "ModelOutputSchemaV3");
    table.field<&O::importance>("What part of the variance each component has.")
        .input()
        .field<&O::eigenvectors>("The components: loadings of the columns.")
        .input()
        .field<&O::objective>("GLRM: the squares that the components leave.")
        .input();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject PcaModel::output() const {
  auto made = std::make_shared<PcaOutput>();
  model::fill_output(header, *made);
  made->importance = importance_table(projection);
  made->eigenvectors = components::vectors_table(projection, "Rotation", "pc");
  made->objective = objective;
  return {&PcaOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::pca
