#include "algos/kmeans/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::kmeans {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_own(Table& table) {
  constexpr double kMostClusters = 1e7;
  constexpr double kMostIterations = 1e6;
  table.field<&P::k>("Number of clusters; with estimate_k, the most that there may be.")
      .inout()
      .gridable()
      .at_least(1)
      .at_most(kMostClusters);
  table
      .field<&P::estimate_k>(
          "Add clusters one by one, up to k, while each explains enough of what is left.")
      .input()
      .gridable();
  table
      .field<&P::user_points>(
          "Frame of the centers to begin with: a row for each, columns in the order of the "
          "training frame's.")
      .input()
      .expert();
  table
      .field<&P::max_iterations>(
          "Most iterations: passes that assign rows and move centers. With estimate_k, for each "
          "number of clusters.")
      .input()
      .gridable()
      .at_least(1)
      .at_most(kMostIterations);
  table.field<&P::standardize>("Measure numbers in standard deviations from their mean.")
      .input()
      .gridable();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("KMeansParametersV3", "KMeansParameters", "ClusteringModelParametersSchemaV3");
    table.inherit<&P::model_id, &P::training_frame, &P::validation_frame, &P::nfolds,
                  &P::keep_cross_validation_models, &P::keep_cross_validation_predictions,
                  &P::keep_cross_validation_fold_assignment, &P::fold_assignment, &P::fold_column,
                  &P::ignored_columns, &P::ignore_const_cols, &P::score_each_iteration>(
        model::common_parameters());
    add_own(table);
    table
        .field<&P::seed>(
            "Seed of all random choices. -1 draws one, which the model then reports and which "
            "repeats the run.")
        .input()
        .secondary()
        .gridable();
    table
        .field<&P::init>(
            "Where centers begin. Random: rows by chance. PlusPlus: rows that are chosen the more "
            "likely the further they are from those before (Arthur and Vassilvitskii 2007), the "
            "best of several tries. Furthest: the same, and a try that takes the furthest row each "
            "time. User: user_points.")
        .input()
        .gridable();
    table.inherit<&P::max_runtime_secs, &P::categorical_encoding, &P::export_checkpoints_dir>(
        model::common_parameters());
    table
        .field<&P::cluster_size_constraints>(
            "Least number of rows of each cluster, one number for each.")
        .input()
        .expert();
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::kmeans
