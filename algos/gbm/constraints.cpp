#include "algos/gbm/constraints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "algos/families/trees/tree_checks.hpp"

namespace neve::algos::gbm {
namespace {

constexpr const char* kMonotone = "monotone_constraints";
constexpr const char* kInteraction = "interaction_constraints";

using model::Messages;
using trees::add_error;

bool is_ignored(const Parameters& p, const std::string& column) {
  return p.ignored_columns && std::ranges::count(*p.ignored_columns, column) > 0;
}

void check_direction(const Parameters& p, const frame::Frame& training, const std::string& column,
                     Messages& messages) {
  const auto index = training.find(column);
  if (!index || is_ignored(p, column)) {
    add_error(messages, kMonotone,
              "Invalid constraint - there is no column '" + column + "' in the training frame.");
    return;
  }
  if (training.column(*index).type == frame::ColumnType::numeric) return;
  add_error(messages, kMonotone,
            "Invalid constraint - column '" + column +
                "' is not numeric. Only numeric columns can have monotonic constraints.");
}

void check_group_member(const Parameters& p, const frame::Frame& training,
                        const std::string& column, Messages& messages) {
  const std::string named = "Column with the name '" + column + "' is ";
  const std::string end = " and cannot be used in interaction.";
  if (is_ignored(p, column)) {
    add_error(messages, kInteraction, named + "set in ignored columns" + end);
  } else if (!training.find(column)) {
    add_error(messages, kInteraction,
              "Invalid interaction constraint - there is no column '" + column +
                  "' in the training frame.");
  }
  const std::pair<const std::string&, const char*> roles[] = {{p.response_column.name, "response"},
                                                              {p.weights_column.name, "weights"},
                                                              {p.offset_column.name, "offset"},
                                                              {p.fold_column.name, "fold"}};
  for (const auto& [name, role] : roles) {
    if (column == name)
      add_error(messages, kInteraction, named + "used as " + role + " column" + end);
  }
}

/// The place of a predictor; -1 where training dropped it.
std::int32_t place_of(const std::string& column, std::span<const std::string> predictors) {
  const auto at = std::ranges::find(predictors, column);
  return at == predictors.end() ? -1 : static_cast<std::int32_t>(at - predictors.begin());
}

}  // namespace

void check_constraints(const Parameters& p, const frame::Frame& training, Messages& messages) {
  if (p.monotone_constraints) {
    std::set<std::string> seen;
    for (const MonotoneConstraint& constraint : *p.monotone_constraints) {
      if (seen.insert(constraint.key).second) {
        check_direction(p, training, constraint.key, messages);
      } else {
        add_error(messages, kMonotone,
                  "Feature '" + constraint.key + "' has multiple constraints.");
      }
    }
  }
  if (!p.interaction_constraints) return;
  for (const auto& group : *p.interaction_constraints) {
    for (const std::string& column : group) check_group_member(p, training, column, messages);
  }
}

std::vector<std::int8_t> directions_of(const Parameters& p,
                                       std::span<const std::string> predictors) {
  std::vector<std::int8_t> directions(predictors.size());
  bool any = false;
  for (const auto& [key, value] :
       p.monotone_constraints.value_or(std::vector<MonotoneConstraint>())) {
    const std::int32_t place = place_of(key, predictors);
    if (place < 0 || value == 0) continue;
    directions[static_cast<std::size_t>(place)] = value < 0 ? -1 : 1;
    any = true;
  }
  return any ? directions : std::vector<std::int8_t>();
}

std::vector<std::vector<std::int32_t>> interactions_of(const Parameters& p,
                                                       std::span<const std::string> predictors) {
  if (!p.interaction_constraints || p.interaction_constraints->empty()) return {};
  std::vector<std::set<std::int32_t>> partners(predictors.size());
  for (const auto& group : *p.interaction_constraints) {
    std::set<std::int32_t> places;
    for (const std::string& column : group) places.insert(place_of(column, predictors));
    places.erase(-1);
    for (const std::int32_t place : places)
      partners[static_cast<std::size_t>(place)].insert(places.begin(), places.end());
  }
  std::vector<std::vector<std::int32_t>> lists;
  for (const auto& each : partners) lists.emplace_back(each.begin(), each.end());
  return lists;
}

void keep_to_directions(const trees::Tree& tree, std::span<const std::int8_t> directions,
                        std::vector<double>& values) {
  struct Range {
    double least = -std::numeric_limits<double>::infinity();
    double largest = std::numeric_limits<double>::infinity();
  };
  std::vector<Range> ranges(tree.nodes.size());
  // Children come after their parent.
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    const Range range = ranges[n];
    values[n] = std::clamp(values[n], range.least, range.largest);
    const trees::Tree::Node& node = tree.nodes[n];
    if (node.is_leaf()) continue;
    const auto left = static_cast<std::size_t>(node.left);
    ranges[left] = range;
    ranges[left + 1] = range;
    const int direction = directions[static_cast<std::size_t>(node.column)];
    if (direction == 0 || node.set >= 0 || std::isnan(node.threshold)) continue;
    const auto within = [&](double value) { return std::clamp(value, range.least, range.largest); };
    const double middle = (within(values[left]) + within(values[left + 1])) / 2;
    ranges[direction > 0 ? left : left + 1].largest = middle;
    ranges[direction > 0 ? left + 1 : left].least = middle;
  }
}

}  // namespace neve::algos::gbm
