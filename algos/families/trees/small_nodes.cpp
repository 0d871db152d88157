#include "algos/families/trees/small_nodes.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <neve/base/rng.hpp>

namespace neve::algos::trees {
namespace {

/// Bytes of a row's bins, tile after tile.
std::size_t bin_bytes(const BinLayout& layout) {
  std::size_t bytes = 0;
  for (const Tile& tile : layout.tiles) bytes += tile.row_bytes();
  return bytes;
}

/// Where a column's bin is within a row's bytes.
struct BinPlace {
  std::size_t offset = 0;
  bool wide = false;
};

std::vector<BinPlace> bin_places(const BinLayout& layout) {
  std::vector<std::size_t> tile_offsets;
  std::size_t offset = 0;
  for (const Tile& tile : layout.tiles) {
    tile_offsets.push_back(offset);
    offset += tile.row_bytes();
  }
  std::vector<BinPlace> places;
  for (const BinLayout::Place& place : layout.places) {
    const auto tile = static_cast<std::size_t>(place.tile);
    const bool wide = layout.tiles[tile].wide;
    places.push_back(
        {tile_offsets[tile] + static_cast<std::size_t>(place.position) * (wide ? 2 : 1), wide});
  }
  return places;
}

/// What a row adds to sums.
struct Row {
  Sums sums;
  TwoPartSum square;
  TwoPartSum target;  ///< in units of the means
};

/// The rows of one small node, side by side.
class LocalRows {
 public:
  LocalRows(const SubtreeRules& rules, const GatherTask::Partial& rows,
            std::span<const std::uint32_t> own)
      : places_(bin_places(rules.layout)), stride_(bin_bytes(rules.layout)) {
    bins_.resize(own.size() * stride_);
    for (std::size_t i = 0; i < own.size(); ++i) {
      const std::size_t row = own[i];
      const double weight = rows.weight.empty() ? 1 : rows.weight[row];
      const auto residual = static_cast<double>(rows.residual[row]);
      std::copy_n(rows.bins.data() + row * stride_, stride_, bins_.data() + i * stride_);
      rows_.push_back({{rules.form.round_target(residual, weight), rules.form.round_weight(weight)},
                       rules.form.round_square(residual, weight),
                       rules.means.round(rules.form, residual, weight)});
    }
  }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const Row& operator[](std::uint32_t row) const { return rows_[row]; }
  [[nodiscard]] std::int32_t bin(std::uint32_t row, std::int32_t column) const {
    const BinPlace place = places_[static_cast<std::size_t>(column)];
    const std::uint8_t* at = bins_.data() + row * stride_ + place.offset;
    if (!place.wide) return *at;
    std::uint16_t wide = 0;
    std::memcpy(&wide, at, sizeof(wide));
    return wide;
  }

 private:
  std::vector<BinPlace> places_;
  std::size_t stride_;
  std::vector<std::uint8_t> bins_;
  std::vector<Row> rows_;
};

/// The bins of rows that are given by their numbers.
class RowBins final : public NodeBins {
 public:
  RowBins(const LocalRows& rows, const BinLayout& layout) : rows_(rows), layout_(layout) {}
  void of(std::span<const std::uint32_t> node) { node_ = node; }
  void read(std::int32_t column, std::vector<BinSums>& out) override {
    // To sort n rows takes about n times as long as to look at that many bins.
    constexpr std::size_t kBinsPerRow = 8;
    out.clear();
    const auto bins =
        static_cast<std::size_t>(layout_.places[static_cast<std::size_t>(column)].bins);
    bins > kBinsPerRow* node_.size() ? by_sorting(column, out) : by_counting(column, bins, out);
  }

