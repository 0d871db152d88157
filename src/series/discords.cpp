#include <algorithm>
#include <cmath>

#include <neve/series/index.hpp>

#include "series/frames.hpp"
#include "series/queries.hpp"

namespace neve::series {
namespace {

/// Queries of the first batch: the first few rows mostly have the discords, which spare the rest.
constexpr std::int64_t kFirstBatch = 16;

/// A row, and the squared distance to its nearest neighbour, or to one that is not nearer.
struct Candidate {
  double squared = 0;
  std::int64_t row = -1;
  std::int64_t neighbor = -1;
  template <class Archive>
  void fields(Archive& archive) {
    archive(squared, row, neighbor);
  }
  /// Farther first, then the row above.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.squared != b.squared ? a.squared > b.squared : a.row < b.row;
  }
};

/// All rows, those first that are farthest from the others of their leaf.
std::vector<Candidate> candidates(mr::Engine& engine, const Index& index, const Watch& watch) {
  const auto leaves =
      engine.run<LeafNearestTask>(inputs_of(index), {shape_of(index)}, {.token = watch.token});
  std::vector<Candidate> all;
  all.reserve(static_cast<std::size_t>(index.rows()));
  for (const auto& [first_row, squared] : leaves.groups) {
    for (std::size_t row = 0; row < squared.size(); ++row) {
      all.push_back({squared[row], first_row + static_cast<std::int64_t>(row)});
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// The discords among the candidates that were looked at.
class Discords {
 public:
  Discords() = default;
  explicit Discords(std::int64_t most) : most_(static_cast<std::uint64_t>(most)) {}
  template <class Archive>
  void fields(Archive& archive) {
    archive(most_, found_);
  }
  /// Who has a neighbour nearer than this is none.
  [[nodiscard]] double bound() const { return found_.size() < most_ ? 0 : found_.back().squared; }
  void offer(const Candidate& candidate) {
    if (found_.size() == most_) {
      if (!(candidate < found_.back())) return;
      found_.pop_back();
    }
    found_.insert(std::upper_bound(found_.begin(), found_.end(), candidate), candidate);
  }
  [[nodiscard]] const std::vector<Candidate>& found() const { return found_; }

 private:
  std::uint64_t most_ = 1;
  std::vector<Candidate> found_;
};

/// Looks at a batch: a leaf of each row group first, which rules most of them out.
void look_at(Queries& asked, std::span<const Candidate> batch, Discords& discords) {
  SearchTask::State state;
  std::vector<Candidate> by_row(batch.begin(), batch.end());
  std::ranges::sort(by_row, {}, &Candidate::row);
  for (const Candidate& candidate : by_row) {
    state.own_rows.push_back(candidate.row);
    state.within.push_back(candidate.squared);
  }
  state.series = asked.fetch(state.own_rows);
  state.leaves = 1;
  const auto near = asked.run(state);
  SearchTask::State exact;
  exact.enough = discords.bound();
  const std::size_t stride = state.series.size() / by_row.size();
  for (std::size_t q = 0; q < by_row.size(); ++q) {
    const double squared = near[q].empty() ? state.within[q] : near[q][0].squared;
    if (squared < exact.enough) continue;
    exact.own_rows.push_back(state.own_rows[q]);
    exact.within.push_back(squared);
    const auto series = std::span(state.series).subspan(q * stride, stride);
    exact.series.insert(exact.series.end(), series.begin(), series.end());
  }
  if (exact.own_rows.empty()) return;
  const auto nearest = asked.run(exact);
  for (std::size_t q = 0; q < nearest.size(); ++q) {
    if (nearest[q].empty()) continue;  // it is the only row
    discords.offer({nearest[q][0].squared, exact.own_rows[q], nearest[q][0].row});
  }
}

}  // namespace

/// As HOT SAX (Keogh, Lin and Fu, ICDM 2005): rows that look like discords come first, and the
/// search for a row's neighbour ends at the first that is nearer than the discords so far.
Neighbors discords(mr::Engine& engine, const Index& index, std::int64_t most, const Watch& watch) {
  check_most(most);
  const Reservation room = engine.budget().reserve(
      2 * index.rows() * std::int64_t{sizeof(Candidate)}, "distances between series");
  Queries asked(engine, index, watch);
  const std::vector<Candidate> all = candidates(engine, index, watch);
  Course<Discords> course{.found = Discords(most)};
  course.resume(watch);
  Discords& discords = course.found;
  const auto rows = static_cast<std::int64_t>(all.size());
  while (course.next < rows) {
    const auto begin = static_cast<std::size_t>(course.next);
    if (all[begin].squared < discords.bound()) break;
    watch.tell(0.1 + 0.9 * static_cast<double>(course.next) / static_cast<double>(rows));
    // As many as went before, so that batches double.
    const std::int64_t size = std::clamp(course.next, kFirstBatch, asked.batch());
    const auto count = static_cast<std::size_t>(std::min(size, rows - course.next));
    look_at(asked, std::span(all).subspan(begin, count), discords);
    course.next += static_cast<std::int64_t>(count);
    course.keep(watch);
  }
  Neighbors found;
  for (const Candidate& discord : discords.found()) {
    found.query.push_back(discord.row);
    found.row.push_back(discord.neighbor);
    found.distance.push_back(std::sqrt(discord.squared));
  }
  return found;
}

}  // namespace neve::series
