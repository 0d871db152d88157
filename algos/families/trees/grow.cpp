#include "algos/families/trees/grow.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

#include "algos/families/trees/best_first.hpp"
#include "algos/families/trees/growth.hpp"

namespace neve::algos::trees {
namespace {

/// Streams of random numbers, apart from those of row sampling (which are tree numbers).
constexpr std::uint64_t kTreeColumns = std::uint64_t{1} << 62U;
constexpr std::uint64_t kNodeColumns = std::uint64_t{2} << 62U;

/// `count` of the items, drawn without replacement, in their order.
std::vector<std::int32_t> draw(std::vector<std::int32_t> items, std::size_t count,
                               const CounterRng& random) {
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(items[i], items[i + static_cast<std::size_t>(random.below(i, items.size() - i))]);
  }
  items.resize(count);
  std::ranges::sort(items);
  return items;
}

/// What two ascending lists have in common.
std::vector<std::int32_t> common(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  std::vector<std::int32_t> made;
  std::ranges::set_intersection(a, b, std::back_inserter(made));
  return made;
}

std::size_t share_of(std::size_t count, double rate) {
  const auto wanted = static_cast<std::size_t>(static_cast<double>(count) * rate);
  return std::clamp<std::size_t>(wanted, 1, count);
}

}  // namespace

Grower::Grower(mr::Engine& engine, mr::Inputs rows, mr::RunOptions options, const BinSpec& spec,
               GrowSettings settings)
    : engine_(engine),
      rows_(std::move(rows)),
      options_(std::move(options)),
      spec_(spec),
      layout_(spec),
      settings_(std::move(settings)) {
  rows_.columns.clear();
  settings_.small_rows = small_rows_of(settings_, layout_);
}

std::int64_t small_rows_of(const GrowSettings& settings, const BinLayout& layout) {
  if (!settings.leaf_means) return 0;
  if (settings.small_rows > 0) return settings.small_rows;
  return std::clamp<std::int64_t>(layout.cells / 2, kLeastSmallRows, kMostSmallRows);
}

GrownTree Grower::grow(const TreeRequest& request) {
  Growth growth;
  growth.tree = request.number;
  growth.means = request.means;
  growth.rules = settings_.rules;
  growth.rules.random_thresholds = request.random_thresholds;
  growth.rules.seed = CounterRng(settings_.rules.seed, request.number).bits(0);
  growth.result.importance.resize(spec_.columns.size());
  growth.columns = columns_of_tree(request.number);
  growth.request = {.nodes = {},
                    .cells_per_node = layout_.cells,
                    .columns = std::vector<std::uint8_t>(spec_.columns.size()),
                    .form = request.form,
                    .tree_class = request.tree_class};
  for (const std::int32_t c : growth.columns)
    growth.request.columns[static_cast<std::size_t>(c)] = 1;
  make_root(growth);
  if (settings_.best_first && settings_.max_leaves > 0) {
    NEVE_CHECK(!settings_.leaf_means, "leaves that are means grow level by level");
    BestFirst(*this, growth).run();
  } else {
    while (!growth.frontier.empty() && growth.level < settings_.max_depth) next_level(growth);
  }
  if (settings_.leaf_means) finish(growth);
  return std::move(growth.result);
}

void Grower::make_root(Growth& growth) {
  RootTask::State state{growth.request, settings_.sampling};
  state.request.nodes = {0};
  state.sampling.tree = growth.tree;
  Histograms root = engine_.run<RootTask>(rows_, state, options_);
  const SplitSearch search_rules(spec_, layout_, growth.request.form, growth.rules);
  Node node;
  node.total = search_rules.total_of(root.cells.data(), growth.columns.front());
  node.squares = root.squares[0];
  node.rows = root.rows[0];
  node.cells = std::move(root.cells);
  growth.result.tree.nodes[0].weight =
      static_cast<float>(static_cast<double>(node.total.weight) / growth.request.form.weight_scale);
  if (is_small(node.rows)) {
    growth.small.push_back({.id = 0, .level = 0, .rows = node.rows});
    return;
  }
  for (std::size_t c = 0; c < settings_.interactions.size(); ++c) {
    if (!settings_.interactions[c].empty()) node.allowed.push_back(static_cast<std::int32_t>(c));
  }
  if (!settings_.leaf_means) {
    const NodeView view{.id = 0, .total = node.total, .cells = node.cells.data()};
    growth.rules.noise_price = search_rules.noise_price(view, most_leaves());
  }
  growth.frontier.push_back(std::move(node));
  if (settings_.max_depth > 0) search(growth, growth.frontier);
}

