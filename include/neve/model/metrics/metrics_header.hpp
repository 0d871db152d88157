#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <neve/model/category.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/table.hpp>
#include <neve/schema/values.hpp>

namespace neve::model::metrics {

inline constexpr double kNotComputed = std::numeric_limits<double>::quiet_NaN();

/// What all metrics have, by H2O's names. The first group is filled by who owns the metrics (whose
/// model, which frame, when), the second by the functions that compute them.
struct MetricsHeader {
  schema::ModelRef model;
  std::int64_t model_checksum = 0;
  schema::FrameRef frame;
  std::int64_t frame_checksum = 0;
  std::optional<std::string> description;
  std::optional<Category> model_category;
  std::int64_t scoring_time = 0;  ///< when they were computed, in milliseconds since 1970
  schema::RawJson predictions;    ///< always null: clients fetch predictions by their own key

  double MSE = kNotComputed;
  double RMSE = kNotComputed;
  std::int64_t nobs =
      0;  ///< rows that counted: response, prediction and weight known, weight not 0
  std::optional<std::string> custom_metric_name;
  double custom_metric_value = 0;

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(model, model_checksum, frame, frame_checksum, description, model_category, scoring_time,
            MSE, RMSE, nobs, custom_metric_name, custom_metric_value);
  }
};

/// Rows of each actual class (down) by predicted class (across), as a table.
struct ConfusionMatrix {
  std::optional<schema::Table> table;
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(table);
  }
};

}  // namespace neve::model::metrics
