#include "algos/families/trees/best_first.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

#include <neve/base/error.hpp>
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

/// A leaf of the tree that is built: what is split next comes first.
struct Leaf {
  double gain = 0;
  std::int32_t place = 0;  ///< among the known
  std::int32_t id = 0;     ///< in the tree, where older ones have smaller numbers
  friend bool operator<(const Leaf& a, const Leaf& b) {
    return a.gain != b.gain ? a.gain < b.gain : a.id > b.id;
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
  made.bar = made.node.split.gain;
  if (parent >= 0) {
    Known& above = known_[static_cast<std::size_t>(parent)];
    made.bar = std::min(made.bar, above.bar);
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

std::vector<std::int32_t> Grower::BestFirst::next_to_look_below() {
  std::vector<std::int32_t> order(known_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto bar_of = [&](std::int32_t place) {
    return known_[static_cast<std::size_t>(place)].bar;
  };
  std::ranges::stable_sort(order, std::ranges::greater(), bar_of);
  std::vector<std::int32_t> open;
  std::size_t preceding = 0;  // nodes of larger bars
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && bar_of(order[i]) < bar_of(order[i - 1])) preceding = i;
    Known& known = known_[static_cast<std::size_t>(order[i])];
    if (known.looked_below) continue;
    // What comes of the last split does not matter.
    if (preceding + 1 < most_splits_) {
      open.push_back(order[i]);
    } else {
      drop_histogram(known.node);
    }
  }
  open.resize((open.size() + 1) / 2);
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

/// Splits one leaf after the other, by what is known, and gives the rows' nodes their numbers.
void Grower::BestFirst::build() {
  LevelTask::State state{{}, growth_.request, {0}};
  std::priority_queue<Leaf> leaves;
  if (!known_.empty()) leaves.push({known_[0].node.split.gain, 0, 0});
  for (std::size_t splits = 0; splits < most_splits_ && !leaves.empty(); ++splits) {
    const Leaf leaf = leaves.top();
    leaves.pop();
    Known& known = known_[static_cast<std::size_t>(leaf.place)];
    NodeSplit& moved = known.node.split.test;
    NEVE_CHECK(known.looked_below || splits + 1 == most_splits_, "an open leaf is split");
    if (moved.left == 0) {
      moved.left = std::exchange(next_id_, next_id_ + 2);
      state.splits.push_back(moved);
    }
    NodeSplit test = moved;
    test.node = leaf.id;
    test.left = static_cast<std::int32_t>(growth_.result.tree.nodes.size());
    grower_.split_leaf(growth_, known.node.split, test);
    state.were.push_back(moved.left);
    state.were.push_back(moved.left + 1);
    const auto push = [&](std::int32_t place, std::int32_t id) {
      if (place >= 0)
        leaves.push({known_[static_cast<std::size_t>(place)].node.split.gain, place, id});
    };
    push(known.left, test.left);
    push(known.right, test.left + 1);
  }
  if (state.were.size() > 1) grower_.engine_.run<LevelTask>(grower_.rows_, state, grower_.options_);
}

}  // namespace neve::algos::trees
