#include "series/search.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <neve/base/isa.hpp>

#include "series/words.hpp"

namespace neve::series {
namespace {

/// Lower bounds are computed in float: what is less than this above a bound is not above it.
constexpr double kRounding = 1.0 + 1.0 / 32768;
/// A difference of floats, each rounded once or, before words were made, packed, is wrong by less
/// than this share of the largest.
constexpr float kSlack = 1.0F / (1U << 20U);
/// What the bound is in the units of the table, whose sums end at 255.
constexpr float kTableBound = 200;

/// The bound as a float to compare lower bounds with; infinite where it is too large for one.
float as_float(double bound) { return static_cast<float>(bound * kRounding); }

}  // namespace

const SearchKernels& search_kernels() {
  return kernels_at_process_isa(v3::kSearchKernels, v4::kSearchKernels);
}

double distance(const Part& part, std::size_t place, const float* other, double bound) {
  const SearchKernels& kernels = search_kernels();
  const std::uint8_t* held = part.held(place);
  const std::size_t stride = part.shape().stride();
  if (part.shape().normalize) {
    return kernels.packed_distance({held, part.step(place)}, other, stride, bound);
  }
  return kernels.distance(reinterpret_cast<const float*>(held), other, stride, bound);
}

void NearestList::offer(const Near& near) {
  if (near.squared > within_) return;
  if (kept_.size() == most_) {
    if (!(near < kept_.back())) return;
    kept_.pop_back();
  }
  kept_.insert(std::upper_bound(kept_.begin(), kept_.end(), near), near);
}

Query::Query(const float* series, const Shape& shape) : series_(series) {
  const std::span points(series, static_cast<std::size_t>(shape.length));
  std::vector<double> means(static_cast<std::size_t>(shape.segments));
  segment_means(points, means);
  means_.assign(shape.word_stride(), 0);
  std::ranges::transform(means, means_.begin(), [](double x) { return static_cast<float>(x); });
  for (const float x : points) largest_ = std::max(largest_, std::fabs(x));
}

PartSearch::PartSearch(const Part& part, const Intervals& intervals)
    : part_(part), intervals_(intervals), kernels_(search_kernels()) {
  const Shape& shape = part.shape();
  weights_.assign(shape.word_stride(), 0);
  for (std::int32_t s = 0; s < shape.segments; ++s) {
    weights_[static_cast<std::size_t>(s)] =
        static_cast<float>(segment_begin(shape.length, shape.segments, s + 1) -
                           segment_begin(shape.length, shape.segments, s));
  }
  bounds_.resize(part.leaves());
  table_.resize(Part::coarse_bytes(shape) / kLeafRows * 32);
}

void PartSearch::bound_leaves(const Query& query) {
  slack_ = kSlack * (part_.largest() + query.largest() + intervals_.largest);
  std::ranges::fill(bounds_, 0.0F);
  for (std::int32_t segment = 0; segment < part_.shape().segments; ++segment) {
    const auto s = static_cast<std::size_t>(segment);
    const std::array<float, 3> figures = {query.means()[s], weights_[s], slack_};
    kernels_.add_boxes(part_.box_low(s), part_.box_high(s), bounds_.size(), figures.data(),
                       bounds_.data());
  }
}

/// Lower bounds for the 16 intervals of each segment at that cardinality, rounded down, so that a
/// sum above kTableBound is above the bound.
void PartSearch::fill_table(const Query& query, double bound) {
  const float unit = std::min(kTableBound / as_float(bound), 1e30F);
  for (std::int32_t segment = 0; segment < part_.shape().segments; ++segment) {
    const auto s = static_cast<std::size_t>(segment);
    const float mean = query.means()[s];
    for (std::size_t symbol = 0; symbol < 16; ++symbol) {
      const float below = intervals_.low[symbol * 16] - mean;
      const float above = mean - intervals_.high[symbol * 16 + 15];
      const float distance = std::max(std::max(below, above) - slack_, 0.0F);
      const float entry = weights_[s] * distance * distance * unit;
      table_[s * 16 + symbol] = static_cast<std::uint8_t>(std::min(entry, 255.0F));
    }
  }
}

void PartSearch::visit(std::size_t leaf, std::uint64_t rows, const Query& query,
                       const Eligible& eligible, NearestList& nearest) {
  const QueryWord word = word_of(query);
  const float most = as_float(nearest.bound());
  std::uint64_t close = 0;
  for (; rows != 0; rows &= rows - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(rows));
    const std::size_t place = leaf * kLeafRows + bit;
    if (!eligible.allows(eligible.first_row + part_.row(place))) continue;
    const float least =
        kernels_.word_bound(part_.word(place), intervals_.low.data(), intervals_.high.data(), word);
    if (least > most) continue;
    close |= std::uint64_t{1} << bit;
    __builtin_prefetch(part_.held(place));
  }
  for (; close != 0; close &= close - 1) {
    const std::size_t place = leaf * kLeafRows + static_cast<std::size_t>(std::countr_zero(close));
    const double bound = nearest.bound();
    const double squared = distance(part_, place, query.series(), bound);
    if (squared <= bound) nearest.offer({squared, eligible.first_row + part_.row(place)});
  }
}

void PartSearch::search(const Query& query, const Eligible& eligible, double enough,
                        NearestList& nearest) {
  bound_leaves(query);
  const std::size_t pairs = table_.size() / 32;
  bool has_table = false;
  for (std::size_t leaf = 0; leaf < bounds_.size(); ++leaf) {
    if (bounds_[leaf] > as_float(nearest.bound())) continue;
    if (!has_table) fill_table(query, nearest.bound());
    has_table = true;
    const std::uint64_t all = ~std::uint64_t{0} >> (kLeafRows - part_.rows_of(leaf));
    const std::uint64_t marked = kernels_.mark_rows(part_.coarse(leaf), pairs, table_.data(),
                                                    static_cast<std::uint8_t>(kTableBound));
    visit(leaf, marked & all, query, eligible, nearest);
    if (nearest.bound() < enough) return;
  }
}

void PartSearch::look_near(const Query& query, const Eligible& eligible, std::size_t leaves,
                           NearestList& nearest) {
  bound_leaves(query);
  lowest_.resize(bounds_.size());
  for (std::uint32_t leaf = 0; leaf < lowest_.size(); ++leaf) lowest_[leaf] = leaf;
  const auto count = static_cast<std::ptrdiff_t>(std::min(leaves, lowest_.size()));
  const auto lower = [this](std::uint32_t a, std::uint32_t b) {
    return bounds_[a] != bounds_[b] ? bounds_[a] < bounds_[b] : a < b;
  };
  std::ranges::partial_sort(lowest_, lowest_.begin() + count, lower);
  for (const std::uint32_t leaf : std::span(lowest_).first(static_cast<std::size_t>(count))) {
    visit(leaf, ~std::uint64_t{0} >> (kLeafRows - part_.rows_of(leaf)), query, eligible, nearest);
  }
}

}  // namespace neve::series
