#include "algos/families/trees/split.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <neve/base/rng.hpp>

namespace neve::algos::trees {

/// The best split so far, and how a new one is measured against it.
struct SplitSearch::Candidate {
  const SplitSearch& search;
  double score = 0;    ///< Tl²/Wl + Tr²/Wr less the penalty, fixed-point units
  double penalty = 0;  ///< what the search among levels costs
  double least_weight = 0;
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
    score_of_it = tl * tl / wl + tr * tr / wr - price;
    return score_of_it > score;
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

std::vector<Sums> read_bins(const FixedPoint& form, const std::int64_t* cells, std::int32_t count) {
  std::vector<Sums> bins(static_cast<std::size_t>(count));
  for (std::size_t b = 0; b < bins.size(); ++b) bins[b] = read_cell(form, cells, b);
  return bins;
}

const std::int64_t* cells_of(const FixedPoint& form, const NodeView& node,
                             const BinLayout::Place& place) {
  return node.cells + std::ptrdiff_t{place.first_cell} * form.words();
}

}  // namespace

Sums SplitSearch::total_of(const std::int64_t* cells, std::int32_t column) const {
  const auto& place = layout_.places[static_cast<std::size_t>(column)];
  const std::int64_t* first = cells + std::ptrdiff_t{place.first_cell} * form_.words();
  Sums total;
  for (std::int32_t b = 0; b < place.bins; ++b)
    total += read_cell(form_, first, static_cast<std::size_t>(b));
  return total;
}

FoundSplit SplitSearch::search(const NodeView& node, std::span<const std::int32_t> columns) const {
  constexpr std::int32_t kRoot = 0;
  FoundSplit found = search(node, columns, Price::full);
  if (!found.found && node.id == kRoot) found = search(node, columns, Price::waived);
  return found;
}

FoundSplit SplitSearch::search(const NodeView& node, std::span<const std::int32_t> columns,
                               Price price) const {
  FoundSplit result;
  const double target = units(node.total.target);
  const auto weight = static_cast<double>(node.total.weight);
  if (!(weight > 0)) return result;
  const double before = target * target / weight;
  Candidate best{.search = *this, .test = {}, .left = {}, .right = {}};
  best.score = before;
  best.least_weight = std::max(rules_.min_rows * form_.weight_scale, 1.0);
  for (const std::int32_t column : columns) {
    spec_.columns[static_cast<std::size_t>(column)].categorical
        ? search_categories(node, column, price, best)
        : search_numbers(node, column, best);
  }
  if (!best.found) return result;
  result.gain = (best.score + best.penalty - before) * form_.weight_scale /
                (form_.target.whole * form_.target.whole);
  if (!(result.gain > rules_.min_split_improvement * node.squares)) return result;
  if (!best.test.categorical) finish_numbers(node, best);
  result.found = true;
  result.test = std::move(best.test);
  result.test.node = node.id;
  result.left = best.left;
  result.right = best.right;
  return result;
}

void SplitSearch::search_numbers(const NodeView& node, std::int32_t column, Candidate& best) const {
  const auto& place = layout_.places[static_cast<std::size_t>(column)];
  const std::vector<Sums> bins = read_bins(form_, cells_of(form_, node, place), place.bins);
  const Sums missing = bins.back();
  const std::int32_t values = place.bins - 1;
  const std::vector<std::uint8_t> allowed = rules_.random_thresholds > 0
                                                ? draw_thresholds(node, column, bins)
                                                : std::vector<std::uint8_t>();
  const auto offer = [&](Sums left, std::int32_t threshold, bool missing_right) {
    double score = 0;
    const Sums right = node.total - left;
    if (!best.improves(left, right, score)) return;
    best.take(left, right, score);
    best.test = {
        .column = column, .threshold = threshold, .missing_right = missing_right, .right_bins = {}};
  };
  Sums left;
  for (std::int32_t b = 0; b + 1 < values; ++b) {
    const Sums bin = bins[static_cast<std::size_t>(b)];
    if (bin.weight == 0) continue;
    left += bin;
    if (!allowed.empty() && allowed[static_cast<std::size_t>(b) + 1] == 0) continue;
    offer(left, b + 1, true);
    if (missing.weight == 0) continue;
    Sums with_missing = left;
    offer(with_missing += missing, b + 1, false);
  }
  if (missing.weight != 0) offer(node.total - missing, values, true);
}

std::vector<std::uint8_t> SplitSearch::draw_thresholds(const NodeView& node, std::int32_t column,
                                                       std::span<const Sums> bins) const {
  std::vector<std::uint8_t> allowed(bins.size());
  const auto occupied = [](const Sums& bin) { return bin.weight != 0; };
  const auto values = bins.first(bins.size() - 1);
  const auto first = std::ranges::find_if(values, occupied);
  if (first == values.end()) return allowed;
  const auto low = static_cast<std::uint64_t>(first - values.begin());
  std::uint64_t high = values.size() - 1;
  while (!occupied(values[high])) --high;
  if (high == low) return allowed;
  const CounterRng random(rules_.seed, (static_cast<std::uint64_t>(node.id) << 32U) +
                                           static_cast<std::uint64_t>(column));
  for (std::int32_t i = 0; i < rules_.random_thresholds; ++i) {
    std::uint64_t threshold = low + 1 + random.below(static_cast<std::uint64_t>(i), high - low);
    // A threshold in a gap splits like the one at its lower end, which the scan looks at.
    while (threshold > low + 1 && !occupied(values[threshold - 1])) --threshold;
    allowed[threshold] = 1;
  }
  return allowed;
}

/// Moves the threshold to the middle of the empty bins around it, and sends missing values the
/// heavier way where the node has none.
void SplitSearch::finish_numbers(const NodeView& node, Candidate& best) const {
  const auto& place = layout_.places[static_cast<std::size_t>(best.test.column)];
  const std::int64_t* cells = cells_of(form_, node, place);
  const auto is_empty = [&](std::int32_t bin) {
    return read_cell(form_, cells, static_cast<std::size_t>(bin)).weight == 0;
  };
  const std::int32_t values = place.bins - 1;
  std::int32_t gap = 0;
  while (best.test.threshold + gap < values && is_empty(best.test.threshold + gap)) ++gap;
  if (best.test.threshold + gap < values) best.test.threshold += gap / 2;
  if (is_empty(values)) best.test.missing_right = best.right.weight > best.left.weight;
}

/// Levels without any effect still have different means, and a split in two runs of the sorted
/// levels gains (2/pi) · variance · (Σ √w)² / W from their noise, a fixed split only one variance.
/// The gain that is expected from the search alone is asked for twice over. A tree without a
/// first split would end all boosting, though there may be more to learn below it: a root that
/// finds none is searched again without the penalty, where levels are not next to unique.
double SplitSearch::search_penalty(const NodeView& node, double roots, Price price) const {
  constexpr double kRowsPerLevel = 50;
  constexpr double kTwicePerLevel = 2 * 2 / std::numbers::pi;
  const auto weight = static_cast<double>(node.total.weight);
  const double target = units(node.total.target);
  const double squares =
      node.squares * form_.target.whole * form_.target.whole / form_.weight_scale;
  const double variance =
      std::max(0.0, squares - target * target / weight) / (weight / form_.weight_scale);
  const double levels = roots * roots / weight;
  if (price == Price::waived && levels * kRowsPerLevel <= weight / form_.weight_scale) return 0;
  return kTwicePerLevel * variance * std::max(0.0, levels - 2);
}

std::vector<SplitSearch::Level> SplitSearch::sorted_levels(const std::int64_t* cells,
                                                           std::int32_t bins) const {
  std::vector<Level> levels;
  levels.reserve(static_cast<std::size_t>(bins));
  for (std::int32_t b = 0; b < bins; ++b) {
    const Sums bin = read_cell(form_, cells, static_cast<std::size_t>(b));
    if (bin.weight == 0) continue;
    levels.push_back({units(bin.target) / static_cast<double>(bin.weight), b, bin});
  }
  std::ranges::sort(levels, [](const Level& a, const Level& b) {
    return a.mean != b.mean ? a.mean < b.mean : a.bin < b.bin;
  });
  return levels;
}

void SplitSearch::search_categories(const NodeView& node, std::int32_t column, Price price,
                                    Candidate& best) const {
  const auto& place = layout_.places[static_cast<std::size_t>(column)];
  const std::vector<Level> levels = sorted_levels(cells_of(form_, node, place), place.bins);
  double roots = 0;
  for (const Level& level : levels) roots += std::sqrt(static_cast<double>(level.sums.weight));
  // Of few levels any subset may be taken: little is to be searched, and other packages' trees are
  // met.
  constexpr std::int32_t kFewLevels = 10;
  const double penalty = place.bins - 1 <= kFewLevels ? 0 : search_penalty(node, roots, price);
  Sums left;
  std::size_t cut = 0;
  for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
    left += levels[i].sums;
    double score = 0;
    const Sums right = node.total - left;
    if (!best.improves(left, right, score, penalty)) continue;
    best.take(left, right, score, penalty);
    cut = i + 1;
  }
  if (cut == 0) return;
  best.test = {.column = column, .categorical = true, .right_bins = {}};
  const bool others_right = best.right.weight > best.left.weight;
  const auto words = static_cast<std::size_t>(place.bins + 63) / 64;
  best.test.right_bins.assign(words, others_right ? ~std::uint64_t{0} : 0);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto bin = static_cast<std::size_t>(levels[i].bin);
    const std::uint64_t bit = std::uint64_t{1} << (bin % 64);
    i < cut ? best.test.right_bins[bin / 64] &= ~bit : best.test.right_bins[bin / 64] |= bit;
  }
}

}  // namespace neve::algos::trees
