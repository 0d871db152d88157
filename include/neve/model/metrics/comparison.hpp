#pragma once

#include <optional>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/model/common_parameters.hpp>
#include <neve/model/metrics.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model::metrics {

/// Predictions that need not be a model's of this server, and what came true.
struct Comparison {
  frame::Frame predictions;  ///< the second class's probability, one column per class, or a number
  frame::Frame actuals;      ///< one column
  std::optional<frame::Frame> weights;             ///< one column
  std::optional<std::vector<std::string>> domain;  ///< the classes; without it they are numbers
  Deviance deviance;                               ///< of a regression
  AucType auc_type = AucType::automatic;           ///< of three and more classes
};

/// Metrics by the number of classes, with a description and without model and category. Labels are
/// matched with the domain by text; rows with other labels do not count. Throws InputError (412)
/// for frames of other widths, other rows than the predictions, and probabilities outside [0, 1].
Metrics compare(mr::Engine& engine, const Comparison& comparison,
                const job::TokenPtr& token = nullptr);

}  // namespace neve::model::metrics
