#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>

#include "algos/deeplearning/choices.hpp"

namespace neve::algos::deeplearning {

/// What a user may say about a network. Help and levels are in parameters.cpp.
struct Parameters : model::CommonParameters {
  schema::ModelRef pretrained_autoencoder;
  bool overwrite_with_best_model = true;
  bool use_all_factor_levels = true;
  bool standardize = true;
  ActivationChoice activation = ActivationChoice::rectifier;
  std::vector<std::int32_t> hidden = {200, 200};
  double epochs = 10;
  std::int64_t train_samples_per_iteration = -2;
  double target_ratio_comm_to_comp = 0.05;
  bool adaptive_rate = true;
  double rho = 0.99;
  double epsilon = 1e-8;
  double rate = 0.005;
  double rate_annealing = 1e-6;
  double rate_decay = 1;
  double momentum_start = 0;
  double momentum_ramp = 1e6;
  double momentum_stable = 0;
  bool nesterov_accelerated_gradient = true;
  double input_dropout_ratio = 0;
  std::optional<std::vector<double>> hidden_dropout_ratios;
  double l1 = 0;
  double l2 = 0;
  float max_w2 = std::numeric_limits<float>::max();
  WeightDistribution initial_weight_distribution = WeightDistribution::uniform_adaptive;
  double initial_weight_scale = 1;
  std::optional<std::vector<schema::FrameRef>> initial_weights;
  std::optional<std::vector<schema::FrameRef>> initial_biases;
  LossChoice loss = LossChoice::automatic;
  DistributionChoice distribution = DistributionChoice::automatic;
  double quantile_alpha = 0.5;
  double tweedie_power = 1.5;
  double huber_alpha = 0.9;
  double score_interval = 5;
  std::int64_t score_training_samples = 10'000;
  std::int64_t score_validation_samples = 0;
  double score_duty_cycle = 0.1;
  double classification_stop = 0;
  double regression_stop = 1e-6;
  SamplingMethod score_validation_sampling = SamplingMethod::uniform;
  bool diagnostics = true;
  bool fast_mode = true;
  bool force_load_balance = true;
  bool variable_importances = true;
  bool replicate_training_data = true;
  bool single_node_mode = false;
  bool shuffle_training_data = false;
  MissingValues missing_values_handling = MissingValues::mean_imputation;
  bool quiet_mode = false;
  bool autoencoder = false;
  bool sparse = false;
  bool col_major = false;
  double average_activation = 0;
  double sparsity_beta = 0;
  std::int32_t max_categorical_features = std::numeric_limits<std::int32_t>::max();
  bool reproducible = false;
  bool export_weights_and_biases = false;
  std::int32_t mini_batch_size = 1;
  bool elastic_averaging = false;
  double elastic_averaging_moving_rate = 0.9;
  double elastic_averaging_regularization = 0.001;

  Parameters() {
    stopping_rounds = 5;
    stopping_tolerance = 0;
  }
  static const schema::Schema& schema();
};

}  // namespace neve::algos::deeplearning