double Grower::most_leaves() const {
  constexpr std::int32_t kDeep = 62;
  const double of_depth = std::ldexp(1, std::min(settings_.max_depth, kDeep));
  return settings_.max_leaves > 0 ? std::min<double>(of_depth, settings_.max_leaves) : of_depth;
}

bool Grower::is_small(std::int64_t rows) const {
  return settings_.leaf_means && rows <= settings_.small_rows;
}

void Grower::search(const Growth& growth, std::span<Node> nodes) const {
  const SplitSearch splits(spec_, layout_, growth.request.form, growth.rules);
  engine_.pool().for_each(nodes.size(), [&](std::size_t i) {
    Node& node = nodes[i];
    const double squares = growth.request.form.square.to_double(node.squares);
    if (!splits.may_split(node.total) || squares <= 0) return;
    const NodeView view{node.draw_id, node.total, squares, node.cells.data(), node.bounds};
    node.split = search_node(growth, splits, view, node);
    node.split.test.node = node.id;
  });
}

FoundSplit Grower::search_node(const Growth& growth, const SplitSearch& splits,
                               const NodeView& view, const Node& node) const {
  if (settings_.columns_per_split == 0) {
    std::vector<std::int32_t> columns = columns_of_node(growth, node);
    ColumnOrder all(columns);
    return splits.search(view, all);
  }
  std::vector<std::int32_t> columns = growth.columns;
  const std::size_t wanted = columns_to_look_at(
      settings_.columns_per_split, settings_.column_rate_change, node.level, columns.size());
  if (wanted >= columns.size()) {
    ColumnOrder all(columns);
    return splits.search(view, all);
  }
  const CounterRng of_tree(settings_.sampling.seed, kNodeColumns + growth.tree);
  ColumnOrder drawn(columns, wanted,
                    CounterRng(of_tree.bits(static_cast<std::uint64_t>(node.draw_id))));
  return splits.search(view, drawn);
}

/// Turns a leaf of the tree into a test with two leaves.
void Grower::split_leaf(Growth& growth, const FoundSplit& found, const NodeSplit& test) const {
  const auto column = static_cast<std::size_t>(test.column);
  const double weight_scale = growth.request.form.weight_scale;
  Tree& tree = growth.result.tree;
  tree.split(test, spec_.columns[column]);
  growth.result.importance[column] += found.gain;
  const auto left = static_cast<std::size_t>(test.left);
  tree.nodes[left].weight =
      static_cast<float>(static_cast<double>(found.left.weight) / weight_scale);
  tree.nodes[left + 1].weight =
      static_cast<float>(static_cast<double>(found.right.weight) / weight_scale);
}

std::size_t Grower::parents_of_a_pass(const Growth& growth) const {
  const std::size_t node_bytes =
      static_cast<std::size_t>(layout_.cells * growth.request.form.words()) * 8;
  return std::max<std::size_t>(1, kPassBytes / node_bytes / 2);
}

/// Splits the nodes of this level and looks for splits of their children.
void Grower::next_level(Growth& growth) {
  std::vector<Node> parents = std::exchange(growth.frontier, {});
  std::erase_if(parents, [](const Node& node) { return !node.split.found; });
  const std::size_t room = leaves_left(growth);
  if (parents.size() > room)
    parents.erase(parents.begin() + static_cast<std::ptrdiff_t>(room), parents.end());
  std::vector<NodeSplit> splits;
  for (Node& parent : parents) {
    parent.split.test.left = static_cast<std::int32_t>(growth.result.tree.nodes.size());
    split_leaf(growth, parent.split, parent.split.test);
    splits.push_back(parent.split.test);
  }
  ++growth.level;
  std::vector<Node*> fertile = needs_histograms(growth, parents);
  if (fertile.empty()) {
    growth.result.last_splits = std::move(splits);
    return;
  }
  growth.kept_bytes = 0;
  const std::size_t most = parents_of_a_pass(growth);
  for (std::size_t begin = 0; begin < fertile.size(); begin += most) {
    const std::size_t count = std::min(most, fertile.size() - begin);
    std::vector<Node> children = make_children(
        growth, std::span(fertile).subspan(begin, count),
        begin == 0 ? std::span<const NodeSplit>(splits) : std::span<const NodeSplit>());
    take_children(growth, std::move(children));
  }
}

