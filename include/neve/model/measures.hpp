#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <neve/model/metrics.hpp>
#include <neve/model/model.hpp>

namespace neve::model {

/// A metric by which models are compared.
struct Measure {
  std::string name;  ///< as clients call it: "auc", "residual_deviance"
  bool more_is_better = false;
};

/// Of a name as clients write it, in capitals or not. Nothing where no model has such a metric.
std::optional<Measure> find_measure(std::string_view name);
/// Nothing where these metrics have no such number, or it is NaN.
std::optional<double> value_of(const metrics::Metrics& metrics, const Measure& measure);
/// The names of those that these metrics have, for messages.
std::string names_of_measures(const metrics::Metrics& metrics);
/// The metrics of cross-validation, else of the validation frame, else of training.
const metrics::Metrics& metrics_of(const Model& model);

}  // namespace neve::model
