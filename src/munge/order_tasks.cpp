#include "munge/order_tasks.hpp"

#include <algorithm>
#include <limits>

#include <neve/base/error.hpp>

namespace neve::munge {
void KeysTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  scratch.shape = state.plan.shape;
  scratch.records = records_of(group, state.plan);
  scratch.records = sorted_records(scratch.shape, scratch.records);
}

void KeysTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& scratch,
                   Partial& partial) {
  KeyRecords samples(scratch.shape);
  for (std::size_t i = 0; i < scratch.records.size(); ++i) {
    if (is_sample(scratch.records.rows[i], state.stride)) {
      samples.append(scratch.records, i, i + 1);
    }
  }
  merge(partial, {std::move(samples)});
}

void KeysTask::merge(Partial& left, const Partial& right) {
  left.samples.words_each = std::max(left.samples.words_each, right.samples.words_each);
  left.samples.texts_each = std::max(left.samples.texts_each, right.samples.texts_each);
  left.samples.append(right.samples, 0, right.samples.size());
}

KeyRecords collect_keys(mr::Peers& peers, const mr::Source& keys, const KeyShape& shape,
                        const KeyRange& range) {
  const std::vector<GroupIndex> groups = all_groups(*keys.layout);
  const auto slices = peers.ask<KeyRange, KeySlice>(keys, groups, {&range, 1});
  std::size_t count = 0;
  for (const auto& slice : slices.of) count += slice->size();
  // The records, their sorted copy, and what the sort itself needs.
  constexpr std::size_t kSortBytes = 36;
  const std::size_t each = 8 * (1 + shape.words()) + sizeof(std::string_view) * shape.texts();
  const Reservation memory = peers.budget().reserve(
      static_cast<std::int64_t>(count * (2 * each + kSortBytes)), "A part of a sort");
  KeyRecords all(shape);
  all.words.reserve(count * shape.words());
  all.rows.reserve(count);
  for (const auto& slice : slices.of) slice->append_to(all);
  peers.check();
  return sorted_records(shape, all);
}

void SortTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  scratch.rows =
      collect_keys(*group.peers, state.keys, state.shape, state.range(group.index.value())).rows;
}

void SortTask::map(const mr::RowGroup& group, const State& /*state*/, Scratch& scratch,
                   Partial& partial) {
  partial.rows[group.index.value()] = static_cast<std::int64_t>(scratch.rows.size());
}

RowNumbers SortTask::answer(const Scratch& scratch, const RowRange& range) {
  return {{{scratch.rows.begin() + range.begin, scratch.rows.begin() + range.end}}};
}

void JoinTask::Scratch::reserve(std::size_t runs) {
  left.reserve(runs);
  first_right.reserve(runs);
  begins.reserve(runs + 1);
}

namespace {

/// Goes through the sorted records of both sides of one partition.
class Joiner {
 public:
  Joiner(const JoinTask::State& state, const KeyRange& range, JoinTask::Scratch& to)
      : state_(state), range_(range), to_(to) {}

  void join(const KeyRecords& left, const KeyRecords& right) {
    to_.reserve(left.size());
    to_.right_rows = right.rows;
    const KeyShape& shape = state_.left.shape;
    if (shape.words() != 1 || shape.texts() > 0) {
      return join_by(left, right,
                     [&shape](const KeyRecords& a, std::size_t i, const KeyRecords& b,
                              std::size_t j) { return compare_keys(shape, a, i, b, j); });
    }
    join_by(left, right,
            [](const KeyRecords& a, std::size_t i, const KeyRecords& b, std::size_t j) {
              const std::uint64_t x = a.words[i];
              const std::uint64_t y = b.words[j];
              return static_cast<int>(x > y) - static_cast<int>(x < y);
            });
  }

 private:
  template <class Compare>
  void join_by(const KeyRecords& left, const KeyRecords& right, const Compare& compare) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < left.size() || j < right.size()) {
      const int order = i == left.size() ? 1 : j == right.size() ? -1 : compare(left, i, right, j);
      if (order < 0) {
        if (state_.all_left) to_.add(left.rows[i], -1, 1);
        ++i;
      } else if (order > 0) {
        if (state_.all_right && is_alone(right, j)) to_.add(-1, static_cast<std::int64_t>(j), 1);
        ++j;
      } else {
        std::size_t end = j + 1;
        while (end < right.size() && compare(right, j, right, end) == 0) ++end;
        for (const std::size_t first = i; i < left.size(); ++i) {
          if (compare(left, first, left, i) != 0) break;
          to_.add(left.rows[i], static_cast<std::int64_t>(j), static_cast<std::int64_t>(end - j));
        }
        j = end;
      }
    }
  }

  /// Whether a right row without a partner here has none in other partitions, and is this one's to
  /// give. Splitters with row -1 lie before all rows of their key; others are left rows themselves.
  [[nodiscard]] bool is_alone(const KeyRecords& right, std::size_t j) const {
    const KeyShape& shape = state_.left.shape;
    if (range_.low.size() > 0) {
      const int order = compare_keys(shape, right, j, range_.low, 0);
      if (order < 0 || (order == 0 && range_.low.rows[0] >= 0)) return false;
    }
    return range_.high.size() == 0 || compare_keys(shape, right, j, range_.high, 0) < 0;
  }

  const JoinTask::State& state_;
  const KeyRange& range_;
  JoinTask::Scratch& to_;
};

}  // namespace

void JoinTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  const KeyRange range = state.left.range(group.index.value());
  // All right rows of the keys at both ends that have left rows here, and those that are alone.
  KeyRange whole = range;
  if (whole.low.size() > 0) whole.low.rows[0] = -1;
  if (whole.high.size() > 0 && whole.high.rows[0] >= 0) {
    whole.high.rows[0] = std::numeric_limits<std::int64_t>::max();
  }
  const KeyShape& shape = state.left.shape;
  const KeyRecords left = collect_keys(*group.peers, state.left.keys, shape, range);
  const KeyRecords right = collect_keys(*group.peers, state.right, shape, whole);
  Joiner(state, range, scratch).join(left, right);
}

void JoinTask::map(const mr::RowGroup& group, const State& /*state*/, Scratch& scratch,
                   Partial& partial) {
  partial.rows[group.index.value()] = scratch.begins.back();
}

RowNumbers JoinTask::answer(const Scratch& scratch, const RowRange& range) {
  RowNumbers found{{{}, {}}};
  for (auto& column : found.columns) {
    column.reserve(static_cast<std::size_t>(range.end - range.begin));
  }
  const auto after = std::ranges::upper_bound(scratch.begins, range.begin);
  auto run = static_cast<std::size_t>(after - scratch.begins.begin()) - 1;
  for (std::int64_t row = range.begin; row < range.end; ++row) {
    while (row >= scratch.begins[run + 1]) ++run;
    const std::int64_t first = scratch.first_right[run];
    found.columns[0].push_back(scratch.left[run]);
    found.columns[1].push_back(
        first < 0
            ? -1
            : scratch.right_rows[static_cast<std::size_t>(first + row - scratch.begins[run])]);
  }
  return found;
}

void PlaceTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                    mr::Outputs& outputs) {
  if (group.rows == 0) return;
  const Overlaps parts(state.begins, group);
  const auto found = group.peers->ask<RowRange, RowNumbers>(state.partitions, parts.partitions,
                                                            std::span(parts.ranges));
  for (std::size_t c = 0; c < outputs.count(); ++c) {
    auto to = outputs.int64s(c).begin();
    for (const auto& part : found.of) to = std::ranges::copy(part->columns[c], to).out;
  }
}

}  // namespace neve::munge
