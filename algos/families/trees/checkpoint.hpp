#pragma once

#include <cstdint>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::trees {

/// A model to go on from.
struct Checkpoint {
  const model::Header& header;
  const TreeParameters& parameters;  ///< that it was trained with
  std::int64_t trees = 0;            ///< iterations that it has
};

/// Adds an error for each parameter with which training cannot go on from the checkpoint.
void check_checkpoint(const TreeParameters& parameters, const Checkpoint& checkpoint,
                      model::Messages& messages);
/// Adds the error of a model of another algorithm.
void refuse_checkpoint(const model::Header& header, std::string_view title,
                       model::Messages& messages);
/// Adds the error of a parameter that trees of one model must share.
void refuse_change(std::string_view parameter, model::Messages& messages);

/// Throws InputError where the training data has other columns or levels than the checkpoint's.
void check_same_columns(const model::ColumnRoles& roles, const model::Header& checkpoint);

/// Σ gain per predictor, from the model's table.
std::vector<double> gains_of(const model::Header& header);

}  // namespace neve::algos::trees
