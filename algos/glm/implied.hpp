#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/families/linear/response.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// The parameters with what some of them ask for by implication, as H2O-3: a tweedie likelihood
/// needs the likeliest dispersion, and that needs a fit without penalty; influences need standard
/// errors.
Parameters implied(const Parameters& given);

/// Whether any fit has a penalty.
bool is_penalised(const Parameters& parameters);

/// What H2O-3 says of dispersions and powers that are to be estimated.
void check_dispersion(const Parameters& parameters, linear::Family family,
                      model::Messages& messages);
/// The same of the influence of rows, and of what goes with it.
void check_influence(const Parameters& parameters, model::Messages& messages);
void check_influence(const Parameters& parameters, linear::Family family,
                     model::Messages& messages);
/// The same of what ends training early, and of models without something.
void check_course(const Parameters& parameters, model::Messages& messages);
void check_offset_effects(const Parameters& parameters, linear::Family family,
                          model::Messages& messages);
void check_null_model(const Parameters& parameters, linear::Family family,
                      model::Messages& messages);

}  // namespace neve::algos::glm
