#pragma once

#include <neve/model/algorithm.hpp>

namespace neve::model {

/// Adds an error where the stopping metric is not measured for models of this category, so that it
/// could never end a training, and warnings where parameters of early stopping have no effect.
/// Clients know the texts. `defaults` are the algorithm's.
void check_stopping(const CommonParameters& parameters, const CommonParameters& defaults,
                    Category category, Messages& messages);

}  // namespace neve::model
