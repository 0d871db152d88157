#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "algos/families/isolation/gather.hpp"
#include "algos/families/trees/row_keys.hpp"

namespace neve::algos::isolationforest {

using isolation::ReadPlan;
using isolation::RowNumbers;

/// Rows as trees compare them: the keys of row-keys (families/trees).
struct KeyForm {
  static constexpr std::string_view gather_task = "isolationforest.gather";
  using Value = std::uint32_t;
  static void append(const model::ScoreBlock& block, std::span<const std::int32_t> levels,
                     std::vector<Value>& keys);
};
using KeyRows = isolation::RowSample<KeyForm::Value>;
using GatherTask = isolation::GatherTask<KeyForm>;

}  // namespace neve::algos::isolationforest
