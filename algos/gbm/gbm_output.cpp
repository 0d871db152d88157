#include "algos/gbm/gbm_output.hpp"

#include "algos/families/trees/tables.hpp"

namespace neve::algos::gbm {

schema::Table model_summary(std::span<const Iteration> iterations, std::int64_t model_bytes) {
  std::vector<trees::TreeSize> sizes;
  for (const Iteration& iteration : iterations) {
    for (const trees::Tree& tree : iteration) sizes.push_back({tree.depth(), tree.leaves()});
  }
  return trees::model_summary(static_cast<std::int64_t>(iterations.size()), sizes, model_bytes);
}

const schema::Schema& GbmOutput::schema() {
  using O = GbmOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("GBMModelOutputV3", "GBMOutput", "SharedTreeModelOutputV3");
    table.field<&O::variable_importances>("Predictors by the total gain of their splits.")
        .secondary()
        .field<&O::init_f>("The score that every row starts with.");
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::gbm
