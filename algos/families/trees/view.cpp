#include "algos/families/trees/view.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include <neve/base/error.hpp>

namespace neve::algos::trees {
namespace {

/// What of the columns that were tested above comes to a node.
struct Reach {
  std::map<std::int32_t, std::vector<std::int32_t>> levels;
  std::map<std::int32_t, bool> missing;
};

struct Visit {
  std::int32_t node = 0;
  Reach reach;
};

std::vector<std::int32_t> all_levels(std::int32_t count) {
  std::vector<std::int32_t> levels(static_cast<std::size_t>(count));
  for (std::int32_t code = 0; code < count; ++code) levels[static_cast<std::size_t>(code)] = code;
  return levels;
}

/// Means of the leaves below each node by the rows that came there; children come behind their
/// parents.
std::vector<float> mean_values(const Tree& tree) {
  std::vector<double> means(tree.nodes.size());
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {
    const Tree::Node& node = tree.nodes[i];
    means[i] = static_cast<double>(node.value);
    if (node.is_leaf()) continue;
    const auto left = static_cast<std::size_t>(node.left);
    const auto of_left = static_cast<double>(tree.nodes[left].weight);
    const auto of_right = static_cast<double>(tree.nodes[left + 1].weight);
    const double share = of_left + of_right > 0 ? of_left / (of_left + of_right) : 0.5;
    means[i] = share * means[left] + (1 - share) * means[left + 1];
  }
  return {means.begin(), means.end()};
}

class Viewer {
 public:
  Viewer(const Tree& tree, std::span<const std::int32_t> levels)
      : tree_(tree), levels_(levels), means_(mean_values(tree)) {}

  model::TreeView view() {
    model::TreeView made;
    waiting_.push_back({});
    made.nodes.emplace_back().value = means_[0];
    // Nodes are shown in the order in which they come to wait.
    for (std::size_t at = 0; at < waiting_.size(); ++at) {
      const Visit visit = std::move(waiting_[at]);
      const Tree::Node& node = tree_.nodes[static_cast<std::size_t>(visit.node)];
      if (node.is_leaf()) continue;
      model::TreeView::Node& shown = made.nodes[at];
      shown.left = static_cast<std::int32_t>(made.nodes.size());
      shown.right = shown.left + 1;
      show_test(node, visit.reach, shown);
      for (const bool right : {false, true}) made.nodes.push_back(child(node, visit.reach, right));
    }
    return made;
  }

 private:
  static bool missing_goes_right(const Tree& tree, const Tree::Node& node) {
    if (node.set < 0) return node.missing_right;
    const Tree::LevelSet& set = tree.sets[static_cast<std::size_t>(node.set)];
    return set.has(static_cast<std::size_t>(set.levels));
  }
  [[nodiscard]] bool missing_comes(const Reach& reach, std::int32_t column) const {
    const auto at = reach.missing.find(column);
    return at == reach.missing.end() || at->second;
  }
  void show_test(const Tree::Node& node, const Reach& reach, model::TreeView::Node& shown) const {
    shown.column = node.column;
    shown.threshold = node.set >= 0 ? std::numeric_limits<float>::quiet_NaN() : node.threshold;
    if (missing_comes(reach, node.column)) shown.missing_right = missing_goes_right(tree_, node);
  }
  /// Puts a child into the queue.
  model::TreeView::Node child(const Tree::Node& node, const Reach& reach, bool right) {
    model::TreeView::Node made;
    made.id = node.left + (right ? 1 : 0);
    made.value = means_[static_cast<std::size_t>(made.id)];
    Visit visit{made.id, reach};
    visit.reach.missing[node.column] =
        missing_comes(reach, node.column) && missing_goes_right(tree_, node) == right;
    if (node.set >= 0) {
      const auto& set = tree_.sets[static_cast<std::size_t>(node.set)];
      const auto known = visit.reach.levels.try_emplace(
          node.column, all_levels(levels_[static_cast<std::size_t>(node.column)]));
      std::vector<std::int32_t>& levels = known.first->second;
      std::erase_if(levels, [&](std::int32_t code) {
        return set.has(static_cast<std::size_t>(code)) != right;
      });
      made.levels = levels;
    }
    waiting_.push_back(std::move(visit));
    return made;
  }

  const Tree& tree_;
  std::span<const std::int32_t> levels_;
  std::vector<float> means_;
  std::vector<Visit> waiting_;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

InputError no_class(const std::string& message, const std::string& given) {
  return InputError::illegal_argument(message, {{"tree_class", given}});
}

std::size_t class_of(const model::Header& header, std::size_t trees, const std::string& given) {
  const std::string name = trimmed(given);
  if (!model::is_classifier(header.category)) {
    if (name.empty()) return 0;
    throw no_class(
        "There are no tree classes for Regression, but tree_class is '" + name + "'. Leave it out.",
        name);
  }
  const std::vector<std::string>& classes = *header.roles.response_domain;
  const auto at = std::ranges::find(classes, name);
  const auto found = static_cast<std::size_t>(at - classes.begin());
  if (trees == 1) {
    if (name.empty() || found == 0) return 0;
    throw no_class("For binomial, only one tree class has been built per each iteration: " +
                       classes.front() + ", but tree_class is '" + name + "'.",
                   name);
  }
  if (at != classes.end()) return found;
  std::string all;
  for (const std::string& known : classes) all += (all.empty() ? "" : ", ") + known;
  throw no_class(
      "There is no such tree class. Given categorical level does not exist in response "
      "column: " +
          name + ". There are: " + all + ".",
      name);
}

}  // namespace

model::TreeView view_of(const Tree& tree, std::span<const std::int32_t> levels) {
  return Viewer(tree, levels).view();
}

TreeChoice choose_tree(const model::Header& header, std::size_t iterations, std::size_t trees,
                       std::int32_t number, const std::string& tree_class) {
  if (number < 0 || static_cast<std::size_t>(number) >= iterations) {
    throw InputError::illegal_argument("Invalid tree number: " + std::to_string(number) +
                                           ". Model " + header.key + " has " +
                                           std::to_string(iterations) + " trees, counted from 0.",
                                       {{"tree_number", std::to_string(number)}});
  }
  return {static_cast<std::size_t>(number), class_of(header, trees, tree_class)};
}

std::vector<std::int32_t> levels_of(const model::ColumnRoles& roles) {
  std::vector<std::int32_t> levels(roles.domains.size());
  std::ranges::transform(roles.domains, levels.begin(), [](const frame::DomainPtr& domain) {
    return domain ? static_cast<std::int32_t>(domain->size()) : 0;
  });
  return levels;
}

}  // namespace neve::algos::trees
