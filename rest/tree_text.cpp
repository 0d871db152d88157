#include "rest/tree_text.hpp"

#include <cmath>

#include <neve/base/java_number.hpp>

namespace neve::rest {
namespace {

std::string text(float value) {
  std::string out;
  append_java_float(out, value);
  return out;
}

std::string new_line(int depth) {
  return "\n" + std::string(static_cast<std::size_t>(depth), '\t');
}

bool is_leaf(const model::TreeView::Node& node) { return node.left < 0; }

}  // namespace

const std::string& TreeText::column(const Node& of) const {
  return roles_.predictors[static_cast<std::size_t>(of.column)];
}

bool TreeText::tests_levels(const Node& of) const {
  return of.column >= 0 && roles_.domains[static_cast<std::size_t>(of.column)] != nullptr;
}

/// Levels of the parent's column that come to the child.
std::string TreeText::levels(const Node& parent, const Node& child,
                             const std::string& separator) const {
  const auto& domain = *roles_.domains[static_cast<std::size_t>(parent.column)];
  std::string out;
  for (const std::int32_t code : child.levels) {
    if (!out.empty()) out += separator;
    out += domain[static_cast<std::size_t>(code)];
  }
  return out;
}

std::string TreeText::bracketed(const Node& parent, const Node& child) const {
  if (child.levels.empty()) return "[ Missing set of levels for underlying node]";
  return "[ " + levels(parent, child, " ") + " ]";
}

std::vector<std::string> TreeText::descriptions() const {
  std::vector<std::string> made(tree_.nodes.size());
  made[0] = description(node(0), nullptr);
  for (const Node& parent : tree_.nodes) {
    if (is_leaf(parent)) continue;
    for (const std::int32_t child : {parent.left, parent.right})
      made[static_cast<std::size_t>(child)] = description(node(child), &parent);
  }
  return made;
}

std::string TreeText::description(const Node& of, const Node* parent) const {
  std::string out =
      (parent == nullptr ? "Root node has id " : "Node has id ") + std::to_string(of.id);
  out += is_leaf(of) ? " and is a terminal node. " : " and splits on column '" + column(of) + "'. ";
  out += towards_children(of);
  if (parent == nullptr) return is_leaf(of) ? out + "Prediction: " + text(of.value) + "." : out;
  if (tests_levels(*parent)) {
    out += " Parent node split on column [" + column(*parent);
    return out + (of.levels.empty() ? "]. No categoricals levels inherited from parent."
                                    : "]. Inherited categorical levels from parent split: " +
                                          levels(*parent, of, ","));
  }
  if (std::isnan(parent->threshold)) return out + "Split value is NA.";
  return out + " Parent node split threshold is " + text(parent->threshold) +
         ". Prediction: " + text(of.value) + ".";
}

std::string TreeText::towards_children(const Node& of) const {
  if (is_leaf(of)) return {};
  const std::string left = "(" + std::to_string(node(of.left).id) + ")";
  const std::string right = "(" + std::to_string(node(of.right).id) + ")";
  if (tests_levels(of)) {
    return " Left child node " + left +
           " inherits categorical levels: " + levels(of, node(of.left), ",") +
           ". Right child node " + right +
           " inherits categorical levels: " + levels(of, node(of.right), ",") + ". ";
  }
  if (std::isnan(of.threshold)) return {};
  return "Split threshold is < " + text(of.threshold) + " to the left node " + left +
         ", >= " + text(of.threshold) + " to the right node " + right + ".";
}

std::string TreeText::if_line(const Node& of) const {
  const std::string& name = column(of);
  if (tests_levels(of)) return "If ( " + name + " is in " + bracketed(of, node(of.right)) + ") {";
  if (std::isnan(of.threshold)) return "If ( " + name + " is NaN ) {";
  const bool with_missing = of.missing_right.value_or(false);
  return "If ( " + name + " >= " + text(of.threshold) +
         (with_missing ? " or " + name + " is NaN" : "") + " ) {";
}

std::string TreeText::else_line(const Node& of) const {
  if (!tests_levels(of)) return "} else {";
  return "} else if ( " + column(of) + " is in " + bracketed(of, node(of.left)) + ") {";
}

void TreeText::add_rules(const Node& of, int depth, std::string& out) const {
  if (is_leaf(of)) {
    out += new_line(depth) + "Predicted value: " + text(of.value) + new_line(depth);
    return;
  }
  if (depth != 0) out += new_line(depth);
  out += if_line(of) + new_line(depth);
  add_rules(node(of.right), depth + 1, out);
  out += new_line(depth) + else_line(of) + new_line(depth);
  add_rules(node(of.left), depth + 1, out);
  out += new_line(depth) + "}";
}

std::string TreeText::rules() const {
  std::string out;
  add_rules(node(0), 0, out);
  return out;
}

std::string TreeText::condition(const Node& of, bool right) const {
  const Node& child = node(right ? of.right : of.left);
  const std::string& name = column(of);
  if (tests_levels(of)) {
    const std::string known = levels(of, child, " ");
    return "If (" + name + " is in [" + known + (known.empty() ? "" : " ") + "]) -> ";
  }
  if (std::isnan(of.threshold))
    return "If ( " + name + (right ? " is NaN" : " is not NaN") + " ) -> ";
  const bool with_missing = of.missing_right && *of.missing_right == right;
  return "If ( " + name + (right ? " >= " : " < ") + text(of.threshold) +
         (with_missing ? " or " + name + " is NaN" : "") + " ) -> ";
}

std::vector<std::optional<std::string>> TreeText::paths() const {
  std::vector<std::string> ways(tree_.nodes.size());
  std::vector<std::optional<std::string>> made(tree_.nodes.size());
  made[0] = "Predicted value: " + text(node(0).value);
  for (std::size_t at = 0; at < tree_.nodes.size(); ++at) {
    const Node& here = tree_.nodes[at];
    if (is_leaf(here)) {
      made[at] = ways[at] + "Prediction: " + text(here.value);
      continue;
    }
    for (const bool right : {false, true})
      ways[static_cast<std::size_t>(right ? here.right : here.left)] =
          ways[at] + condition(here, right);
  }
  return made;
}

}  // namespace neve::rest
