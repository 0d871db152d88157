#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/model/models.hpp>

namespace neve::algos::stackedensemble {

/// What a metalearner takes from the base models.
struct Inherited {
  schema::Form form;
  std::string_view decided_by;  ///< the parameter with which a user says otherwise
};

/// The distribution of the response around its mean, with its parameters, and the link of the GLMs
/// among the base models: where all agree, and the metalearner has such a distribution. Nothing
/// where that is what its AUTO means anyway.
Inherited inherited_by(const model::Algorithm& metalearner, const model::Models& models,
                       const std::vector<model::ModelPtr>& bases);

}  // namespace neve::algos::stackedensemble
