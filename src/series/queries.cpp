#include "series/queries.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

#include "series/frames.hpp"

namespace neve::series {
namespace {

/// Points of a batch of queries.
constexpr std::int64_t kBatchPoints = 1 << 16;
constexpr std::int64_t kMostQueries = 1024;

/// The rows' series one after the other, `first` giving the place of a row.
template <class PlaceOf>
std::vector<float> in_order(const SeriesRows& found, std::size_t stride, const PlaceOf& place_of) {
  std::vector<float> series(found.series.size());
  for (std::size_t i = 0; i < found.rows.size(); ++i) {
    const auto from = std::span(found.series).subspan(i * stride, stride);
    const auto to = static_cast<std::ptrdiff_t>(place_of(found.rows[i]) * stride);
    std::ranges::copy(from, series.begin() + to);
  }
  return series;
}

}  // namespace

Queries::Queries(mr::Engine& engine, const Index& index, const Watch& watch)
    : engine_(engine), index_(index), watch_(watch), shape_(shape_of(index)) {
  batch_ = std::clamp<std::int64_t>(kBatchPoints / index.length, 1, kMostQueries);
  // The batch, what it is made of, and a copy for other nodes.
  const auto stride = static_cast<std::int64_t>(shape_.stride() * sizeof(float));
  room_ = engine.budget().reserve(3 * batch_ * stride, "queries of a search among series");
}

std::vector<float> Queries::fetch(std::span<const std::int64_t> rows) {
  const FetchTask::State state{shape_, {rows.begin(), rows.end()}};
  const SeriesRows found =
      engine_.run<FetchTask>(inputs_of(index_), state, {.token = watch_.token});
  NEVE_CHECK(found.rows.size() == rows.size());
  return in_order(found, shape_.stride(), [rows](std::int64_t row) {
    return static_cast<std::size_t>(std::ranges::lower_bound(rows, row) - rows.begin());
  });
}

std::vector<float> Queries::read(const frame::Frame& frame, std::int64_t first, std::int64_t end) {
  const ReadTask::State state{shape_, first, end};
  const SeriesRows found =
      engine_.run<ReadTask>(mr::inputs_of(frame), state, {.token = watch_.token});
  refuse(found.bad, frame, "queries");
  NEVE_CHECK(static_cast<std::int64_t>(found.rows.size()) == end - first);
  return in_order(found, shape_.stride(),
                  [first](std::int64_t row) { return static_cast<std::size_t>(row - first); });
}

std::vector<std::vector<Near>> Queries::run(SearchTask::State& state) {
  state.shape = shape_;
  // A list for each thread here, and those of the other nodes.
  const Reservation lists = engine_.budget().reserve(
      (engine_.pool().threads() + 2) * SearchTask::partial_bytes(state), "neighbours of series");
  return engine_.run<SearchTask>(inputs_of(index_), state, {.token = watch_.token}).nearest;
}

}  // namespace neve::series
