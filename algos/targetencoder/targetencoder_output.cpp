#include "algos/targetencoder/targetencoder_output.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::targetencoder {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

const schema::Schema& ColumnsMapping::schema() {
  using M = ColumnsMapping;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<M> table("ColumnsMappingV3", "ColumnsMapping", "SchemaV3");
    table.field<&M::from>("Columns that are encoded together.")
        .field<&M::to>("Columns of their encodings.");
    return schema::Schema(table);
  }();
  return kSchema;
}

const schema::Schema& TargetEncoderOutput::schema() {
  using O = TargetEncoderOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("TargetEncoderModelOutputV3", "TargetEncoderOutput",
                              "ModelOutputSchemaV3");
    table.field<&O::input_to_output_columns>("Which columns become which.");
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::Table model_summary(std::span<const GroupEncoding> groups) {
  schema::Table table{.name = "Target Encoder model summary",
                      .description = "Summary for target encoder model",
                      .columns = {{.name = "original_names"}, {.name = "encoded_column_names"}}};
  for (const GroupEncoding& group : groups)
    table.add_row({joined(group.columns), joined(group.outputs)});
  return table;
}

}  // namespace neve::algos::targetencoder
