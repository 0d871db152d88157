#pragma once

#include <memory>
#include <optional>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/families/linear/part_sums.hpp"
#include "algos/glm/plan.hpp"
#include "algos/glm/terms.hpp"

namespace neve::algos::glm {

/// What gaussian fits to all rows but those of a fold need to know of the rows: X'WX of each fold,
/// which add up.
struct FoldSums {
  Reservation memory;
  TermColumns columns;     ///< of all rows
  linear::Prepared whole;  ///< likewise
  std::optional<linear::PartSums> parts;
  mutable std::optional<Plan> plan;  ///< of all rows, once a fold has asked for it
  /// Whether sums say all that the model of all rows needs too: folds are not fitted so well that
  /// errors, as differences of sums, would lose digits.
  bool tell_errors = false;
};

/// Those of folds that were trained together; null without.
const FoldSums* sums_of(const model::TrainedFolds* together);

/// Trains the folds of a cross-validation together, where sums say all; else null.
std::shared_ptr<const model::TrainedFolds> train_folds(std::shared_ptr<const void> parameters,
                                                       model::FoldsOrder& order);

}  // namespace neve::algos::glm
