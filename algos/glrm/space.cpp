#include "algos/glrm/space.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neve::algos::glrm {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Targets of a level: a hinge for each level, on the side of the level that it is; of ordered
/// levels one for each step, below the level or not, and none for the last.
void write_level(const Feature& feature, std::int32_t code, double* to) {
  const bool known = code >= 0 && code < feature.width;
  const bool ordered = feature.loss.loss == Loss::ordinal;
  for (std::int32_t l = 0; l < feature.width; ++l) {
    const bool is = ordered ? l < code : l == code;
    const bool none = !known || (ordered && l + 1 == feature.width);
    to[l] = none ? kNone : is ? 1 : 0;
  }
}

void read_codes(const Feature& feature, std::span<const std::int32_t> codes, double* to,
                std::size_t stride) {
  for (std::size_t i = 0; i < codes.size(); ++i, to += stride) {
    if (is_for_levels(feature.loss.loss)) {
      write_level(feature, codes[i], to);
    } else {
      *to = codes[i] == 0 || codes[i] == 1 ? codes[i] : kNone;
    }
  }
}

void read_numbers(const Feature& feature, std::span<const double> numbers, double* to,
                  std::size_t stride) {
  const double center = feature.center;
  const double by = 1 / feature.scale;
  for (std::size_t i = 0; i < numbers.size(); ++i) to[i * stride] = (numbers[i] - center) * by;
}

/// The last step that is still to be made, or rather the level whose steps lose least.
std::size_t best_ordered(std::span<const double> cells) {
  double loss = 0;
  for (std::size_t l = 0; l + 1 < cells.size(); ++l) loss += std::max(1 + cells[l], 0.0);
  double least = loss;
  std::size_t best = 0;
  for (std::size_t level = 1; level < cells.size(); ++level) {
    const double u = cells[level - 1];
    loss += std::max(1 - u, 0.0) - std::max(1 + u, 0.0);
    if (loss >= least) continue;
    least = loss;
    best = level;
  }
  return best;
}

}  // namespace

double Feature::impute(std::span<const double> cells) const {
  if (loss.loss == Loss::categorical)
    return static_cast<double>(std::ranges::max_element(cells) - cells.begin());
  if (loss.loss == Loss::ordinal) return static_cast<double>(best_ordered(cells));
  return imputed(loss.loss, cells[0]);
}

double Feature::reconstruct(std::span<const double> cells, bool original_units) const {
  const double value = impute(cells);
  return original_units && !is_categorical ? value * scale + center : value;
}

std::size_t Space::cells() const {
  return features.empty() ? 0
                          : static_cast<std::size_t>(features.back().first + features.back().width);
}

bool Space::is_quadratic() const {
  return std::ranges::all_of(features,
                             [](const Feature& f) { return f.loss.loss == Loss::quadratic; });
}

bool Space::is_sound(std::span<const std::size_t> levels) const {
  std::int32_t next = 0;
  for (const Feature& f : features) {
    if (f.column < 0 || static_cast<std::size_t>(f.column) >= levels.size()) return false;
    const auto count = static_cast<std::int32_t>(levels[static_cast<std::size_t>(f.column)]);
    const bool of_levels = is_for_levels(f.loss.loss);
    if (f.loss.loss > Loss::ordinal || f.first != next || f.is_categorical != (count > 0))
      return false;
    if (f.width != (of_levels ? count : 1) || f.width < 1 || !(f.loss.period > 0)) return false;
    if (!std::isfinite(f.center) || !(f.scale > 0)) return false;
    next += f.width;
  }
  return !features.empty();
}

void read_targets(const Space& space, const model::ScoreBlock& block, std::vector<double>& out) {
  const std::size_t stride = space.cells();
  out.resize(block.rows * stride);
  for (const Feature& feature : space.features) {
    const auto column = static_cast<std::size_t>(feature.column);
    double* to = out.data() + feature.first;
    if (feature.is_categorical) {
      read_codes(feature, block.codes[column], to, stride);
    } else {
      read_numbers(feature, block.numbers[column], to, stride);
    }
  }
}

}  // namespace neve::algos::glrm
