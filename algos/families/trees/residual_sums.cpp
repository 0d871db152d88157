#include "algos/families/trees/residual_sums.hpp"

#include <span>

#include <neve/base/isa.hpp>

namespace neve::algos::trees {

const ResidualSumKernels& residual_sum_kernels() {
  return kernels_at_process_isa(v3::kResidualSumKernels, v4::kResidualSumKernels);
}

PlainRows plain_rows(const RowStore& store, std::int32_t node, std::int32_t of_class) {
  const std::span<const std::uint16_t> rows = store.rows_of(node);
  const Addends& addends = store.addends;
  const auto& counts = addends.weight.empty() ? addends.target : addends.weight;
  return {.rows = rows.data(),
          .count = rows.size(),
          .residual = store.residual.data() + static_cast<std::size_t>(of_class) * store.rows,
          .seen = store.sampled ? counts.data() : nullptr};
}

}  // namespace neve::algos::trees
