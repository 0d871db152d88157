#include "algos/drf/drf_output.hpp"

namespace neve::algos::drf {

const schema::Schema& DrfOutput::schema() {
  using O = DrfOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("DRFModelOutputV3", "DRFOutput", "SharedTreeModelOutputV3");
    table.field<&O::variable_importances>("Predictors by the total gain of their splits.")
        .secondary()
        .field<&O::init_f>("The mean response, where it is a number.");
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::drf