 private:
  void by_sorting(std::int32_t column, std::vector<BinSums>& out) {
    constexpr unsigned kRowBits = 32;
    keys_.clear();
    for (const std::uint32_t row : node_) {
      keys_.push_back((static_cast<std::uint64_t>(rows_.bin(row, column)) << kRowBits) | row);
    }
    std::ranges::sort(keys_);
    for (const std::uint64_t key : keys_) {
      const auto bin = static_cast<std::int32_t>(key >> kRowBits);
      if (out.empty() || out.back().bin != bin) out.push_back({bin, {}});
      out.back().sums += rows_[static_cast<std::uint32_t>(key)].sums;
    }
  }
  void by_counting(std::int32_t column, std::size_t bins, std::vector<BinSums>& out) {
    table_.assign(bins, {});
    for (const std::uint32_t row : node_)
      table_[static_cast<std::size_t>(rows_.bin(row, column))] += rows_[row].sums;
    for (std::size_t bin = 0; bin < bins; ++bin) {
      if (table_[bin].weight != 0) out.push_back({static_cast<std::int32_t>(bin), table_[bin]});
    }
  }
  const LocalRows& rows_;
  const BinLayout& layout_;
  std::span<const std::uint32_t> node_;
  std::vector<std::uint64_t> keys_;
  std::vector<Sums> table_;
};

class SubtreeGrower {
 public:
  SubtreeGrower(const SubtreeRules& rules, const NodeRows& root, const LocalRows& rows)
      : rules_(rules),
        root_(root.node),
        gathered_(root.rows),
        rows_(rows),
        splits_(rules.splits),
        bins_(rows, rules.layout),
        columns_(rules.columns),
        order_(rows.size()),
        column_seed_(CounterRng(rules.column_seed).bits(static_cast<std::uint64_t>(root.node.id))) {
    splits_.seed = CounterRng(rules.splits.seed, 1).bits(static_cast<std::uint64_t>(root.node.id));
    std::iota(order_.begin(), order_.end(), 0U);
    made_.importance.resize(rules.spec.columns.size());
  }

  Subtree grow() {
    Open root{.node = 0, .begin = 0, .end = order_.size(), .level = root_.level};
    for (const std::uint32_t row : order_) {
      root.total += rows_[row].sums;
      root.squares += rows_[row].square;
    }
    made_.tree.nodes[0].weight = weight_of(root.total);
    open_.push_back(root);
    while (!open_.empty()) {
      const Open node = open_.back();
      open_.pop_back();
      if (rows_.size() > kRowsOfOneThread && node.end - node.begin <= rows_.size() / 2) {
        leave_open(node);
        continue;
      }
      FoundSplit found = search(node);
      found.found ? split(node, found) : close(node);
    }
    return std::move(made_);
  }

 private:
  /// A node that is not looked at yet; its rows are order_[begin] to order_[end - 1].
  struct Open {
    std::int32_t node = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::int32_t level = 0;
    Sums total = {};
    TwoPartSum squares = {};
  };

  [[nodiscard]] std::span<std::uint32_t> rows_of(const Open& node) {
    return std::span(order_).subspan(node.begin, node.end - node.begin);
  }
  [[nodiscard]] float weight_of(Sums total) const {
    return static_cast<float>(static_cast<double>(total.weight) / rules_.form.weight_scale);
  }

  FoundSplit search(const Open& node) {
    const SplitSearch splits(rules_.spec, rules_.layout, rules_.form, splits_);
    const double squares = rules_.form.square.to_double(node.squares);
    if (node.level >= rules_.max_depth || !splits.may_split(node.total) || squares <= 0) return {};
    bins_.of(rows_of(node));
    // Only the root of the whole tree is number 0.
    const std::int32_t number = node.node + (root_.id == 0 ? 0 : 1);
    const NodeView view{.id = number, .total = node.total, .squares = squares};
    const std::size_t wanted = columns_to_look_at(
        rules_.columns_per_split, rules_.column_rate_change, node.level, columns_.size());
    if (wanted >= columns_.size()) {
      ColumnOrder all(columns_);
      return splits.search(view, all, bins_);
    }
    ColumnOrder drawn(columns_, wanted,
                      CounterRng(column_seed_, static_cast<std::uint64_t>(node.node) + 1));
    return splits.search(view, drawn, bins_);
  }

  void split(const Open& node, FoundSplit& found) {
    Tree& tree = made_.tree;
    const std::int32_t column = found.test.column;
    const std::int32_t missing = rules_.layout.places[static_cast<std::size_t>(column)].bins - 1;
    found.test.node = node.node;
    found.test.left = static_cast<std::int32_t>(tree.nodes.size());
    tree.split(found.test, rules_.spec.columns[static_cast<std::size_t>(column)]);
    made_.importance[static_cast<std::size_t>(column)] += found.gain;
    const auto rows = rows_of(node);
    const auto goes_left = [&](std::uint32_t row) {
      return !found.test.goes_right(rows_.bin(row, column), missing);
    };
    const auto right_rows = std::ranges::partition(rows, goes_left);
    const auto middle = node.end - right_rows.size();
    Open left{found.test.left, node.begin, middle, node.level + 1, found.left, {}};
    for (const std::uint32_t row : rows_of(left)) left.squares += rows_[row].square;
    const Open right{found.test.left + 1, middle,      node.end,
                     node.level + 1,      found.right, node.squares - left.squares};
    for (const Open& child : {right, left}) {
      tree.nodes[static_cast<std::size_t>(child.node)].weight = weight_of(child.total);
      open_.push_back(child);
    }
  }

