#pragma once

#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/model/models.hpp>

#include "algos/stackedensemble/parameters.hpp"

namespace neve::algos::stackedensemble {

/// Adds an error where the metalearner's algorithm is not there or its parameters cannot be read.
void check_metalearner(const model::Models& models, const Parameters& p,
                       const std::vector<model::ModelPtr>& bases, model::Messages& messages);

/// The metalearner's algorithm; null where it is not built.
const model::Algorithm* metalearner_of(const model::Models& models, MetalearnerAlgorithm choice);

/// "glm" for AUTO.
std::string algorithm_name(MetalearnerAlgorithm choice);

/// What the request to train a metalearner is made of.
struct MetalearnerOrder {
  const Parameters& parameters;
  const std::vector<model::ModelPtr>& bases;
  std::string key;
  std::string training;
  std::string validation;  ///< empty without
  std::uint64_t seed = 0;
};

/// The metalearner's parameters: those of the ensemble that are meant for it, what it inherits from
/// the base models, what AUTO means; and over these what the user says in metalearner_params.
schema::Form metalearner_form(const model::Models& models, const MetalearnerOrder& order);

}  // namespace neve::algos::stackedensemble
