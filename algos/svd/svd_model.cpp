#include "algos/svd/svd_model.hpp"

#include <cmath>
#include <utility>

#include <neve/schema/schema_of.hpp>

namespace neve::algos::svd {

std::vector<double> SvdModel::singular_values() const {
  std::vector<double> roots;
  for (const double value : projection.values) roots.push_back(std::sqrt(value));
  return roots;
}

bool SvdModel::is_sound() const {
  return header.category == model::Category::dim_reduction && projection.is_sound(header.roles);
}

wire::Bytes SvdModel::encode() const { return wire::encode(*this); }

wire::Bytes SvdModel::encode_learnt() const { return wire::encode(projection); }

const schema::Schema& SvdOutput::schema() {
  using O = SvdOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("SVDModelOutputV99", "SVDOutput", "ModelOutputSchemaV3", 99);
    table.field<&O::v_key>("Frame of the right singular vectors.")
        .input()
        .field<&O::d>("The singular values.")
        .input()
        .field<&O::u_key>("Frame of the left singular vectors.")
        .input();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject SvdModel::output() const {
  auto made = std::make_shared<SvdOutput>();
  model::fill_output(header, *made);
  made->v_key = v_key;
  made->d = singular_values();
  made->u_key = u_key;
  return {&SvdOutput::schema(), std::move(made)};
}

schema::Table model_summary(const SvdModel& model) {
  schema::Table table{.name = "Singular values", .columns = {{.name = ""}}};
  std::vector<schema::Table::Cell> row = {std::string()};
  for (const double value : model.singular_values()) {
    table.columns.push_back(
        {.name = "sval" + std::to_string(table.columns.size()), .type = "double", .format = "%5f"});
    row.emplace_back(value);
  }
  table.add_row(std::move(row));
  return table;
}

}  // namespace neve::algos::svd
