#pragma once

#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/model/models.hpp>

#include "algos/stackedensemble/parameters.hpp"

namespace neve::algos::stackedensemble {

/// What an ensemble takes from its base models: their names, each once; their offset; which columns
/// of the training frame none of them uses; their cross-validation predictions, unless it blends.
/// Adds an error where they cannot be stacked, a warning where their folds differ.
model::FromModels from_models(const model::Models& models, const void* parameters,
                              const frame::Frame& training, model::Messages& messages);

/// The field of TrainContext::further that holds the cross-validation predictions of a base model.
std::string holdout_field(const std::string& base_model);

/// A model's parameters, as they were in the end.
std::shared_ptr<void> parameters_of(const model::Models& models, const model::Model& model);

}  // namespace neve::algos::stackedensemble
