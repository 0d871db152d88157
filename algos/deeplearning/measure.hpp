#pragma once

#include <algorithm>
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

/// Rows [begin, begin + count) of a sample, side by side.
HeldRows sample_block(const InputPlan& plan, const MeasuredSample& sample, std::size_t begin,
                      std::size_t count);

/// Makes something of each block of rows, on the pool's threads, and then uses it, in the order of
/// the rows.
template <class Make, class Use>
void for_each_sample_block(Pool& pool, const InputPlan& plan, const MeasuredSample& sample,
                           const Make& make, const Use& use) {
  constexpr std::size_t kRows = 1024;
  // Blocks that are held at a time.
  constexpr std::size_t kBlocks = 32;
  const std::size_t blocks = (sample.size() + kRows - 1) / kRows;
  for (std::size_t first = 0; first < blocks; first += kBlocks) {
    std::vector<HeldRows> rows(std::min(kBlocks, blocks - first));
    std::vector<decltype(make(rows[0]))> made(rows.size());
    pool.for_each(rows.size(), [&](std::size_t i) {
      const std::size_t begin = (first + i) * kRows;
      rows[i] = sample_block(plan, sample, begin, std::min(kRows, sample.size() - begin));
      made[i] = make(rows[i]);
    });
    for (std::size_t i = 0; i < rows.size(); ++i) use(rows[i], made[i]);
  }
}

/// Metrics of a network's predictions for rows that this node holds. The pool's threads share the
/// predictions; rows are added up in their order.
model::metrics::Metrics measure(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                                const MeasuredSample& sample, const trees::MeasureOptions& options,
                                const model::ColumnRoles& roles);

/// The weighted quantile of |response - prediction|, on the scale of the response; 0 without rows.
double error_quantile(Pool& pool, const Predictor& predictor, const InputPlan& plan,
                      const MeasuredSample& sample, double alpha);

}  // namespace neve::algos::deeplearning
