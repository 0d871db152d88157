#include "algos/families/trees/best_first.hpp"

#include <algorithm>
#include <queue>
#include <utility>

#include <neve/base/rng.hpp>

namespace neve::algos::trees {
namespace {

/// A name for draws that goes by the way from the root; never the root's.
std::int32_t draw_id_below(std::int32_t parent, bool is_right) {
  constexpr std::uint64_t kStream = 0x6265737466697273;
  constexpr unsigned kUnused = 33;
  const CounterRng random(static_cast<std::uint64_t>(parent), kStream);
  return static_cast<std::int32_t>(random.bits(is_right ? 1 : 0) >> kUnused) | 1;
}

/// A leaf that may be split: the larger gain comes first, then the older one.
struct Leaf {
  double gain = 0;
  std::int32_t age = 0;    ///< smaller for older ones
  std::int32_t place = 0;  ///< among the known
  friend bool operator<(const Leaf& a, const Leaf& b) {
    return a.gain != b.gain ? a.gain < b.gain : a.age > b.age;
  }
};

}  // namespace

Grower::BestFirst::BestFirst(Grower& grower, Growth& growth)
    : grower_(grower),
      growth_(growth),
      most_splits_(static_cast<std::size_t>(grower.settings_.max_leaves) - 1) {}

void Grower::BestFirst::run() {
  for (Node& root : std::exchange(growth_.frontier, {})) {
    if (root.split.found) add(std::move(root), -1);
  }
  for (auto next = next_to_look_below(); !next.empty(); next = next_to_look_below())
    look_below(next);
  build();
}

void Grower::BestFirst::add(Node node, std::int32_t parent) {
  const auto place = static_cast<std::int32_t>(known_.size());
  Known made{.node = std::move(node)};
  if (parent >= 0) {
    Known& above = known_[static_cast<std::size_t>(parent)];
    (made.node.id == above.node.split.test.left ? above.left : above.right) = place;
  }
  made.looked_below = is_barren(made.node);
  growth_.kept_bytes += made.node.cells.size() * sizeof(std::int64_t);
  if (made.looked_below || growth_.kept_bytes > grower_.settings_.kept_bytes)
    drop_histogram(made.node);
  known_.push_back(std::move(made));
}

/// Whether its children cannot be split.
bool Grower::BestFirst::is_barren(const Node& node) const {
  if (node.level + 1 >= grower_.settings_.max_depth) return true;
  const SplitSearch rules(grower_.spec_, grower_.layout_, growth_.request.form, growth_.rules);
  return !rules.may_split(node.split.left) && !rules.may_split(node.split.right);
}

void Grower::BestFirst::drop_histogram(Node& node) {
  growth_.kept_bytes -= node.cells.size() * sizeof(std::int64_t);
  node.cells = {};
}

/// Places of the nodes that are split, one after the other, as far as they are known.
std::vector<std::int32_t> Grower::BestFirst::split_order() const {
  std::vector<std::int32_t> order;
  std::priority_queue<Leaf> leaves;
  std::int32_t pushed = 0;
  const auto push = [&](std::int32_t place) {
    if (place < 0) return;
    leaves.push({known_[static_cast<std::size_t>(place)].node.split.gain, pushed++, place});
  };
  push(known_.empty() ? -1 : 0);
  while (!leaves.empty() && order.size() < most_splits_) {
    order.push_back(leaves.top().place);
    leaves.pop();
    push(known_[static_cast<std::size_t>(order.back())].left);
    push(known_[static_cast<std::size_t>(order.back())].right);
  }
  return order;
}

std::vector<std::int32_t> Grower::BestFirst::next_to_look_below() {
  const std::vector<std::int32_t> order = split_order();
  std::vector<std::uint8_t> matters(known_.size());
  std::vector<std::int32_t> open;
  for (std::size_t i = 0; i < order.size(); ++i) {
    // What comes of the last split does not matter.
    if (i + 1 == most_splits_) break;
    const auto place = static_cast<std::size_t>(order[i]);
    matters[place] = 1;
    if (!known_[place].looked_below) open.push_back(order[i]);
  }
  for (std::size_t place = 0; place < known_.size(); ++place) {
    if (matters[place] == 0) drop_histogram(known_[place].node);
  }
  open.resize((open.size() + 2) / 3);
  return open;
}

void Grower::BestFirst::look_below(std::span<const std::int32_t> places) {
  known_.reserve(known_.size() + 2 * places.size());  // so that parents stay where they are
  std::vector<Node*> parents;
  std::vector<NodeSplit> splits;
  for (const std::int32_t place : places) {
    Known& known = known_[static_cast<std::size_t>(place)];
    known.looked_below = true;
    known.node.split.test.left = std::exchange(next_id_, next_id_ + 2);
    parents.push_back(&known.node);
    splits.push_back(known.node.split.test);
  }
  const std::size_t most = grower_.parents_of_a_pass(growth_);
  for (std::size_t begin = 0; begin < parents.size(); begin += most) {
    const std::size_t count = std::min(most, parents.size() - begin);
    const auto of_pass = std::span(parents).subspan(begin, count);
    for (const Node* parent : of_pass)
      growth_.kept_bytes -= parent->cells.size() * sizeof(std::int64_t);
    std::vector<Node> children = grower_.make_children(
        growth_, of_pass,
        begin == 0 ? std::span<const NodeSplit>(splits) : std::span<const NodeSplit>());
    for (std::size_t i = 0; i < children.size(); ++i) {
      const Node& parent = *of_pass[i / 2];
      children[i].draw_id = draw_id_below(parent.draw_id, children[i].id != parent.split.test.left);
    }
    grower_.search(growth_, children);
    for (std::size_t i = 0; i < children.size(); ++i) {
      if (children[i].split.found) add(std::move(children[i]), places[begin + i / 2]);
    }
  }
}

/// Splits one leaf after the other, and gives the rows' nodes the tree's numbers.
void Grower::BestFirst::build() {
  LevelTask::State state{{}, growth_.request, {0}};
  std::vector<std::int32_t> ids(known_.size());
  for (const std::int32_t place : split_order()) {
    Known& known = known_[static_cast<std::size_t>(place)];
    NodeSplit& moved = known.node.split.test;
    if (moved.left == 0) {
      moved.left = std::exchange(next_id_, next_id_ + 2);
      state.splits.push_back(moved);
    }
    NodeSplit test = moved;
    test.node = ids[static_cast<std::size_t>(place)];
    test.left = static_cast<std::int32_t>(growth_.result.tree.nodes.size());
    grower_.split_leaf(growth_, known.node.split, test);
    if (known.left >= 0) ids[static_cast<std::size_t>(known.left)] = test.left;
    if (known.right >= 0) ids[static_cast<std::size_t>(known.right)] = test.left + 1;
    state.were.push_back(moved.left);
    state.were.push_back(moved.left + 1);
  }
  if (state.were.size() > 1) grower_.engine_.run<LevelTask>(grower_.rows_, state, grower_.options_);
}

}  // namespace neve::algos::trees
