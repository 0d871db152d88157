#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/metrics.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"
#include "algos/deeplearning/rows.hpp"
#include "algos/families/trees/measured_rows.hpp"

namespace neve::algos::deeplearning {

/// Rows to measure: all of them, or those at these places.
struct MeasuredSample {
  const HeldRows& rows;
  bool all = true;
  std::vector<std::uint64_t> places = {};
  [[nodiscard]] std::size_t size() const { return all ? rows.size() : places.size(); }
  [[nodiscard]] std::size_t place(std::size_t i) const { return all ? i : places[i]; }
};

/// Metrics of a network's predictions for rows that this node holds. The pool's threads share the
/// predictions; rows are added up in their order.
model::metrics::Metrics measure(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                                const MeasuredSample& sample, const trees::MeasureOptions& options,
                                const model::ColumnRoles& roles);

/// The weighted quantile of |response - prediction|, on the scale of the response; 0 without rows.
double error_quantile(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                      const MeasuredSample& sample, double alpha);

}  // namespace neve::algos::deeplearning
