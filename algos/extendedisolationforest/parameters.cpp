#include "algos/extendedisolationforest/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::extendedisolationforest {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_forest(Table& table) {
  constexpr double kLeastSample = 2;
  table
      .field<&P::score_tree_interval>(
          "Measure the training rows after every so many trees, where disable_training_metrics is "
          "false; 0 after each of the first ten and every tenth.")
      .input()
      .secondary()
      .at_least(0)
      .field<&P::ntrees>("Number of trees.")
      .input()
      .gridable()
      .at_least(1)
      .field<&P::sample_size>("Rows that each tree grows on, drawn without returning.")
      .input()
      .gridable()
      .at_least(kLeastSample)
      .field<&P::extension_level>(
          "How many columns beside a first one take part in each test: 0 for tests of one column, "
          "as an isolation forest has them, up to the number of columns less one.")
      .input()
      .gridable()
      .at_least(0)
      .implemented_as("extension_level");
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("ExtendedIsolationForestParametersV3", "ExtendedIsolationForestParameters",
                "ModelParametersSchemaV3");
    const schema::Schema& shared = model::common_parameters();
    table.inherit<&P::model_id, &P::training_frame, &P::ignored_columns, &P::ignore_const_cols,
                  &P::categorical_encoding, &P::score_each_iteration>(shared);
    add_forest(table);
    table
        .field<&P::seed>(
            "Seed of all random choices. -1 draws one, which the model then reports and which "
            "repeats the run.")
        .input()
        .gridable()
        .field<&P::disable_training_metrics>(
            "Measure the training rows at the end only, so that there is no scoring history, which "
            "takes passes over all of them.")
        .input();
    table.inherit_constants(shared);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::extendedisolationforest