/// Of the children of some nodes of a level, keeps those that can be split and are not small.
void Grower::take_children(Growth& growth, std::vector<Node> children) const {
  std::erase_if(children, [&](const Node& child) {
    if (!is_small(child.rows)) return false;
    growth.small.push_back({child.id, growth.level, child.rows});
    return true;
  });
  search(growth, children);
  for (Node& child : children) {
    if (!child.split.found) continue;
    const std::size_t bytes = child.cells.size() * sizeof(std::int64_t);
    growth.kept_bytes += bytes;
    if (growth.kept_bytes > settings_.kept_bytes) child.cells = {};
    growth.frontier.push_back(std::move(child));
  }
}

/// How many leaves the tree may have more.
std::size_t Grower::leaves_left(const Growth& growth) const {
  if (settings_.max_leaves == 0) return std::numeric_limits<std::size_t>::max();
  const std::size_t leaves = (growth.result.tree.nodes.size() + 1) / 2;
  return static_cast<std::size_t>(settings_.max_leaves) - leaves;
}

/// The parents of nodes that may be split and are not known to be small.
std::vector<Grower::Node*> Grower::needs_histograms(Growth& growth, std::span<Node> parents) const {
  std::vector<Node*> found;
  if (growth.level >= settings_.max_depth || leaves_left(growth) == 0) return found;
  const SplitSearch rules(spec_, layout_, growth.request.form, growth.rules);
  // A row weighs 1 at least where weights are whole.
  const auto most_rows = [&](const Node& parent, Sums child) {
    return growth.request.form.whole_weights ? std::min(parent.rows, child.weight) : parent.rows;
  };
  for (Node& parent : parents) {
    const FoundSplit& split = parent.split;
    const std::int64_t left = most_rows(parent, split.left);
    const std::int64_t right = most_rows(parent, split.right);
    if (is_small(left) && is_small(right)) {
      growth.small.push_back({split.test.left, growth.level, left});
      growth.small.push_back({split.test.left + 1, growth.level, right});
    } else if (rules.may_split(split.left) || rules.may_split(split.right)) {
      found.push_back(&parent);
    }
  }
  return found;
}

/// Makes the children of some nodes; `splits` are applied to the rows first.
std::vector<Grower::Node> Grower::make_children(const Growth& growth, std::span<Node*> parents,
                                                std::span<const NodeSplit> splits) const {
  LevelTask::State state{{splits.begin(), splits.end()}, growth.request};
  for (const Node* parent : parents) {
    const FoundSplit& found = parent->split;
    state.request.nodes.push_back(found.test.left + (found.right_is_lighter() ? 1 : 0));
    if (parent->cells.empty())
      state.request.nodes.push_back(found.test.left + (found.right_is_lighter() ? 0 : 1));
  }
  const Histograms made = engine_.run<LevelTask>(rows_, state, options_);
  const std::size_t stride = static_cast<std::size_t>(layout_.cells) *
                             static_cast<std::size_t>(growth.request.form.words());
  std::size_t next = 0;
  const auto take = [&](Node& node) {
    const auto from = made.cells.begin() + static_cast<std::ptrdiff_t>(next * stride);
    node.cells.assign(from, from + static_cast<std::ptrdiff_t>(stride));
    node.rows = made.rows[next];
    node.squares = made.squares[next++];
  };
  std::vector<Node> children;
  for (Node* parent : parents) {
    const bool right_is_lighter = parent->split.right_is_lighter();
    Node light = child_of(*parent, right_is_lighter);
    Node heavy = child_of(*parent, !right_is_lighter);
    take(light);
    if (parent->cells.empty()) {
      take(heavy);
    } else {
      heavy.squares = parent->squares - light.squares;
      heavy.rows = parent->rows - light.rows;
      heavy.cells = std::move(parent->cells);
      subtract(heavy.cells, light.cells);
    }
    children.push_back(std::move(light));
    children.push_back(std::move(heavy));
  }
  return children;
}

/// A child as far as it follows from its parent.
Grower::Node Grower::child_of(const Node& parent, bool is_right) const {
  const FoundSplit& split = parent.split;
  Node child;
  child.id = split.test.left + (is_right ? 1 : 0);
  child.level = parent.level + 1;
  child.draw_id = child.id;
  child.total = is_right ? split.right : split.left;
  child.bounds = is_right ? split.bounds.right : split.bounds.left;
  if (!settings_.interactions.empty()) {
    child.allowed =
        common(parent.allowed, settings_.interactions[static_cast<std::size_t>(split.test.column)]);
  }
  return child;
}

/// Applies the splits that are pending, and gives every leaf its value.
void Grower::finish(Growth& growth) const {
  finish_large_leaves(growth);
  const std::size_t row_bytes = gathered_bytes(layout_, settings_.weighted);
  const auto most_rows = static_cast<std::int64_t>(kGatherBytes / row_bytes);
  const std::span<const SmallNode> small(growth.small);
  for (std::size_t begin = 0; begin < small.size();) {
    std::size_t end = begin;
    std::int64_t rows = 0;
    do {
      rows += small[end++].rows;
    } while (end < small.size() && rows + small[end].rows <= most_rows);
    finish_small_nodes(growth, small.subspan(begin, end - begin));
    begin = end;
  }
}

