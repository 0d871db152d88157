#include "algos/naivebayes/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::naivebayes {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_data(Table& table) {
  table.inherit<&P::model_id, &P::nfolds>(model::common_parameters());
  table
      .field<&P::seed>(
          "Seed of the folds of cross-validation, the only random choice. -1 draws one, which the "
          "model then reports.")
      .inout()
      .expert()
      .gridable();
  table.inherit<&P::fold_assignment, &P::fold_column, &P::keep_cross_validation_models,
                &P::keep_cross_validation_predictions, &P::keep_cross_validation_fold_assignment,
                &P::training_frame, &P::validation_frame, &P::response_column, &P::ignored_columns,
                &P::ignore_const_cols, &P::score_each_iteration>(model::common_parameters());
  table.field<&P::balance_classes>("Not for naive Bayes, which knows the classes' shares.")
      .inout()
      .secondary()
      .field<&P::class_sampling_factors>("Not for naive Bayes.")
      .inout()
      .expert()
      .field<&P::max_after_balance_size>("Not for naive Bayes.")
      .inout()
      .expert()
      .above(0);
  table.inherit<&P::max_confusion_matrix_size>(model::common_parameters());
}

void add_own(Table& table) {
  constexpr double kLeast = 1e-10;
  table
      .field<&P::laplace>(
          "Rows that are added to each class and to each level within a class, so that none has "
          "the share 0.")
      .input()
      .gridable()
      .at_least(0)
      .field<&P::min_sdev>("Standard deviation that stands in for those up to eps_sdev.")
      .input()
      .gridable()
      .at_least(kLeast)
      .field<&P::eps_sdev>("Standard deviations up to this one are replaced by min_sdev.")
      .input()
      .gridable()
      .at_least(0)
      .field<&P::min_prob>("Probability that stands in for those up to eps_prob.")
      .input()
      .gridable()
      .at_least(kLeast)
      .field<&P::eps_prob>("Probabilities up to this one are replaced by min_prob.")
      .input()
      .gridable()
      .at_least(0)
      .field<&P::compute_metrics>("Measure the model on the training frame.")
      .input()
      .gridable();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("NaiveBayesParametersV3", "NaiveBayesParameters", "ModelParametersSchemaV3");
    add_data(table);
    add_own(table);
    table.inherit<&P::max_runtime_secs, &P::export_checkpoints_dir, &P::gainslift_bins,
                  &P::auc_type>(model::common_parameters());
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::naivebayes
