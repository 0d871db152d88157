#include "algos/families/trees/small_nodes.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
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

/// The rows of one small node, side by side.
class LocalRows {
 public:
  LocalRows(const SubtreeRules& rules, const GatherTask::Partial& rows,
            std::span<const std::uint32_t> own)
      : form_(rules.form), places_(bin_places(rules.layout)), stride_(bin_bytes(rules.layout)) {
    bins_.resize(own.size() * stride_);
    squares_.reserve(own.size());
    targets_.reserve(own.size());
    is_packed() ? packed_.reserve(own.size()) : sums_.reserve(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
      const std::size_t row = own[i];
      const double weight = rows.weight.empty() ? 1 : rows.weight[row];
      const auto residual = static_cast<double>(rows.residual[row]);
      std::copy_n(rows.bins.data() + row * stride_, stride_, bins_.data() + i * stride_);
      const Sums sums{form_.round_target(residual, weight), form_.round_weight(weight)};
      is_packed() ? packed_.push_back(pack(form_, sums)) : sums_.push_back(sums);
      squares_.push_back(form_.round_square(residual, weight));
      targets_.push_back(rules.means.round(form_, residual, weight));
    }
  }
  [[nodiscard]] std::size_t size() const { return squares_.size(); }
  [[nodiscard]] const FixedPoint& form() const { return form_; }
  /// Whether sums are those of one word each, as in a packed histogram.
  [[nodiscard]] bool is_packed() const { return form_.form == FixedPoint::Form::packed; }
  [[nodiscard]] std::span<const std::int64_t> packed() const { return packed_; }
  [[nodiscard]] std::span<const Sums> sums() const { return sums_; }
  [[nodiscard]] TwoPartSum square(std::uint32_t row) const { return squares_[row]; }
  [[nodiscard]] TwoPartSum target(std::uint32_t row) const { return targets_[row]; }
  /// Calls `use` with a function that gives the column's bin of a row.
  template <class Use>
  void with_bins(std::int32_t column, const Use& use) const {
    const BinPlace place = places_[static_cast<std::size_t>(column)];
    const std::uint8_t* first = bins_.data() + place.offset;
    if (place.wide) {
      use([first, stride = stride_](std::uint32_t row) {
        std::uint16_t bin = 0;
        std::memcpy(&bin, first + row * stride, sizeof(bin));
        return bin;
      });
    } else {
      use([first, stride = stride_](std::uint32_t row) { return first[row * stride]; });
    }
  }

 private:
  const FixedPoint& form_;
  std::vector<BinPlace> places_;
  std::size_t stride_;
  std::vector<std::uint8_t> bins_;
  std::vector<std::int64_t> packed_;  ///< or
  std::vector<Sums> sums_;
  std::vector<TwoPartSum> squares_;
  std::vector<TwoPartSum> targets_;  ///< in units of the means
};

const Sums& unpacked(const FixedPoint& /*form*/, const Sums& sums) { return sums; }
Sums unpacked(const FixedPoint& form, std::int64_t word) { return unpack(form, word); }

/// The bins of rows that are given by their numbers.
class RowBins final : public NodeBins {
 public:
  RowBins(const LocalRows& rows, const BinLayout& layout) : rows_(rows), layout_(layout) {}
  void of(std::span<const std::uint32_t> node) { node_ = node; }

 private:
  void fill(std::int32_t column, std::vector<BinSums>& out) override {
    rows_.is_packed() ? fill(column, rows_.packed(), packed_table_, out)
                      : fill(column, rows_.sums(), table_, out);
  }
  template <class Cell>
  void fill(std::int32_t column, std::span<const Cell> cells, std::vector<Cell>& table,
            std::vector<BinSums>& out) {
    // To sort n rows takes about n times as long as to look at that many words of marks.
    constexpr std::size_t kWordsPerRow = 8;
    const auto bins =
        static_cast<std::size_t>(layout_.places[static_cast<std::size_t>(column)].bins);
    const std::size_t words = bins / kMarks + 1;
    rows_.with_bins(column, [&](const auto& bin_of) {
      words > kWordsPerRow* node_.size() ? by_sorting(bin_of, cells, out)
                                         : by_counting(bin_of, cells, table, bins, out);
    });
  }
  template <class BinOf, class Cell>
  void by_sorting(const BinOf& bin_of, std::span<const Cell> cells, std::vector<BinSums>& out) {
    constexpr unsigned kRowBits = 32;
    keys_.clear();
    for (const std::uint32_t row : node_)
      keys_.push_back((std::uint64_t{bin_of(row)} << kRowBits) | row);
    std::ranges::sort(keys_);
    for (const std::uint64_t key : keys_) {
      const auto bin = static_cast<std::int32_t>(key >> kRowBits);
      if (out.empty() || out.back().bin != bin) out.push_back({bin, {}});
      out.back().sums += unpacked(rows_.form(), cells[static_cast<std::uint32_t>(key)]);
    }
  }
  /// Cells of the table are empty between readings, but for those that are marked.
  template <class BinOf, class Cell>
  void by_counting(const BinOf& bin_of, std::span<const Cell> cells, std::vector<Cell>& table,
                   std::size_t bins, std::vector<BinSums>& out) {
    if (table.size() < bins) table.resize(bins);
    marks_.assign(bins / kMarks + 1, 0);
    for (const std::uint32_t row : node_) {
      const std::size_t bin = bin_of(row);
      table[bin] += cells[row];
      marks_[bin / kMarks] |= std::uint64_t{1} << (bin % kMarks);
    }
    for (std::size_t word = 0; word < marks_.size(); ++word) {
      for (std::uint64_t left = marks_[word]; left != 0; left &= left - 1) {
        const std::size_t bin = word * kMarks + static_cast<std::size_t>(std::countr_zero(left));
        out.push_back({static_cast<std::int32_t>(bin), unpacked(rows_.form(), table[bin])});
        table[bin] = {};
      }
    }
  }
  static constexpr std::size_t kMarks = 64;  ///< of a word
  const LocalRows& rows_;
  const BinLayout& layout_;
  std::span<const std::uint32_t> node_;
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint64_t> marks_;  ///< bins that rows are in
  std::vector<std::int64_t> packed_table_;
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
      root.total +=
          rows_.is_packed() ? unpacked(rules_.form, rows_.packed()[row]) : rows_.sums()[row];
      root.squares += rows_.square(row);
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
    std::size_t middle = 0;
    rows_.with_bins(column, [&](const auto& bin_of) {
      const auto goes_left = [&](std::uint32_t row) {
        return !found.test.goes_right(bin_of(row), missing);
      };
      middle = node.end - std::ranges::partition(rows, goes_left).size();
    });
    Open left{found.test.left, node.begin, middle, node.level + 1, found.left, {}};
    for (const std::uint32_t row : rows_of(left)) left.squares += rows_.square(row);
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
    for (const std::uint32_t row : rows_of(node)) sum += rows_.target(row);
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
  std::ranges::move(subtree.tree.sets, std::back_inserter(tree.sets));
  for (NodeRows& open : subtree.open) open.node.id += moved;
}

}  // namespace neve::algos::trees
