#include "algos/families/trees/split.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <span>

#include <neve/base/radix_sort.hpp>

namespace neve::algos::trees {

/// The best split so far, and how a new one is measured against it.
struct SplitSearch::Candidate {
  const SplitSearch& search;
  double score = 0;    ///< Tl²/Wl + Tr²/Wr less the penalty, fixed-point units
  double penalty = 0;  ///< what the search among levels costs
  double least_weight = 0;
  MeanBounds bounds = {};  ///< of the node
  int direction = 0;       ///< of the column that is searched
  NodeSplit test;
  Sums left;
  Sums right;
  bool found = false;

  [[nodiscard]] bool improves(Sums l, Sums r, double& score_of_it, double price = 0) const {
    const auto wl = static_cast<double>(l.weight);
    const auto wr = static_cast<double>(r.weight);
    if (wl < least_weight || wr < least_weight) return false;
    const double tl = search.units(l.target);
    const double tr = search.units(r.target);
    if (direction != 0 && direction * (tl / wl) > direction * (tr / wr)) return false;
    score_of_it = (bounds.binds() ? bounded(bounds, tl, wl) + bounded(bounds, tr, wr)
                                  : tl * tl / wl + tr * tr / wr) -
                  price;
    return score_of_it > score;
  }
  /// What a side gains with its mean within bounds: T²/W where they leave it alone.
  static double bounded(const MeanBounds& bounds, double target, double weight) {
    const double mean = bounds.within(target / weight);
    return mean * (2 * target - mean * weight);
  }
  void take(Sums l, Sums r, double new_score, double price = 0) {
    left = l;
    right = r;
    score = new_score;
    penalty = price;
    found = true;
  }
};

namespace {

/// What rounding may leave of a spread or gain, relative to Σ weight · residual².
constexpr double kNoise = 1e-12;

class HistogramBins final : public NodeBins {
 public:
  HistogramBins(const BinLayout& layout, const FixedPoint& form, const std::int64_t* cells)
      : layout_(layout), form_(form), cells_(cells) {}

