#pragma once

#include <cstdint>
#include <vector>

#include "mr/api/compute_node.hpp"

/// Small tables for trees that grow on nodes of this process, without models.
namespace neve::algos::trees::testing {

/// Columns of a small frame; `levels` is 0 for numbers.
struct Table {
  std::vector<std::vector<double>> predictors;
  std::vector<std::int32_t> levels;
  std::vector<double> response;
  std::vector<double> weights;  ///< empty for none
  std::vector<double> class_weights = {};
  std::int32_t classes = 0;  ///< of the response; 0: a number
  std::int32_t trees_at_once = 1;
  [[nodiscard]] std::size_t rows() const { return response.size(); }
};

/// The table's predictors, response and weights in four row groups, as columns that are held.
mr::Inputs put(mr::Engine& engine, const Table& table, std::vector<frame::Column>& held);

}  // namespace neve::algos::trees::testing