  void leave_open(const Open& node) {
    NodeRows left{{.id = node.node, .level = node.level}, {}};
    for (const std::uint32_t row : rows_of(node)) left.rows.push_back(gathered_[row]);
    made_.open.push_back(std::move(left));
  }

  void close(const Open& node) {
    TwoPartSum sum;
    for (const std::uint32_t row : rows_of(node)) sum += rows_[row].target;
    made_.tree.nodes[static_cast<std::size_t>(node.node)].value =
        rules_.means.value(rules_.form, sum, node.total.weight);
  }

  const SubtreeRules& rules_;
  const SmallNode& root_;
  std::span<const std::uint32_t> gathered_;
  const LocalRows& rows_;
  SplitRules splits_;
  RowBins bins_;
  std::vector<std::int32_t> columns_;
  std::vector<std::uint32_t> order_;
  std::uint64_t column_seed_;
  std::vector<Open> open_;
  Subtree made_;
};

}  // namespace

void GatherTask::map(const mr::RowGroup& /*group*/, const State& state, RowStore& store,
                     Partial& partial) {
  const float* residual =
      store.residual.data() + static_cast<std::size_t>(state.tree_class) * store.rows;
  for (std::size_t n = 0; n < state.nodes.size(); ++n) {
    for (const std::uint16_t row : store.rows_of(state.nodes[n])) {
      if (store.addends.leaves_out(row)) continue;
      partial.node.push_back(static_cast<std::uint32_t>(n));
      partial.residual.push_back(residual[row]);
      if (state.weighted) partial.weight.push_back(store.weight_of(row));
      for (std::size_t t = 0; t < store.tiles.size(); ++t) {
        const std::size_t bytes = store.layout.tiles[t].row_bytes();
        const std::uint8_t* from = store.tiles[t].data() + row * bytes;
        partial.bins.insert(partial.bins.end(), from, from + bytes);
      }
    }
  }
}

void GatherTask::merge(Partial& left, const Partial& right) {
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(left.node, right.node);
  append(left.bins, right.bins);
  append(left.residual, right.residual);
  append(left.weight, right.weight);
}

std::size_t columns_to_look_at(double at_root, double change, std::int32_t level,
                               std::size_t columns) {
  double wanted = at_root;
  for (std::int32_t i = 0; i < level && change != 1; ++i) wanted *= change;
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(std::min(wanted, static_cast<double>(columns))));
}

Subtree grow_subtree(const SubtreeRules& rules, const NodeRows& root,
                     const GatherTask::Partial& gathered) {
  const LocalRows local(rules, gathered, root.rows);
  return SubtreeGrower(rules, root, local).grow();
}

std::vector<NodeRows> sort_by_node(std::span<const SmallNode> nodes,
                                   const GatherTask::Partial& gathered) {
  std::vector<NodeRows> sorted;
  for (const SmallNode& node : nodes) {
    sorted.push_back({node, {}});
    sorted.back().rows.reserve(static_cast<std::size_t>(node.rows));
  }
  for (std::size_t row = 0; row < gathered.node.size(); ++row)
    sorted[gathered.node[row]].rows.push_back(static_cast<std::uint32_t>(row));
  return sorted;
}

std::size_t gathered_bytes(const BinLayout& layout, bool weighted) {
  return bin_bytes(layout) + sizeof(std::uint32_t) + sizeof(float) +
         (weighted ? sizeof(double) : 0);
}

void graft(Tree& tree, std::int32_t at, Subtree& subtree) {
  const auto sets = static_cast<std::int32_t>(tree.sets.size());
  const auto moved = static_cast<std::int32_t>(tree.nodes.size()) - 1;
  const auto placed = [&](Tree::Node node) {
    if (!node.is_leaf()) node.left += moved;
    if (node.set >= 0) node.set += sets;
    return node;
  };
  tree.nodes[static_cast<std::size_t>(at)] = placed(subtree.tree.nodes[0]);
  for (std::size_t i = 1; i < subtree.tree.nodes.size(); ++i)
    tree.nodes.push_back(placed(subtree.tree.nodes[i]));
  tree.sets.insert(tree.sets.end(), subtree.tree.sets.begin(), subtree.tree.sets.end());
  for (NodeRows& open : subtree.open) open.node.id += moved;
}

}  // namespace neve::algos::trees
