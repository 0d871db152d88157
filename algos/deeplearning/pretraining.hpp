#pragma once

#include <string>
#include <utility>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"
#include "algos/deeplearning/parameters.hpp"

namespace neve::algos::deeplearning {

// Layers that an autoencoder has learnt from rows without a response are where training with one
// starts from (Hinton and Salakhutdinov 2006); the last layer is drawn.

/// The parameter, and the model that it names; nothing where none is.
std::vector<std::pair<std::string, std::string>> pretrained_models(const Parameters& parameters);
/// Checks that need no model.
void check_pretraining(const Parameters& parameters, model::Messages& messages);
/// Adds an error for each thing in which the models' hidden layers differ.
void check_pretrained(const Parameters& parameters, const model::FurtherModels& models,
                      model::Messages& messages);
/// Puts the autoencoder's layers but for its last into a network of these inputs. Throws InputError
/// where the autoencoder has others.
void put_pretrained_layers(const model::Model& autoencoder, const InputPlan& plan,
                           const model::ColumnRoles& roles, Network& network);

}  // namespace neve::algos::deeplearning
