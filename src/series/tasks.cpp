#include "series/tasks.hpp"

#include "series/moments.hpp"
#include "series/packing.hpp"

#include <neve/base/buffer.hpp>

namespace neve::series {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void BuildTask::map(const mr::RowGroup& group, const State& state, Partial& partial,
                    mr::Outputs& outputs) {
  BuiltPart built = build_part(group.columns, group.rows, state.shape);
  if (built.bad.row >= 0) {
    partial.bad.note({group.first_row + built.bad.row, built.bad.column});
  }
  const std::span<const std::byte> bytes = built.chunk.opaque();
  partial.checksum += hash_bytes(bytes, static_cast<std::uint64_t>(group.index.value()));
  partial.bytes += static_cast<std::int64_t>(bytes.size());
  outputs.set_chunk(0, std::move(built.chunk));
}

void BuildTask::merge(Partial& left, const Partial& right) {
  left.bad.note(right.bad);
  left.checksum += right.checksum;
  left.bytes += right.bytes;
}

void SeriesRows::add(std::int64_t row, const float* begin, std::size_t length, std::size_t stride) {
  rows.push_back(row);
  series.insert(series.end(), begin, begin + length);
  series.resize(rows.size() * stride);
}

void SeriesRows::append(const SeriesRows& more) {
  bad.note(more.bad);
  rows.insert(rows.end(), more.rows.begin(), more.rows.end());
  series.insert(series.end(), more.series.begin(), more.series.end());
}

void ReadTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const std::int64_t begin = std::max<std::int64_t>(state.first - group.first_row, 0);
  const std::int64_t end = std::min(state.end - group.first_row, group.rows);
  if (begin >= end) return;
  SeriesReader reader(group.columns, state.shape);
  std::vector<float> series(static_cast<std::size_t>(state.shape.length));
  for (std::int64_t at = begin; at < end; at += reader.block()) {
    const std::int64_t rows = std::min(reader.block(), end - at);
    const BadCell bad = reader.read(at, rows);
    if (bad.row >= 0) {
      partial.bad.note({group.first_row + at + bad.row, bad.column});
      return;
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      std::ranges::copy(reader.series(row), series.begin());
      if (state.shape.normalize) round_as_packed(series);
      partial.add(group.first_row + at + row, series.data(), series.size(), state.shape.stride());
    }
  }
}

void FetchTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const auto begin = std::ranges::lower_bound(state.rows, group.first_row);
  const auto end = std::ranges::lower_bound(state.rows, group.first_row + group.rows);
  if (begin == end) return;
  const Part part(group.columns[0], state.shape, group.rows);
  const std::vector<std::uint32_t> places = part.places();
  const std::size_t stride = state.shape.stride();
  std::vector<float> series(stride);
  for (auto row = begin; row != end; ++row) {
    part.read(places[static_cast<std::size_t>(*row - group.first_row)], series);
    partial.add(*row, series.data(), stride, stride);
  }
}

void SearchTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const Part part(group.columns[0], state.shape, group.rows);
  const Intervals intervals(state.shape);
  PartSearch search(part, intervals);
  const std::size_t stride = state.shape.stride();
  const std::int64_t last_row = group.first_row + group.rows - 1;
  for (std::size_t q = 0; q < state.within.size(); ++q) {
    Eligible eligible{.first_row = group.first_row};
    if (!state.own_rows.empty()) {
      eligible.not_row = state.own_rows[q];
      eligible.only_after = state.only_after;
    }
    if (eligible.only_after && last_row <= eligible.not_row) continue;
    const Query query(state.series.data() + q * stride, state.shape);
    NearestList nearest(partial.nearest[q], static_cast<std::size_t>(state.most), state.within[q]);
    if (state.leaves == 0) {
      search.search(query, eligible, state.enough, nearest);
    } else {
      search.look_near(query, eligible, static_cast<std::size_t>(state.leaves), nearest);
    }
  }
}

void SearchTask::merge(Partial& left, const Partial& right) {
  for (std::size_t q = 0; q < left.nearest.size(); ++q) {
    NearestList nearest(left.nearest[q], static_cast<std::size_t>(left.most), kInfinity);
    for (const Near& near : right.nearest[q]) nearest.offer(near);
  }
}

void ClosestPairs::offer(const Close& pair) {
  if (static_cast<std::int64_t>(pairs.size()) == most) {
    if (!(pair < pairs.back())) return;
    pairs.pop_back();
  }
  pairs.insert(std::ranges::upper_bound(pairs, pair), pair);
}

void LeafPairsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const Part part(group.columns[0], state.shape, group.rows);
  std::vector<float> of_a(state.shape.stride());
  for (std::size_t a = 0; a < part.rows(); ++a) {
    part.read(a, of_a);
    const std::size_t end = std::min(part.rows(), (a / kLeafRows + 1) * kLeafRows);
    for (std::size_t b = a + 1; b < end; ++b) {
      const double bound = partial.bound();
      const double squared = distance(part, b, of_a.data(), bound);
      if (squared > bound) continue;
      // Rows of a leaf are in order.
      partial.offer({squared, group.first_row + part.row(a), group.first_row + part.row(b)});
    }
  }
}

void LeafNearestTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const Part part(group.columns[0], state.shape, group.rows);
  std::vector<float> series(state.shape.stride());
  const std::vector<std::uint32_t> places = part.places();
  std::vector<double> by_place(part.rows(), kInfinity);
  for (std::size_t a = 0; a < part.rows(); ++a) {
    const std::size_t end = std::min(part.rows(), (a / kLeafRows + 1) * kLeafRows);
    double& of_a = by_place[a];
    part.read(a, series);
    for (std::size_t b = a + 1; b < end; ++b) {
      double& of_b = by_place[b];
      const double bound = std::max(of_a, of_b);
      const double squared = distance(part, b, series.data(), bound);
      of_a = std::min(of_a, squared);
      of_b = std::min(of_b, squared);
    }
  }
  std::vector<double> nearest;
  nearest.reserve(part.rows());
  for (const std::uint32_t place : places) nearest.push_back(by_place[place]);
  partial.groups.emplace_back(group.first_row, std::move(nearest));
}

mr::TaskList tasks() {
  return {&mr::task_entry<MomentsTask>(),    &mr::task_entry<BuildTask>(),
          &mr::task_entry<ReadTask>(),       &mr::task_entry<FetchTask>(),
          &mr::task_entry<SearchTask>(),     &mr::task_entry<LeafPairsTask>(),
          &mr::task_entry<LeafNearestTask>()};
}

}  // namespace neve::series
