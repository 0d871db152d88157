#include "algos/families/trees/tables.hpp"

#include <algorithm>
#include <numeric>

namespace neve::algos::trees {
namespace {

using schema::Table;

Table::Column whole(std::string name) {
  return {.name = std::move(name), .type = "long", .format = "%d"};
}

Table::Column number(std::string name, std::string format) {
  return {.name = std::move(name), .type = "double", .format = std::move(format)};
}

/// Least, largest and mean of a figure over all trees.
struct Spread {
  std::int64_t least = 0;
  std::int64_t largest = 0;
  std::int64_t sum = 0;
  std::int64_t count = 0;
  void add(std::int64_t value) {
    least = count == 0 ? value : std::min(least, value);
    largest = count == 0 ? value : std::max(largest, value);
    sum += value;
    ++count;
  }
  [[nodiscard]] double mean() const {
    return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
  }
};

}  // namespace

Table model_summary(std::int64_t iterations, std::span<const TreeSize> trees,
                    std::int64_t model_bytes) {
  Spread depth;
  Spread leaves;
  for (const TreeSize& tree : trees) {
    depth.add(tree.depth);
    leaves.add(tree.leaves);
  }
  Table table{.name = "Model Summary"};
  table.columns = {{.name = ""},
                   whole("number_of_trees"),
                   whole("number_of_internal_trees"),
                   whole("model_size_in_bytes"),
                   whole("min_depth"),
                   whole("max_depth"),
                   number("mean_depth", "%.5f"),
                   whole("min_leaves"),
                   whole("max_leaves"),
                   number("mean_leaves", "%.5f")};
  table.add_row({std::string(), iterations, depth.count, model_bytes, depth.least, depth.largest,
                 depth.mean(), leaves.least, leaves.largest, leaves.mean()});
  return table;
}

Table variable_importances(const std::vector<std::string>& predictors,
                           const std::vector<double>& gains) {
  std::vector<std::size_t> order(predictors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t c) { return gains[c]; });
  const double total = std::accumulate(gains.begin(), gains.end(), 0.0);
  Table table{.name = "Variable Importances"};
  table.columns = {{.name = "variable"},
                   number("relative_importance", "%5f"),
                   number("scaled_importance", "%5f"),
                   number("percentage", "%5f")};
  for (const std::size_t c : order) {
    const double largest = gains[order.front()];
    table.add_row({predictors[c], gains[c], largest > 0 ? gains[c] / largest : 0,
                   total > 0 ? gains[c] / total : 0});
  }
  return table;
}

}  // namespace neve::algos::trees
