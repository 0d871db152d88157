#include "algos/kmeans/totals.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace neve::algos::kmeans {

Units Units::finest(std::span<const double> reaches, std::int64_t rows) {
  constexpr int kWordBits = 63;
  constexpr int kMostBits = 50;  // what trees::nearest() is good for
  const auto sum_bits =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 1))));
  const int bits = std::min(kWordBits - 1 - sum_bits, kMostBits);
  Units units{.whole = {}, .rest = std::ldexp(1, bits)};
  for (const double reach : reaches) units.whole.push_back(trees::scale_for(reach, bits));
  return units;
}

Totals::Totals(const points::Space& space, std::size_t clusters)
    : axes_(space.axes.size()), level_begins_{0} {
  for (const points::LevelAxis& category : space.categories)
    level_begins_.push_back(level_begins_.back() + static_cast<std::size_t>(category.levels));
  grow(clusters);
}

void Totals::grow(std::size_t clusters) {
  sizes_.resize(clusters);
  whole_.resize(clusters * axes_);
  rest_.resize(clusters * axes_);
  levels_.resize(clusters * level_begins_.back());
}

template <int Sign>
void Totals::change(const Units& units, std::size_t cluster, const points::Points& from,
                    std::size_t point) {
  sizes_[cluster] += Sign;
  const double* numbers = from.numbers.data() + point * axes_;
  const double* scales = units.whole.data();
  std::int64_t* whole = whole_.data() + cluster * axes_;
  std::int64_t* rest = rest_.data() + cluster * axes_;
  for (std::size_t j = 0; j < axes_; ++j) {
    const trees::TwoPartSum number = trees::TwoPartScale{scales[j], units.rest}.round(numbers[j]);
    whole[j] += Sign * number.whole;
    rest[j] += Sign * number.rest;
  }
  std::int64_t* levels = levels_.data() + cluster * level_begins_.back();
  const auto codes = from.code(point);
  for (std::size_t c = 0; c < codes.size(); ++c)
    levels[level_begins_[c] + static_cast<std::size_t>(codes[c])] += Sign;
}

template void Totals::change<1>(const Units&, std::size_t, const points::Points&, std::size_t);
template void Totals::change<-1>(const Units&, std::size_t, const points::Points&, std::size_t);

void Totals::merge(const Totals& right) {
  const auto add = [](std::vector<std::int64_t>& to, const std::vector<std::int64_t>& more) {
    std::ranges::transform(to, more, to.begin(), std::plus<>());
  };
  add(sizes_, right.sizes_);
  add(whole_, right.whole_);
  add(rest_, right.rest_);
  add(levels_, right.levels_);
}

double Totals::sum(const Units& units, std::size_t cluster, std::size_t axis) const {
  const std::size_t at = cluster * axes_ + axis;
  return units.of(axis).to_double({whole_[at], rest_[at]});
}

std::int64_t Totals::count(std::size_t cluster, std::size_t category, std::size_t level) const {
  return levels_[cluster * level_begins_.back() + level_begins_[category] + level];
}

points::Points Totals::means(const Units& units, const points::Points& otherwise) const {
  points::Points made = otherwise;
  for (std::size_t c = 0; c < sizes_.size(); ++c) {
    if (sizes_[c] == 0) continue;
    const auto numbers = made.number(c);
    for (std::size_t j = 0; j < axes_; ++j)
      numbers[j] = sum(units, c, j) / static_cast<double>(sizes_[c]);
    const auto of_cluster = levels_.begin() + static_cast<std::ptrdiff_t>(c * level_begins_.back());
    for (std::size_t l = 0; l < made.categories; ++l) {
      const auto begin = of_cluster + static_cast<std::ptrdiff_t>(level_begins_[l]);
      const auto end = of_cluster + static_cast<std::ptrdiff_t>(level_begins_[l + 1]);
      made.code(c)[l] = static_cast<std::int32_t>(std::max_element(begin, end) - begin);
    }
  }
  return made;
}

std::int64_t Totals::byte_size(const points::Space& space, std::size_t clusters) {
  constexpr std::size_t kWord = sizeof(std::int64_t);
  return static_cast<std::int64_t>(clusters * (1 + 2 * space.axes.size() + space.level_count()) *
                                   kWord);
}

}  // namespace neve::algos::kmeans