 private:
  void fill(std::int32_t column, std::vector<BinSums>& out) override {
    const auto& place = layout_.places[static_cast<std::size_t>(column)];
    const std::int64_t* first = cells_ + std::ptrdiff_t{place.first_cell} * form_.words();
    for (std::int32_t b = 0; b < place.bins; ++b) {
      const Sums sums = read_cell(form_, first, static_cast<std::size_t>(b));
      if (sums.weight != 0) out.push_back({b, sums});
    }
  }
  const BinLayout& layout_;
  const FixedPoint& form_;
  const std::int64_t* cells_;
};

}  // namespace

std::int32_t ColumnOrder::next(bool varied) {
  varied_ += varied ? 1 : 0;
  if (given_ == columns_.size() || (draws_ && varied_ >= varying_)) return -1;
  if (draws_) {
    const auto other =
        given_ + static_cast<std::size_t>(random_.below(given_, columns_.size() - given_));
    std::swap(columns_[given_], columns_[other]);
    swaps_.push_back(static_cast<std::uint32_t>(other));
  }
  return columns_[given_++];
}

void ColumnOrder::restart() {
  for (; !swaps_.empty(); swaps_.pop_back())
    std::swap(columns_[swaps_.size() - 1], columns_[swaps_.back()]);
  given_ = 0;
  varied_ = 0;
}

/// Whole numbers sort much faster than pairs. Means that their first 48 bits do not tell apart are
/// put in order by insertion: they are few.
void LevelOrder::sort() {
  keys_.resize(means_.size());
  spare_.resize(std::max(spare_.size(), means_.size()));
  for (std::uint64_t place = 0; place < means_.size(); ++place) {
    keys_[place] = (order_key(means_[place]) & ~kPlace) | place;
  }
  radix_sort(std::span(keys_), std::span(spare_), std::identity());
  for (std::size_t end = 1; end < keys_.size(); ++end) {
    for (std::size_t i = end; i > 0; --i) {
      const std::uint64_t a = keys_[i - 1];
      const std::uint64_t b = keys_[i];
      if ((a ^ b) > kPlace || means_[a & kPlace] <= means_[b & kPlace]) break;
      std::swap(keys_[i - 1], keys_[i]);
    }
  }
}

ChildBounds::ChildBounds(const MeanBounds& node, int direction, double left_mean, double right_mean)
    : left(node), right(node) {
  if (direction == 0) return;
  const double middle = (node.within(left_mean) + node.within(right_mean)) / 2;
  MeanBounds& low = direction > 0 ? left : right;
  MeanBounds& high = direction > 0 ? right : left;
  low.largest = std::min(low.largest, middle);
  high.least = std::max(high.least, middle);
}

Sums SplitSearch::total_of(const std::int64_t* cells, std::int32_t column) const {
  const auto& place = layout_.places[static_cast<std::size_t>(column)];
  const std::int64_t* first = cells + std::ptrdiff_t{place.first_cell} * form_.words();
  Sums total;
  for (std::int32_t b = 0; b < place.bins; ++b)
    total += read_cell(form_, first, static_cast<std::size_t>(b));
  return total;
}

FoundSplit SplitSearch::search(const NodeView& node, ColumnOrder& columns) const {
  HistogramBins bins(layout_, form_, node.cells);
  return search(node, columns, bins);
}

FoundSplit SplitSearch::search(const NodeView& node, ColumnOrder& columns, NodeBins& bins) const {
  constexpr std::int32_t kRoot = 0;
  FoundSplit found = search(Material{node, columns, bins}, Price::full);
  if (!found.found && node.id == kRoot) {
    columns.restart();
    found = search(Material{node, columns, bins}, Price::waived);
  }
  return found;
}

FoundSplit SplitSearch::search(const Material& material, Price price) const {
  const NodeView& node = material.node;
  FoundSplit result;
  if (node.total.weight <= 0 || (rules_.around_mean && spread_of(node) == 0)) return result;
  Candidate best{.search = *this, .bounds = node.bounds, .test = {}, .left = {}, .right = {}};
  best.score = score_of(node);
  best.least_weight = std::max(rules_.min_rows * form_.weight_scale, 1.0);
  std::int32_t column = material.columns.next(false);
  while (column >= 0) {
    best.direction = rules_.direction(column);
    const std::span<const BinSums> bins = material.bins.read(column);
    if (bins.size() > 1) {
      spec_.columns[static_cast<std::size_t>(column)].categorical
          ? search_categories(material, {column, bins}, price, best)
          : search_numbers(node, {column, bins}, best);
    }
    column = material.columns.next(bins.size() > 1);
  }
  if (!best.found || !is_worth(node, best)) return result;
  result.gain = gain_of(node, best);
  result.found = true;
  result.test = std::move(best.test);
  result.test.node = node.id;
  result.left = best.left;
  result.right = best.right;
  result.bounds = bounds_of_children(node, result);
  return result;
}

/// As a Candidate has it: of the node as it is.
double SplitSearch::score_of(const NodeView& node) const {
  if (!node.bounds.binds()) return squared_mean(node.total);
  return Candidate::bounded(node.bounds, units(node.total.target),
                            static_cast<double>(node.total.weight));
}

/// In the units of the residual.
double SplitSearch::gain_of(const NodeView& node, const Candidate& best) const {
  return (best.score + best.penalty - score_of(node)) * square_unit();
}

bool SplitSearch::is_worth(const NodeView& node, const Candidate& best) const {
  const double gain = gain_of(node, best);
  if (!rules_.around_mean) return gain > rules_.min_split_improvement * node.squares;
  return gain > std::max(rules_.min_split_improvement * spread_of(node), kNoise * node.squares);
}

/// Σ weight · (residual - mean)²; 0 where it is no more than rounding may have left.
double SplitSearch::spread_of(const NodeView& node) const {
  const double spread = node.squares - squared_mean(node.total) * square_unit();
  return spread > kNoise * node.squares ? spread : 0;
}

bool SplitSearch::tells_only_missing(const NodeSplit& test) const {
  const auto& place = layout_.places[static_cast<std::size_t>(test.column)];
  return !test.categorical && test.threshold == place.bins - 1;
}

ChildBounds SplitSearch::bounds_of_children(const NodeView& node, const FoundSplit& split) const {
  const int direction = tells_only_missing(split.test) ? 0 : rules_.direction(split.test.column);
  const auto mean = [this](const Sums& sums) {
    return units(sums.target) / static_cast<double>(sums.weight);
  };
  return {node.bounds, direction, mean(split.left), mean(split.right)};
}

/// Thresholds are in the middle of the empty bins around them. Missing values go the heavier way
/// where the node has none.
void SplitSearch::search_numbers(const NodeView& node, const Column& column,
                                 Candidate& best) const {
  const std::int32_t values = layout_.places[static_cast<std::size_t>(column.index)].bins - 1;
  const bool has_missing = column.bins.back().bin == values;
  const Sums missing = has_missing ? column.bins.back().sums : Sums();
  const auto present = column.bins.first(column.bins.size() - (has_missing ? 1 : 0));
  const std::vector<std::uint8_t> allowed = rules_.random_thresholds > 0
                                                ? draw_thresholds(node, {column.index, present})
                                                : std::vector<std::uint8_t>();
  const auto offer = [&](Sums left, std::int32_t threshold, bool missing_right) {
    double score = 0;
    const Sums right = node.total - left;
    if (!best.improves(left, right, score)) return;
    best.take(left, right, score);
    best.test = {.column = column.index,
                 .threshold = threshold,
                 .missing_right = has_missing ? missing_right : right.weight > left.weight,
                 .right_bins = {}};
  };
  Sums left;
  for (std::size_t i = 0; i < present.size(); ++i) {
    const std::int32_t first = present[i].bin + 1;
    if (first == values) break;
    left += present[i].sums;
    if (!allowed.empty() && allowed[i] == 0) continue;
    const bool is_last = i + 1 == present.size();
    const std::int32_t threshold = is_last ? first : first + (present[i + 1].bin - first) / 2;
    offer(left, threshold, true);
    if (!has_missing) continue;
    Sums with_missing = left;
    offer(with_missing += missing, threshold, false);
  }
  // Whether a value is missing has no direction.
  best.direction = 0;
  if (has_missing) offer(node.total - missing, values, true);
}

/// Per bin that holds values, whether one of the drawn thresholds lies behind it.
std::vector<std::uint8_t> SplitSearch::draw_thresholds(const NodeView& node,
                                                       const Column& column) const {
  std::vector<std::uint8_t> allowed(column.bins.size());
  if (column.bins.size() < 2) return allowed;
  const auto low = static_cast<std::uint64_t>(column.bins.front().bin);
  const auto high = static_cast<std::uint64_t>(column.bins.back().bin);
  const CounterRng random(rules_.seed, (static_cast<std::uint64_t>(node.id) << 32U) +
                                           static_cast<std::uint64_t>(column.index));
  for (std::int32_t i = 0; i < rules_.random_thresholds; ++i) {
    const auto threshold = static_cast<std::int32_t>(
        low + 1 + random.below(static_cast<std::uint64_t>(i), high - low));
    // A threshold in a gap splits like the one at its lower end.
    const auto behind = std::ranges::lower_bound(column.bins, threshold, {}, &BinSums::bin);
    allowed[static_cast<std::size_t>(behind - column.bins.begin()) - 1] = 1;
  }
  return allowed;
}

/// Levels without any effect still have different means, and a split in two runs of the sorted
/// levels gains (2/pi) · variance · (Σ √w)² / W from their noise, a fixed split only one variance.
/// The gain that is expected from the search alone is asked for 1.75 times over: once for the rows
/// whose noise it fits, the rest for what that does to predictions of others; twice over would hold
/// of one tree, of which many average some out. A tree without a first split would end all
/// boosting, though there may be more to learn below it: a root that finds none is searched again
/// without the penalty, where levels are not next to unique.
double SplitSearch::search_penalty(const NodeView& node, double levels, Price price) const {
  constexpr double kRowsPerLevel = 50;
  constexpr double kPerLevel = 1.75 * 2 / std::numbers::pi;
  const auto weight = static_cast<double>(node.total.weight);
  const double target = units(node.total.target);
  const double squares =
      node.squares * form_.target.whole * form_.target.whole / form_.weight_scale;
  const double variance =
      std::max(0.0, squares - target * target / weight) / (weight / form_.weight_scale);
  if (price == Price::waived && levels * kRowsPerLevel <= weight / form_.weight_scale) return 0;
  return rules_.noise_price * kPerLevel * variance * std::max(0.0, levels - 2);
}

/// Boosting that is far from having learnt what the rows tell gains from every split, as later
/// trees mend what noise did to it; the full price would leave leaves unsplit. How far follows from
/// the rows that a level has in a leaf, of the column with most levels, for all columns alike, so
/// that they compete as before. The 150 is measured (algos/gbm/README.md).
double SplitSearch::noise_price(const NodeView& root, double leaves) const {
  constexpr double kRowsOfLevel = 150;
  HistogramBins bins(layout_, form_, root.cells);
  double most = 0;
  for (std::size_t c = 0; c < spec_.columns.size(); ++c) {
    const auto index = static_cast<std::int32_t>(c);
    if (!spec_.columns[c].categorical || has_few_levels(index)) continue;
    const Column column{index, bins.read(index)};
    if (column.bins.empty()) continue;
    most = std::max(most, equal_levels(root, column, rare_levels(root, column)));
  }
  const double rows = static_cast<double>(root.total.weight) / form_.weight_scale;
  return std::min(1.0, kRowsOfLevel * most * leaves / rows);
}

/// Of many levels, those that have few rows, and fewer than others in the node, would stand at both
/// ends of the order by mean for their noise alone. They are taken together: no split goes between
/// them. Where all levels have few rows there are no others to be hidden, and none is rare.
SplitSearch::RareLevels SplitSearch::rare_levels(const NodeView& node, const Column& column) const {
  constexpr double kFewRows = 8;
  constexpr double kShareOfMean = 0.5;
  RareLevels rare;
  if (has_few_levels(column.index)) return rare;
  const double mean_weight =
      static_cast<double>(node.total.weight) / static_cast<double>(column.bins.size());
  rare.below = std::min(kFewRows * form_.weight_scale, kShareOfMean * mean_weight);
  for (const BinSums& bin : column.bins) {
    if (rare.holds(bin)) rare.sums += bin.sums;
  }
  return rare;
}

bool SplitSearch::has_few_levels(std::int32_t column) const {
  constexpr std::int32_t kFewLevels = 10;
  return layout_.places[static_cast<std::size_t>(column)].bins - 1 <= kFewLevels;
}

void SplitSearch::sort_levels(std::span<const BinSums> bins, const RareLevels& rare,
                              LevelOrder& levels) const {
  const auto mean_of = [this](const Sums& sums) {
    return units(sums.target) / static_cast<double>(sums.weight);
  };
  std::vector<double>& means = levels.means();
  means.resize(bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i)
    means[i] = mean_of(rare.holds(bins[i]) ? rare.sums : bins[i].sums);
  levels.sort();
}

/// (Σ √w)² / W: so many levels of equal weight make as much of noise.
double SplitSearch::equal_levels(const NodeView& node, const Column& column,
                                 const RareLevels& rare) {
  double roots = std::sqrt(static_cast<double>(rare.sums.weight));
  for (const BinSums& bin : column.bins) {
    if (!rare.holds(bin)) roots += std::sqrt(static_cast<double>(bin.sums.weight));
  }
  return roots * roots / static_cast<double>(node.total.weight);
}

/// Of few levels any subset may be taken: little is to be searched, and other packages' trees are
/// met.
double SplitSearch::penalty_of(const NodeView& node, const Column& column, const RareLevels& rare,
                               Price price) const {
  if (has_few_levels(column.index)) return 0;
  return search_penalty(node, equal_levels(node, column, rare), price);
}

void SplitSearch::search_categories(const Material& material, const Column& column, Price price,
                                    Candidate& best) const {
  const NodeView& node = material.node;
  const auto& place = layout_.places[static_cast<std::size_t>(column.index)];
  LevelOrder& levels = material.bins.levels();
  const RareLevels rare = rare_levels(node, column);
  sort_levels(column.bins, rare, levels);
  const double penalty = penalty_of(node, column, rare, price);
  Sums left;
  std::size_t cut = 0;
  for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
    const BinSums& level = column.bins[levels[i]];
    left += level.sums;
    if (rare.holds(level) && rare.holds(column.bins[levels[i + 1]])) continue;
    double score = 0;
    const Sums right = node.total - left;
    if (!best.improves(left, right, score, penalty)) continue;
    best.take(left, right, score, penalty);
    cut = i + 1;
  }
  if (cut == 0) return;
  best.test = {.column = column.index, .categorical = true, .right_bins = {}};
  const bool others_right = best.right.weight > best.left.weight;
  const auto words = static_cast<std::size_t>(place.bins + 63) / 64;
  best.test.right_bins.assign(words, others_right ? ~std::uint64_t{0} : 0);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto bin = static_cast<std::size_t>(column.bins[levels[i]].bin);
    const std::uint64_t bit = std::uint64_t{1} << (bin % 64);
    i < cut ? best.test.right_bins[bin / 64] &= ~bit : best.test.right_bins[bin / 64] |= bit;
  }
}

}  // namespace neve::algos::trees
