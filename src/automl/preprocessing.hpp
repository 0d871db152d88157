#pragma once

#include <string>
#include <vector>

#include <neve/automl/automl.hpp>

namespace neve::automl {

/// The columns that a run turns into numbers by their target before trees see them: categories of
/// 25 levels or more, with more than five rows for each, that are predictors. None where the spec
/// asks for no preprocessing.
std::vector<std::string> columns_to_encode(const BuildSpec& spec, const frame::Frame& training);

/// The column of folds that a run adds to its training frame, so that rows are encoded by the rows
/// of other folds of the cross-validation; empty where it needs none, or the user has one.
std::string added_folds(const BuildSpec& spec, const frame::Frame& training);
/// The same frame with the row number modulo `folds` as a column.
frame::Frame with_folds(mr::Engine& engine, frame::Frame training, const std::string& name,
                        std::int32_t folds, const job::TokenPtr& token);

/// Throws InputError where the frame has a column of such a name already.
void check_preprocessing(const BuildSpec& spec, const frame::Frame& training);

/// The parameters of the target encoder. `spec` names the column of folds, if there is one.
schema::Form encoder_form(const BuildSpec& spec, const std::vector<std::string>& columns);

}  // namespace neve::automl
