#include "algos/deeplearning/parameters.hpp"

#include <neve/schema/schema_of.hpp>

#include "algos/families/trees/distribution_parameters.hpp"

namespace neve::algos::deeplearning {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_data(Table& table) {
  table.inherit<&P::model_id, &P::training_frame, &P::validation_frame, &P::nfolds,
                &P::keep_cross_validation_models, &P::keep_cross_validation_predictions,
                &P::keep_cross_validation_fold_assignment, &P::fold_assignment, &P::fold_column,
                &P::response_column, &P::ignored_columns, &P::ignore_const_cols,
                &P::score_each_iteration, &P::weights_column, &P::offset_column,
                &P::balance_classes, &P::class_sampling_factors, &P::max_after_balance_size,
                &P::max_confusion_matrix_size, &P::checkpoint>(model::common_parameters());
  table
      .field<&P::pretrained_autoencoder>(
          "Autoencoder of the same predictors and hidden layers, whose layers training starts "
          "from.")
      .inout()
      .expert()
      .field<&P::overwrite_with_best_model>(
          "Keep the best network of all scoring points instead of the last one.")
      .inout()
      .expert()
      .gridable()
      .field<&P::use_all_factor_levels>(
          "Give the first level of a category an input of its own, too.")
      .inout()
      .secondary()
      .gridable()
      .field<&P::standardize>("Centre and scale numbers, and a numeric response.")
      .inout()
      .secondary()
      .gridable();
}

void add_network(Table& table) {
  table.field<&P::activation>("What hidden units make of their sums.")
      .inout()
      .gridable()
      .field<&P::hidden>("Units of each hidden layer.")
      .inout()
      .gridable()
      .field<&P::epochs>("How often training goes through the rows; may be a fraction.")
      .inout()
      .gridable()
      .at_least(0)
      .field<&P::train_samples_per_iteration>(
          "Rows between two scoring points; 0 or -1: an epoch; -2: a tenth of all that are "
          "trained, 100,000 at most.")
      .inout()
      .secondary()
      .gridable()
      .at_least(-2)
      .field<&P::target_ratio_comm_to_comp>(
          "Accepted and without effect: nothing is averaged between nodes.")
      .inout()
      .expert()
      .gridable()
      .at_least(0)
      .field<&P::seed>(
          "Seed of initial weights, row order, dropout and folds. -1 draws one, which the model "
          "then reports.")
      .inout()
      .expert()
      .gridable();
}

void add_rates(Table& table) {
  table.field<&P::adaptive_rate>("ADADELTA instead of a rate with momentum.")
      .inout()
      .secondary()
      .gridable()
      .field<&P::rho>("ADADELTA: share of the running means that a step keeps.")
      .inout()
      .expert()
      .gridable()
      .above(0)
      .below(1)
      .field<&P::epsilon>("ADADELTA: what running means are raised by.")
      .inout()
      .expert()
      .gridable()
      .above(0)
      .field<&P::rate>("Learning rate, without ADADELTA.")
      .inout()
      .expert()
      .gridable()
      .above(0)
      .field<&P::rate_annealing>("The rate is divided by 1 + this times the rows so far.")
      .inout()
      .expert()
      .gridable()
      .at_least(0)
      .field<&P::rate_decay>("Factor on the rate from one layer to the next.")
      .inout()
      .expert()
      .gridable()
      .above(0)
      .field<&P::momentum_start>("Momentum at first, without ADADELTA.")
      .inout()
      .expert()
      .gridable()
      .at_least(0)
      .below(1)
      .field<&P::momentum_ramp>("Rows until momentum_stable is reached.")
      .inout()
      .expert()
      .gridable()
      .above(0)
      .field<&P::momentum_stable>("Momentum from there on.")
      .inout()
      .expert()
      .gridable()
      .at_least(0)
      .below(1)
      .field<&P::nesterov_accelerated_gradient>("Momentum as Nesterov has it.")
      .inout()
      .expert()
      .gridable();
}

void add_regularization(Table& table) {
  table.field<&P::input_dropout_ratio>("Share of inputs that is left out, anew for each row.")
      .inout()
      .secondary()
      .gridable()
      .at_least(0)
      .below(1)
      .field<&P::hidden_dropout_ratios>(
          "Share of each hidden layer's units that is left out, with the activations that say so; "
          "0.5 where nothing is given.")
      .inout()
      .secondary()
      .gridable()
      .field<&P::l1>("Factor on the sum of absolute weights in the loss.")
      .inout()
      .secondary()
      .gridable()
      .at_least(0)
      .field<&P::l2>("Factor on half the sum of squared weights in the loss.")
      .inout()
      .secondary()
      .gridable()
      .at_least(0)
      .field<&P::max_w2>("Bound of the sum of squared weights into a unit.")
      .inout()
      .expert()
      .gridable()
      .above(0)
      .field<&P::initial_weight_distribution>(
          "How weights are drawn; UniformAdaptive goes by the units on both sides.")
      .inout()
      .expert()
      .gridable()
      .field<&P::initial_weight_scale>("Bound of Uniform, deviation of Normal.")
      .inout()
      .expert()
      .gridable()
      .at_least(0)
      .field<&P::initial_weights>(
          "A frame of weights for each layer, a row for each unit; null draws them.")
      .inout()
      .expert()
      .gridable()
      .field<&P::initial_biases>("A frame of one column for each layer; null is the default.")
      .inout()
      .expert()
      .gridable();
}

void add_loss(Table& table) {
  table.field<&P::loss>("What training makes small; Automatic goes by the distribution.")
      .inout()
      .secondary()
      .gridable()
      .field<&P::distribution>(
          "Distribution of the response; AUTO goes by its type and by the loss.")
      .input()
      .secondary()
      .gridable();
  trees::declare_distribution_shapes(table);
}

void add_scoring(Table& table) {
  table.field<&P::score_interval>("Accepted and without effect: scoring knows no clock.")
      .inout()
      .secondary()
      .gridable()
      .at_least(0)
      .field<&P::score_training_samples>(
          "About so many training rows are measured, drawn once; 0 for all.")
      .inout()
      .secondary()
      .gridable()
      .at_least(0)
      .field<&P::score_validation_samples>("The same of the validation frame.")
      .inout()
      .secondary()
      .gridable()
      .at_least(0)
      .field<&P::score_duty_cycle>("Accepted and without effect: scoring knows no clock.")
      .inout()
      .secondary()
      .gridable()
      .at_least(0)
      .field<&P::classification_stop>(
          "End where the share of wrong labels on the training sample is not above this; -1: "
          "never.")
      .inout()
      .expert()
      .gridable()
      .field<&P::regression_stop>(
          "End where the mean squared error on the training sample is not above this; -1: never.")
      .inout()
      .expert()
      .gridable();
  table.inherit<&P::stopping_rounds, &P::stopping_metric, &P::stopping_tolerance,
                &P::max_runtime_secs>(model::common_parameters());
  table
      .field<&P::score_validation_sampling>(
          "How the validation sample is drawn: evenly, or so that classes are about as large.")
      .inout()
      .expert()
      .gridable()
      .field<&P::diagnostics>("Accepted and without effect: the layers' figures always come along.")
      .inout()
      .expert();
}

void add_mode(Table& table) {
  table
      .field<&P::fast_mode>(
          "Leave weights alone whose input is zero in all rows of a batch; categories always do.")
      .inout()
      .expert()
      .gridable()
      .field<&P::force_load_balance>("Accepted and without effect: batches are spread by rows.")
      .inout()
      .expert()
      .gridable()
      .field<&P::variable_importances>("Compute variable importances (Gedeon 1997).")
      .inout()
      .gridable()
      .field<&P::replicate_training_data>(
          "Accepted and without effect: the node that trains holds all rows.")
      .inout()
      .secondary()
      .gridable()
      .field<&P::single_node_mode>("Accepted and without effect: one node trains.")
      .inout()
      .expert()
      .gridable()
      .field<&P::shuffle_training_data>(
          "Accepted and without effect: each epoch has an order of its own.")
      .inout()
      .expert()
      .gridable()
      .field<&P::missing_values_handling>(
          "Put the mean for what is missing, or skip such rows in training.")
      .inout()
      .expert()
      .gridable()
      .field<&P::quiet_mode>("Accepted and without effect: training writes no lines.")
      .inout()
      .expert()
      .gridable();
}

void add_rest(Table& table) {
  table.field<&P::autoencoder>("Train a network that gives back its inputs.")
      .inout()
      .secondary()
      .field<&P::sparse>("Accepted and without effect: categories are always sparse.")
      .inout()
      .expert()
      .gridable()
      .field<&P::col_major>("No longer there in H2O-3 either.")
      .inout()
      .expert()
      .gridable()
      .field<&P::average_activation>(
          "Of autoencoders with sparsity_beta: mean activation that hidden units are held to.")
      .inout()
      .expert()
      .gridable()
      .field<&P::sparsity_beta>(
          "Of autoencoders: how strongly hidden units are held to average_activation.")
      .inout()
      .expert()
      .gridable()
      .at_least(0)
      .field<&P::max_categorical_features>(
          "Most inputs that categories get; more levels share them by a hash.")
      .inout()
      .expert()
      .gridable()
      .at_least(1)
      .field<&P::reproducible>(
          "Training always is; with this, a mini_batch_size of 1 is one row at a time.")
      .inout()
      .expert()
      .gridable()
      .field<&P::export_weights_and_biases>("Publish weights and biases as frames.")
      .inout()
      .expert()
      .field<&P::mini_batch_size>(
          "Rows whose gradients are averaged for a step. 1 chooses: a power of two up to 128 that "
          "leaves at least 4096 steps.")
      .inout()
      .expert()
      .at_least(1);
  table.inherit<&P::categorical_encoding>(model::common_parameters());
  table
      .field<&P::elastic_averaging>(
          "Accepted and without effect: all nodes have one network, there is nothing to average.")
      .inout()
      .expert()
      .gridable()
      .field<&P::elastic_averaging_moving_rate>("Goes with elastic_averaging.")
      .inout()
      .expert()
      .gridable()
      .at_least(0)
      .at_most(1)
      .field<&P::elastic_averaging_regularization>("Goes with elastic_averaging.")
      .inout()
      .expert()
      .gridable()
      .at_least(0);
  table.inherit<&P::export_checkpoints_dir, &P::auc_type, &P::custom_metric_func,
                &P::gainslift_bins>(model::common_parameters());
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("DeepLearningParametersV3", "DeepLearningParameters", "ModelParametersSchemaV3");
    add_data(table);
    add_network(table);
    add_rates(table);
    add_regularization(table);
    add_loss(table);
    add_scoring(table);
    add_mode(table);
    add_rest(table);
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::deeplearning
