#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <neve/base/ids.hpp>
#include <neve/job/token.hpp>
#include <neve/model/metrics/deviance.hpp>
#include <neve/model/metrics/metrics_header.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model::metrics {

/// Metrics of a predicted number.
struct Regression : MetricsHeader {
  double r2 = kNotComputed;
  double mean_residual_deviance = kNotComputed;
  double mae = kNotComputed;
  double rmsle = kNotComputed;  ///< NaN where a response or prediction is below -1
  double loglikelihood = kNotComputed;
  double AIC = kNotComputed;

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    MetricsHeader::fields(archive);
    archive(r2, mean_residual_deviance, mae, rmsle, loglikelihood, AIC);
  }
};

/// With what a GLM knows beside; its four values are the algorithm's to fill.
struct RegressionGlm : Regression {
  double residual_deviance = kNotComputed;
  double null_deviance = kNotComputed;
  std::int64_t null_degrees_of_freedom = 0;
  std::int64_t residual_degrees_of_freedom = 0;

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    Regression::fields(archive);
    archive(residual_deviance, null_deviance, null_degrees_of_freedom, residual_degrees_of_freedom);
  }
};

/// What a pass over rows gathers for Regression; a Partial, or a member of one, of an ordered
/// reduction.
struct RegressionPartial {
  std::int64_t rows = 0;
  double weight = 0;
  double mean = 0;     ///< of the response
  double squares = 0;  ///< weighted sum of (response - mean)²
  double squared_error = 0;
  double absolute_error = 0;
  double squared_log_error = 0;
  double deviance = 0;

  /// Adds rows; `weights` is empty where all are 1. Rows with NaN in any, or weight 0, do not
  /// count.
  void add_rows(const Deviance& deviance_of, std::span<const double> predicted,
                std::span<const double> actual, std::span<const double> weights);
  void merge(const RegressionPartial& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, weight, mean, squares, squared_error, absolute_error, squared_log_error,
            deviance);
  }
};

Regression finish_regression(const RegressionPartial& partial);

/// Columns to compare, of one layout.
struct RegressionInputs {
  frame::LayoutPtr layout;
  ColumnId predicted;
  ColumnId actual;
  std::optional<ColumnId> weights;
  Deviance deviance;
};

Regression compute_regression(mr::Engine& engine, const RegressionInputs& inputs,
                              const job::TokenPtr& token = nullptr);

}  // namespace neve::model::metrics