void Grower::finish_large_leaves(Growth& growth) const {
  Tree& tree = growth.result.tree;
  std::vector<std::uint8_t> is_open(tree.nodes.size(), 1);
  for (const SmallNode& node : growth.small) is_open[static_cast<std::size_t>(node.id)] = 0;
  MeansTask::State state{.splits = std::exchange(growth.result.last_splits, {}),
                         .leaves = {},
                         .tree_class = growth.request.tree_class,
                         .form = growth.request.form,
                         .means = growth.means};
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    if (tree.nodes[n].is_leaf() && is_open[n] != 0)
      state.leaves.push_back(static_cast<std::int32_t>(n));
  }
  if (state.splits.empty() && state.leaves.empty()) return;
  const MeansTask::Partial sums = engine_.run<MeansTask>(rows_, state, options_);
  for (std::size_t i = 0; i < state.leaves.size(); ++i) {
    tree.nodes[static_cast<std::size_t>(state.leaves[i])].value =
        growth.means.value(growth.request.form, sums.targets[i], sums.weights[i]);
  }
}

void Grower::finish_small_nodes(Growth& growth, std::span<const SmallNode> nodes) const {
  GatherTask::State state{
      .nodes = {}, .tree_class = growth.request.tree_class, .weighted = settings_.weighted};
  for (const SmallNode& node : nodes) state.nodes.push_back(node.id);
  const GatherTask::Partial rows = engine_.run<GatherTask>(rows_, state, options_);
  const CounterRng of_tree(settings_.sampling.seed, kNodeColumns + growth.tree);
  const SubtreeRules rules{
      .spec = spec_,
      .layout = layout_,
      .form = growth.request.form,
      .splits = growth.rules,
      .means = growth.means,
      .max_depth = settings_.max_depth,
      .columns = growth.columns,
      .columns_per_split = settings_.columns_per_split > 0
                               ? settings_.columns_per_split
                               : settings_.column_rate * static_cast<double>(growth.columns.size()),
      .column_rate_change = settings_.column_rate_change,
      .column_seed = of_tree.bits(0)};
  std::vector<NodeRows> open = sort_by_node(nodes, rows);
  while (!open.empty()) {
    std::vector<Subtree> made(open.size());
    engine_.pool().for_each(open.size(), [&](std::size_t i) {
      if (options_.token) options_.token->check();
      made[i] = grow_subtree(rules, open[i], rows);
    });
    std::vector<NodeRows> left;
    for (std::size_t i = 0; i < open.size(); ++i) {
      graft(growth.result.tree, open[i].node.id, made[i]);
      std::ranges::move(made[i].open, std::back_inserter(left));
      for (std::size_t c = 0; c < made[i].importance.size(); ++c)
        growth.result.importance[c] += made[i].importance[c];
    }
    open = std::move(left);
  }
}

std::vector<std::int32_t> Grower::columns_of_tree(std::uint64_t tree) const {
  std::vector<std::int32_t> all(spec_.columns.size());
  std::iota(all.begin(), all.end(), 0);
  if (settings_.column_rate_per_tree >= 1) return all;
  const CounterRng random(settings_.sampling.seed, kTreeColumns + tree);
  return draw(std::move(all), share_of(spec_.columns.size(), settings_.column_rate_per_tree),
              random);
}

/// As many columns as H2O-3 draws: the share of a tree and that of a split are multiplied before
/// anything is rounded.
std::vector<std::int32_t> Grower::columns_of_node(const Growth& growth, const Node& node) const {
  const bool limited = !settings_.interactions.empty();
  std::vector<std::int32_t> columns =
      limited ? common(growth.columns, node.allowed) : growth.columns;
  const auto at_root = static_cast<double>(
      share_of(spec_.columns.size(), settings_.column_rate * settings_.column_rate_per_tree));
  const std::size_t wanted =
      columns_to_look_at(at_root, settings_.column_rate_change, node.level, growth.columns.size());
  if (wanted >= columns.size()) return columns;
  const CounterRng tree_random(settings_.sampling.seed, kNodeColumns + growth.tree);
  const CounterRng random(tree_random.bits(static_cast<std::uint64_t>(node.draw_id)));
  return draw(std::move(columns), wanted, random);
}

}  // namespace neve::algos::trees
