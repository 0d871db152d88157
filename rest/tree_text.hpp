#pragma once

#include <optional>
#include <string>
#include <vector>

#include <neve/model/model_output.hpp>

namespace neve::rest {

/// A tree in words, as H2O-3's clients show it. The tree and the roles outlive it.
class TreeText {
 public:
  TreeText(const model::TreeView& tree, const model::ColumnRoles& roles)
      : tree_(tree), roles_(roles) {}
  /// What each node is, tests and leads to.
  [[nodiscard]] std::vector<std::string> descriptions() const;
  /// All tests as nested rules.
  [[nodiscard]] std::string rules() const;
  /// For each leaf the tests on the way to it; for the root its value.
  [[nodiscard]] std::vector<std::optional<std::string>> paths() const;

 private:
  using Node = model::TreeView::Node;
  [[nodiscard]] const Node& node(std::int32_t place) const {
    return tree_.nodes[static_cast<std::size_t>(place)];
  }
  [[nodiscard]] const std::string& column(const Node& of) const;
  [[nodiscard]] bool tests_levels(const Node& of) const;
  [[nodiscard]] std::string levels(const Node& parent, const Node& child,
                                   const std::string& separator) const;
  [[nodiscard]] std::string bracketed(const Node& parent, const Node& child) const;
  [[nodiscard]] std::string description(const Node& of, const Node* parent) const;
  [[nodiscard]] std::string towards_children(const Node& of) const;
  [[nodiscard]] std::string condition(const Node& of, bool right) const;
  [[nodiscard]] std::string if_line(const Node& of) const;
  [[nodiscard]] std::string else_line(const Node& of) const;
  void add_rules(const Node& of, int depth, std::string& out) const;

  const model::TreeView& tree_;
  const model::ColumnRoles& roles_;
};

}  // namespace neve::rest
