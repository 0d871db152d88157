#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/schema/values.hpp>

#include "algos/families/trees/choices.hpp"

namespace neve::algos::trees {

/// What a user may say about any model of trees. Help and levels are in tree_parameters.cpp;
/// algorithms derive from this, set defaults of their own and list the fields with the functions
/// below.
struct TreeParameters : model::CommonParameters {
  std::int32_t score_tree_interval = 0;
  std::int32_t ntrees = 50;
  std::int32_t max_depth = 5;
  double min_rows = 10;
  std::int32_t nbins = 20;
  std::int32_t nbins_top_level = 1024;
  std::int32_t nbins_cats = 1024;
  double r2_stopping = std::numeric_limits<double>::max();
  bool build_tree_one_node = false;
  DistributionChoice distribution = DistributionChoice::automatic;
  double sample_rate = 1;
  std::optional<std::vector<double>> sample_rate_per_class;
  double col_sample_rate_change_per_level = 1;
  double col_sample_rate_per_tree = 1;
  double min_split_improvement = 1e-5;
  HistogramType histogram_type = HistogramType::automatic;
  bool calibrate_model = false;
  schema::FrameRef calibration_frame;
  CalibrationMethod calibration_method = CalibrationMethod::automatic;
  bool check_constant_response = true;
};

/// The table of those of TreeParameters that are not CommonParameters.
const schema::Schema& tree_parameters();

/// Data, trees and stopping, in the order in which clients list them.
template <class P>
void declare_trees(schema::SchemaOf<P>& table) {
  const schema::Schema& shared = model::common_parameters();
  table
      .template inherit<&P::model_id, &P::training_frame, &P::validation_frame, &P::nfolds,
                        &P::keep_cross_validation_models, &P::keep_cross_validation_predictions,
                        &P::keep_cross_validation_fold_assignment, &P::score_each_iteration>(shared)
      .template inherit<&P::score_tree_interval>(tree_parameters())
      .template inherit<&P::fold_assignment, &P::fold_column, &P::response_column,
                        &P::ignored_columns, &P::ignore_const_cols, &P::offset_column,
                        &P::weights_column, &P::balance_classes, &P::class_sampling_factors,
                        &P::max_after_balance_size, &P::max_confusion_matrix_size>(shared)
      .template inherit<&P::ntrees, &P::max_depth, &P::min_rows, &P::nbins, &P::nbins_top_level,
                        &P::nbins_cats, &P::r2_stopping>(tree_parameters())
      .template inherit<&P::stopping_rounds, &P::stopping_metric, &P::stopping_tolerance,
                        &P::max_runtime_secs, &P::seed>(shared)
      .template inherit<&P::build_tree_one_node>(tree_parameters());
}

template <class P>
void declare_row_sampling(schema::SchemaOf<P>& table) {
  table.template inherit<&P::sample_rate, &P::sample_rate_per_class>(tree_parameters());
}

template <class P>
void declare_column_sampling(schema::SchemaOf<P>& table) {
  table.template inherit<&P::col_sample_rate_change_per_level, &P::col_sample_rate_per_tree,
                         &P::min_split_improvement, &P::histogram_type>(tree_parameters());
}

template <class P>
void declare_calibration(schema::SchemaOf<P>& table) {
  table.template inherit<&P::categorical_encoding>(model::common_parameters())
      .template inherit<&P::calibrate_model, &P::calibration_frame, &P::calibration_method>(
          tree_parameters());
}

/// What H2O's objects have besides.
template <class P>
void declare_constants(schema::SchemaOf<P>& table) {
  table.inherit_constants(model::common_parameters()).inherit_constants(tree_parameters());
}

}  // namespace neve::algos::trees
