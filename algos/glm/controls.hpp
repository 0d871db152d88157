#pragma once

#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// Predictors that a model was adjusted for but does not predict with (control_variables).
struct Controls {
  std::vector<std::string> names;
  std::vector<double> beta;  ///< scaled coefficients that predict: raw ones of controls are 0
  template <class Archive>
  void fields(Archive& archive) {
    archive(names, beta);
  }
};

bool has_controls(const Parameters& parameters);

/// Adds a message for each control that is no predictor, and for what does not go with controls.
void check_controls(const Parameters& parameters, const frame::Frame& training,
                    model::Messages& messages);

/// The coefficients that predict: without those of these predictors, the intercept of raw columns
/// being what it was.
Controls make_controls(const std::vector<std::string>& names, const linear::Design& design,
                       const std::vector<double>& beta);

}  // namespace neve::algos::glm
