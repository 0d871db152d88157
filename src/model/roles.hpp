#pragma once

#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/model/algorithm.hpp>

namespace neve::model {

/// Whether a training run can start with these parameters and frame: adds a message for each column
/// that is named but not there, or named twice.
void check_columns(const CommonParameters& parameters, const frame::Frame& training,
                   Messages& messages);

/// What the columns of the training frame are to the model: predictors are all columns but the
/// named ones, the ignored ones, texts and ids, and (ignore_const_cols) those that hold one value
/// only. `dropped` gets the names of columns that were left out for what they hold.
ColumnRoles choose_roles(mr::Engine& engine, const CommonParameters& parameters,
                         const frame::Frame& training, const job::TokenPtr& token,
                         std::vector<std::string>& dropped);

/// The same for what reads text: the first column.
ColumnRoles text_roles(const frame::Frame& training);

}  // namespace neve::model
