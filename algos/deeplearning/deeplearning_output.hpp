#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/model/model_output.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"
#include "algos/deeplearning/parameters.hpp"

namespace neve::algos::deeplearning {

/// The object "output" of a network, by H2O's names.
struct DeepLearningOutput : model::ModelOutput {
  std::optional<std::vector<schema::FrameRef>> weights;
  std::optional<std::vector<schema::FrameRef>> biases;
  std::optional<std::vector<double>> normmul;
  std::optional<std::vector<double>> normsub;
  std::optional<std::vector<double>> normrespmul;
  std::optional<std::vector<double>> normrespsub;
  std::optional<std::vector<std::int32_t>> catoffsets;
  std::optional<schema::Table> variable_importances;
  static const schema::Schema& schema();
};

/// What each layer is, with figures of its weights and rates.
schema::Table model_summary(const DeepLearningModel& model, const Parameters& parameters,
                            const StepRule& rule, const std::string& response);

/// Importance of each input: the share that it has in the weights of the first two layers (Gedeon
/// 1997, formula 6), relative to the largest.
std::vector<double> input_importances(const Network& network);

}  // namespace neve::algos::deeplearning
