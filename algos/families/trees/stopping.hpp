#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <neve/model/category.hpp>
#include <neve/model/common_parameters.hpp>
#include <neve/model/model.hpp>

namespace neve::algos::trees {

/// Which metric decides about early stopping, as Metrics::find() knows it.
struct StoppingRule {
  std::string_view metric;
  bool more_is_better = false;
  std::int32_t rounds = 0;  ///< 0: never stop
  double tolerance = 0.001;
};

/// The rule that the parameters ask for; AUTO is logloss for classes, deviance for numbers,
/// the squared error of autoencoders.
StoppingRule stopping_rule(const model::CommonParameters& parameters, model::Category category);

/// Says in the header what AUTO came to.
void settle_stopping_metric(const model::CommonParameters& parameters, model::Category category,
                            model::Header& header);

/// H2O-3's rule: of the moving averages of `rounds` scores that end at each of the last rounds + 1
/// scores, none of the later ones is better than the first by more than the tolerance, relatively.
/// The first score of all, before any tree, never counts.
bool should_stop(const StoppingRule& rule, std::span<const double> scores);

/// Of the last `rounds` scores, the place of the best; the latest one of equals.
std::size_t best_point(const StoppingRule& rule, std::span<const double> scores);

}  // namespace neve::algos::trees
