#include "algos/glrm/starts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>

#include "algos/glrm/fit_task.hpp"

namespace neve::algos::glrm {
namespace {

enum Stream : std::uint64_t { kColumns = 1, kRows, kCenters, kNoise };

std::vector<double> normals(std::size_t count, const CounterRng& random) {
  std::vector<double> made(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double radius = std::sqrt(-2 * math::log(1 - random.uniform(2 * i)));
    made[i] = radius * math::cos(2 * std::numbers::pi * random.uniform(2 * i + 1));
  }
  return made;
}

/// Rows of cells, and which of k centers each is nearest to.
class Clusters {
 public:
  Clusters(const std::vector<double>& rows, std::size_t cells)
      : rows_(rows), cells_(cells), count_(rows.size() / cells) {}

  /// k-means++.
  void choose(std::size_t k, const CounterRng& random) {
    std::vector<double> squared(count_, 1);
    for (std::size_t c = 0; c < k; ++c) {
      double sum = 0;
      for (const double each : squared) sum += each;
      double left = random.uniform(c) * sum;
      std::size_t chosen = 0;
      while (chosen + 1 < count_ && left >= squared[chosen]) left -= squared[chosen++];
      const double* row = rows_.data() + chosen * cells_;
      centers_.insert(centers_.end(), row, row + cells_);
      for (std::size_t i = 0; i < count_; ++i) {
        const double distance = distance_to(i, c);
        squared[i] = c == 0 ? distance : std::min(squared[i], distance);
      }
    }
  }
  /// Lloyd's iteration; an empty cluster stays where it is.
  void iterate() {
    const std::size_t k = centers_.size() / cells_;
    std::vector<double> sums(centers_.size());
    std::vector<std::size_t> sizes(k);
    for (std::size_t i = 0; i < count_; ++i) {
      std::size_t best = 0;
      double least = distance_to(i, 0);
      for (std::size_t c = 1; c < k; ++c) {
        const double distance = distance_to(i, c);
        if (distance >= least) continue;
        least = distance;
        best = c;
      }
      ++sizes[best];
      for (std::size_t j = 0; j < cells_; ++j) sums[best * cells_ + j] += rows_[i * cells_ + j];
    }
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < cells_ && sizes[c] > 0; ++j)
        centers_[c * cells_ + j] = sums[c * cells_ + j] / static_cast<double>(sizes[c]);
    }
  }
  [[nodiscard]] const std::vector<double>& centers() const { return centers_; }

 private:
  [[nodiscard]] double distance_to(std::size_t row, std::size_t center) const {
    const double* a = rows_.data() + row * cells_;
    const double* b = centers_.data() + center * cells_;
    double sum = 0;
    for (std::size_t j = 0; j < cells_; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
  }
  const std::vector<double>& rows_;
  std::size_t cells_;
  std::size_t count_;
  std::vector<double> centers_;
};

InputError wrong_user_frame(const frame::Frame& frame, const std::string& argument,
                            const std::string& why) {
  return InputError::illegal_argument(why, {{argument, frame.key}});
}

}  // namespace

std::vector<double> random_columns(std::size_t count, std::uint64_t seed) {
  return normals(count, CounterRng(seed, kColumns));
}

void DrawTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const CounterRng random(state.seed, kRows);
  const std::size_t cells = state.space.cells();
  for_targets(group, state.space, state.plan,
              [&](std::size_t first, std::size_t rows, std::span<const double> targets) {
                for (std::size_t i = 0; i < rows; ++i) {
                  const auto row = static_cast<std::uint64_t>(group.first_row) + first + i;
                  if (random.uniform(row) >= state.share) continue;
                  for (const double target : targets.subspan(i * cells, cells))
                    partial.targets.push_back(std::isnan(target) ? 0 : target);
                }
              });
}

void DrawTask::merge(Partial& left, const Partial& right) {
  left.targets.insert(left.targets.end(), right.targets.begin(), right.targets.end());
}

std::vector<double> center_columns(const std::vector<double>& rows, std::size_t cells,
                                   std::size_t k, std::uint64_t seed) {
  constexpr int kIterations = 5;
  constexpr double kNoiseShare = 1e-2;
  std::vector<double> made = normals(cells * k, CounterRng(seed, kNoise));
  if (rows.empty()) return made;
  Clusters clusters(rows, cells);
  clusters.choose(k, CounterRng(seed, kCenters));
  for (int i = 0; i < kIterations; ++i) clusters.iterate();
  double squares = 0;
  for (const double value : rows) squares += value * value;
  const double noise = kNoiseShare * std::sqrt(squares / static_cast<double>(rows.size()));
  for (std::size_t j = 0; j < cells; ++j) {
    for (std::size_t c = 0; c < k; ++c)
      made[j * k + c] = clusters.centers()[c * cells + j] + noise * made[j * k + c];
  }
  return made;
}

std::vector<double> read_numbers(mr::Engine& engine, const frame::Frame& frame,
                                 const std::string& argument) {
  const auto rows = static_cast<std::size_t>(frame.rows());
  const auto width = static_cast<std::size_t>(frame.width());
  std::vector<double> made(rows * width);
  for (std::size_t c = 0; c < width; ++c) {
    const frame::Column& column = frame.columns[c];
    if (column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid)
      throw wrong_user_frame(
          frame, argument,
          "Column '" + frame.names[c] + "' of " + argument + " must hold numbers.");
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      std::vector<double> part(static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g))));
      engine.chunk(*frame.layout, column.id, GroupIndex(g)).decode(0, part);
      const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
      for (std::size_t i = 0; i < part.size(); ++i) {
        if (!std::isfinite(part[i]))
          throw wrong_user_frame(frame, argument,
                                 "Column '" + frame.names[c] + "' of " + argument +
                                     " holds a missing or infinite value.");
        made[(first + i) * width + c] = part[i];
      }
    }
  }
  return made;
}

std::vector<double> read_user_y(mr::Engine& engine, const frame::Frame& frame, const Space& space,
                                std::size_t k, bool expand) {
  const std::size_t cells = space.cells();
  const std::size_t wanted = expand ? space.features.size() : cells;
  if (static_cast<std::size_t>(frame.rows()) != k)
    throw wrong_user_frame(frame, "user_y",
                           "user_y must have k = " + std::to_string(k) + " rows, one for each " +
                               "archetype; it has " + std::to_string(frame.rows()) + ".");
  if (static_cast<std::size_t>(frame.width()) != wanted)
    throw wrong_user_frame(
        frame, "user_y",
        "user_y must have " + std::to_string(wanted) + " columns, one for each " +
            (expand ? "column that is fitted" : "number, and level of a category, that is fitted") +
            "; it has " + std::to_string(frame.width()) + ".");
  const std::vector<double> given = read_numbers(engine, frame, "user_y");
  std::vector<double> y(cells * k);
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t f = 0; f < space.features.size(); ++f) {
      const Feature& feature = space.features[f];
      const auto first = static_cast<std::size_t>(feature.first);
      for (std::size_t l = 0; l < static_cast<std::size_t>(feature.width); ++l) {
        const double value = given[c * wanted + (expand ? f : first + l)];
        const bool level = expand && is_for_levels(feature.loss.loss);
        y[(first + l) * k + c] = !level ? value : std::floor(value) == static_cast<double>(l);
      }
    }
  }
  return y;
}

}  // namespace neve::algos::glrm
