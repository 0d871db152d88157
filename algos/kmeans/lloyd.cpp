#include "algos/kmeans/lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace neve::algos::kmeans {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
/// More than any rounding of a distance, or of one operation on bounds, takes off or adds.
constexpr double kMargin = 1e-6;

float above(double value) { return static_cast<float>(value * (1 + kMargin)); }
float below(double value) {
  return std::isfinite(value) ? static_cast<float>(value * (1 - kMargin)) : kInfinity;
}

/// So many centers cost hardly more than one.
constexpr std::size_t kFewCenters = 4;

/// Assigns the rows of a group.
class Assigner {
 public:
  Assigner(const AssignTask::State& state, AssignedRows& rows, AssignTask::Partial& partial)
      : state_(state),
        centers_(state.centers),
        rows_(rows),
        partial_(partial),
        table_(centers_.at),
        distances_(kAtOnce * table_.stride()) {
    for (std::size_t c = 0; c < centers_.drifts.size(); ++c) note_drift(c);
  }
  void assign(std::size_t first, std::size_t count, const points::Points& from,
              std::size_t offset) {
    numbers_.clear();
    codes_.clear();
    waiting_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      if (passes_over(first + i, from, offset + i)) continue;
      waiting_.push_back({first + i, offset + i});
      numbers_.push_back(from.numbers.data() + (offset + i) * from.axes);
      codes_.push_back(from.codes.data() + (offset + i) * from.categories);
      if (waiting_.size() == kAtOnce) measure(from);
    }
    measure(from);
  }

 private:
  static constexpr std::size_t kAtOnce = 64;
  struct Waiting {
    std::size_t row;
    std::size_t point;
  };
  void note_drift(std::size_t c) {
    if (centers_.drifts[c] > most_drift_) {
      second_drift_ = most_drift_;
      most_drift_ = centers_.drifts[c];
      most_drifted_ = c;
    } else {
      second_drift_ = std::max(second_drift_, centers_.drifts[c]);
    }
  }
  /// Whether the row surely stays where it is.
  bool passes_over(std::size_t row, const points::Points& from, std::size_t point) {
    const std::int32_t cluster = rows_.clusters[row];
    if (cluster == AssignedRows::kOut) return true;
    if (centers_.fresh || cluster == AssignedRows::kNone) return false;
    const auto c = static_cast<std::size_t>(cluster);
    float& upper = rows_.upper[row];
    float& lower = rows_.lower[row];
    upper = above(static_cast<double>(upper) + centers_.drifts[c]);
    lower = below(std::max(
        0.0, static_cast<double>(lower) - (c == most_drifted_ ? second_drift_ : most_drift_)));
    const float bound = std::max(lower, below(centers_.separations[c]));
    if (upper < bound) return true;
    if (table_.count() <= kFewCenters) return false;
    upper = above(std::sqrt(points::rough_squared_distance(
        from.number(point), from.code(point), centers_.at.number(c), centers_.at.code(c))));
    return upper < bound;
  }
  void measure(const points::Points& from) {
    if (waiting_.empty()) return;
    table_.measure(numbers_, codes_, distances_);
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const auto [row, point] = waiting_[i];
      const points::Nearest nearest = points::nearest_of(
          std::span<const double>(distances_).subspan(i * table_.stride(), table_.count()));
      rows_.upper[row] = above(std::sqrt(nearest.squared));
      rows_.lower[row] = below(std::sqrt(nearest.second_squared));
      move(row, nearest.center, from, point);
    }
    numbers_.clear();
    codes_.clear();
    waiting_.clear();
  }
  void move(std::size_t row, std::size_t to, const points::Points& from, std::size_t point) {
    const std::int32_t old = std::exchange(rows_.clusters[row], static_cast<std::int32_t>(to));
    if (old == rows_.clusters[row]) return;
    ++partial_.reassigned;
    if (old >= 0) partial_.changes.take(state_.units, static_cast<std::size_t>(old), from, point);
    partial_.changes.add(state_.units, to, from, point);
  }

  const AssignTask::State& state_;
  const MovedCenters& centers_;
  AssignedRows& rows_;
  AssignTask::Partial& partial_;
  points::CenterTable table_;
  std::vector<double> distances_;
  std::vector<const double*> numbers_;
  std::vector<const std::int32_t*> codes_;
  std::vector<Waiting> waiting_;
  double most_drift_ = 0;
  double second_drift_ = 0;
  std::size_t most_drifted_ = 0;
};

double distance(const points::Points& a, std::size_t i, const points::Points& b, std::size_t j) {
  return std::sqrt(points::squared_distance(a.number(i), a.code(i), b.number(j), b.code(j)));
}

}  // namespace

MovedCenters fresh_centers(points::Points at) { return {.at = std::move(at), .fresh = true}; }

MovedCenters moved_centers(points::Points at, const points::Points& before) {
  MovedCenters moved{.at = std::move(at), .fresh = false};
  const std::size_t count = moved.at.count;
  moved.separations.assign(count, std::numeric_limits<double>::infinity());
  points::CenterTable table(moved.at);
  std::vector<double> squared(table.stride());
  for (std::size_t c = 0; c < count; ++c) {
    moved.drifts.push_back(distance(moved.at, c, before, c) * (1 + kMargin));
    table.measure(moved.at, c, 1, squared);
    for (std::size_t other = 0; other < count; ++other) {
      if (other == c) continue;
      moved.separations[c] = std::min(moved.separations[c], std::sqrt(squared[other]) / 2);
    }
  }
  return moved;
}

AssignTask::Partial AssignTask::zero(const State& state) {
  return {.changes = Totals(state.rows.space, state.centers.at.count), .reassigned = 0};
}

std::int64_t AssignTask::partial_bytes(const State& state) {
  return Totals::byte_size(state.rows.space, state.centers.at.count);
}

void AssignTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                     Partial& partial) {
  Assigner assigner(state, scratch, partial);
  for_points(group, state.rows, &scratch.kept,
             [&](std::size_t first, std::size_t count, const points::Points& from,
                 std::size_t offset) { assigner.assign(first, count, from, offset); });
}

void AssignTask::merge(Partial& left, const Partial& right) {
  left.changes.merge(right.changes);
  left.reassigned += right.reassigned;
}

void FurthestTask::Partial::add(Far far) {
  if (furthest.size() == most && (most == 0 || !far.before(furthest.back()))) return;
  const auto at = std::ranges::find_if(furthest, [&](const Far& f) { return far.before(f); });
  furthest.insert(at, std::move(far));
  if (furthest.size() > most) furthest.pop_back();
}

void FurthestTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                       Partial& partial) {
  for_points(
      group, state.rows, &scratch.kept,
      [&](std::size_t first, std::size_t count, const points::Points& from, std::size_t offset) {
        for (std::size_t i = 0; i < count; ++i) {
          const std::int32_t cluster = scratch.clusters[first + i];
          if (cluster < 0) continue;
          const auto c = static_cast<std::size_t>(cluster);
          const double squared =
              points::squared_distance(from.number(offset + i), from.code(offset + i),
                                       state.centers.number(c), state.centers.code(c));
          Far far{.squared = squared,
                  .row = group.first_row + static_cast<std::int64_t>(first + i),
                  .point = {}};
          const bool among =
              partial.furthest.size() < partial.most || far.before(partial.furthest.back());
          if (!among) continue;
          far.point = points::Points(state.rows.space);
          far.point.add(from, offset + i);
          partial.add(std::move(far));
        }
      });
}

void FurthestTask::merge(Partial& left, const Partial& right) {
  for (const Far& far : right.furthest) left.add(far);
}

}  // namespace neve::algos::kmeans
