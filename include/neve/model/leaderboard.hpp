#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/metrics.hpp>
#include <neve/model/model.hpp>
#include <neve/schema/table.hpp>

namespace neve::model {

class Algorithms;

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

/// Supervised models of one category from best to worst, with the metrics that clients show.
struct Leaderboard {
  std::string sort_metric;  ///< the first of `metrics`; empty where there are no models
  bool decreasing = false;  ///< whether more of it is better
  std::vector<std::string> metrics;
  struct Row {
    ModelPtr model;
    std::vector<double> values;  ///< as `metrics`; NaN where the model has no such number
    std::optional<double> predict_time_per_row_ms = {};
  };
  std::vector<Row> rows;
};

/// The metrics that models are compared by, each on the same data.
using MetricsOf = std::function<metrics::Metrics(const Model&)>;

/// Ranks models: each once, by `sort_metric` as clients write it ("AUTO", "RMSE", "deviance";
/// empty or AUTO: area under the curve for two classes, mean per-class error for more, the root
/// mean squared error for numbers), equal ones in the order given, those without a number last.
/// Throws InputError where a model has no response, the models are not of one category, or none of
/// them has the metric.
Leaderboard make_leaderboard(std::span<const ModelPtr> models, const std::string& sort_metric,
                             const MetricsOf& metrics_of);
/// By each model's own metrics: of cross-validation, else of the validation frame, else of
/// training.
Leaderboard make_leaderboard(std::span<const ModelPtr> models, const std::string& sort_metric);

/// The names of further columns that clients may ask for: training_time_ms,
/// predict_time_per_row_ms and algo.
std::vector<std::string> leaderboard_extensions();

/// The table that clients show: model_id, the metrics, then those of the further columns that are
/// known; "ALL" alone stands for all of them. Row headers are empty.
schema::Table leaderboard_table(const Leaderboard& board, const Algorithms& algorithms,
                                std::span<const std::string> extensions);

}  // namespace neve::model
