#include "munge/group_tasks.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <neve/base/error.hpp>

#include "munge/program.hpp"

namespace neve::munge {
namespace {

KeyShape shape_of(std::size_t keys) {
  return {.text_behind = std::vector<std::int32_t>(keys, -1), .text_falling = {}};
}

void add(Moments& to, double x) {
  ++to.rows;
  if (std::isnan(x)) {
    ++to.missing;
    return;
  }
  to.sum += x;
  to.product *= x;
  to.zeros += x == 0 ? 1 : 0;
  to.min = std::min(to.min, x);
  to.max = std::max(to.max, x);
}

}  // namespace

namespace {

/// The keys and the values of one row group's rows.
struct Cells {
  std::vector<std::vector<double>> keys;
  std::vector<std::vector<double>> values;
};

Cells read_cells(const mr::RowGroup& group, const GroupRowsTask::State& state) {
  const auto keys = static_cast<std::size_t>(state.keys);
  Cells cells;
  cells.keys.resize(keys);
  cells.values.resize(state.program.outputs.size() - keys);
  const auto column = [&](std::size_t i) -> std::vector<double>& {
    return i < keys ? cells.keys[i] : cells.values[i - keys];
  };
  for (std::size_t i = 0; i < state.program.outputs.size(); ++i) {
    column(i).reserve(static_cast<std::size_t>(group.rows));
  }
  ProgramRunner runner(state.program, group);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    runner.run(begin, std::min(kBlockRows, group.rows - begin));
    for (std::size_t i = 0; i < state.program.outputs.size(); ++i) {
      const auto from = runner.output(i);
      column(i).insert(column(i).end(), from.begin(), from.end());
    }
  }
  return cells;
}

/// Rows and sums of all values in one pass, as those of a group lie side by side.
void add_sums(std::span<const std::vector<double>> values, std::span<const std::uint32_t> ids,
              GroupTable& table) {
  const auto add = [&](auto count) {
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const std::size_t group = ids[row];
      ++table.keys.rows[group];
      Sum* const cells = table.sums.data() + group * count;
      for (std::size_t v = 0; v < count; ++v) cells[v].add(values[v][row]);
    }
  };
  if (values.empty()) return add(std::integral_constant<std::size_t, 0>());
  if (values.size() == 1) return add(std::integral_constant<std::size_t, 1>());
  if (values.size() == 2) return add(std::integral_constant<std::size_t, 2>());
  add(values.size());
}

void add_moments(std::span<const double> values, std::span<const std::uint32_t> ids, std::size_t v,
                 GroupTable& table) {
  const auto of = [&](std::size_t row) -> Moments& {
    return table.moments[std::size_t{ids[row]} * table.values + v];
  };
  for (std::size_t row = 0; row < values.size(); ++row) add(of(row), values[row]);
  // The squares come second, about the mean, so that nothing cancels.
  for (std::size_t g = 0; g < table.size(); ++g) {
    Moments& m = table.moments[g * table.values + v];
    if (m.rows > m.missing) m.mean = m.sum / static_cast<double>(m.rows - m.missing);
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    const double d = values[row] - of(row).mean;
    if (!std::isnan(d)) of(row).squares += d * d;
  }
}

}  // namespace

void GroupRowsTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  const Cells cells = read_cells(group, state);
  NumberedTuples tuples =
      number_tuples(cells.keys, static_cast<std::size_t>(group.rows), missing_key(state.missing));
  scratch.shape = shape_of(static_cast<std::size_t>(state.whole));
  scratch.table = GroupTable(tuples, cells.values.size(), state.figures);
  if (state.figures == Figures::sums) {
    add_sums(cells.values, tuples.ids, scratch.table);
  } else {
    for (const std::uint32_t id : tuples.ids) ++scratch.table.keys.rows[id];
    for (std::size_t v = 0; v < cells.values.size(); ++v) {
      add_moments(cells.values[v], tuples.ids, v, scratch.table);
    }
  }
  if (state.missing == MissingKeys::dropped) scratch.table.drop_missing();
}

void GroupRowsTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                        Partial& partial) {
  const KeyRecords& keys = scratch.table.keys;
  Partial here{static_cast<std::int64_t>(keys.size()), keys.picked({})};
  for (std::size_t g = 0; g < keys.size(); ++g) {
    if (is_sample(group.first_row + static_cast<std::int64_t>(g), state.stride)) {
      here.samples.append(keys, g, g + 1);
    }
  }
  // Before all groups of the key.
  std::ranges::fill(here.samples.rows, -1);
  merge(partial, here);
}

void GroupRowsTask::merge(Partial& left, const Partial& right) {
  left.groups += right.groups;
  left.samples.words_each = std::max(left.samples.words_each, right.samples.words_each);
  left.samples.append(right.samples, 0, right.samples.size());
}

GroupSlice GroupRowsTask::answer(const Scratch& scratch, const KeyRange& range) {
  const KeySlice keys = slice_of(scratch.shape, scratch.table.keys, range);
  return {.from = &scratch.table, .begin = keys.begin, .end = keys.end, .own = {}};
}

namespace {

/// The tables of all row groups as one.
GroupTable put_together(std::span<const std::shared_ptr<const GroupSlice>> slices,
                        const GroupsTask::State& state) {
  const auto keys = static_cast<std::size_t>(state.keys);
  std::size_t groups = 0;
  for (const auto& slice : slices) groups += slice->size();
  std::vector<std::vector<double>> columns(keys, std::vector<double>(groups));
  std::size_t done = 0;
  for (const auto& slice : slices) {
    const std::uint64_t* const words = slice->table().keys.words.data() + slice->first() * keys;
    const std::size_t count = slice->size();
    for (std::size_t k = 0; k < keys; ++k) {
      double* const to = columns[k].data() + done;
      for (std::size_t g = 0; g < count; ++g) to[g] = group_value(words[g * keys + k]);
    }
    done += count;
  }
  NumberedTuples tuples = number_tuples(columns, groups, missing_key(state.missing_keys));
  GroupTable table(tuples, static_cast<std::size_t>(state.values), state.figures);
  std::span<const std::uint32_t> ids = tuples.ids;
  for (const auto& slice : slices) {
    table.merge(ids.first(slice->size()), slice->table(), slice->first());
    ids = ids.subspan(slice->size());
  }
  return table;
}

/// Of groups [begin, end), which differ in their last key only, the middle of those keys, or the
/// one of most rows.
double chosen(const GroupTable& table, std::size_t begin, std::size_t end,
              const GroupsTask::State& state) {
  const std::size_t each = table.keys.words_each;
  const std::vector<std::int64_t>& rows = table.keys.rows;
  const auto value = [&](std::size_t g) { return table.keys.words[g * each + each - 1]; };
  std::int64_t missing = 0;
  if (is_missing_key(value(begin))) missing = rows[begin++];
  if (begin == end) return frame::kMissingDouble;
  if (state.choice == Choice::mode) {
    std::size_t best = begin;
    for (std::size_t g = begin; g < end; ++g) best = rows[g] > rows[best] ? g : best;
    return group_value(value(best));
  }
  if (state.missing == MissingCells::count && missing > 0) return frame::kMissingDouble;
  std::int64_t present = 0;
  for (std::size_t g = begin; g < end; ++g) present += rows[g];
  const auto at = [&](std::int64_t rank) {
    std::size_t g = begin;
    while (rank >= rows[g]) rank -= rows[g++];
    return group_value(value(g));
  };
  return (at((present - 1) / 2) + at(present / 2)) / 2;
}

/// One group for each tuple of the other keys; what was chosen is its sum.
GroupTable choose(const GroupTable& fine, const GroupsTask::State& state) {
  const std::size_t keys = fine.keys.words_each - std::size_t{1};
  const KeyShape shape = shape_of(keys);
  GroupTable table;
  table.keys.words_each = static_cast<std::uint32_t>(keys);
  table.values = 1;
  for (std::size_t begin = 0; begin < fine.size();) {
    std::size_t end = begin;
    std::int64_t rows = 0;
    while (end < fine.size() && compare_keys(shape, fine.keys, begin, fine.keys, end) == 0) {
      rows += fine.keys.rows[end++];
    }
    const auto tuple =
        fine.keys.words.begin() + static_cast<std::ptrdiff_t>(begin * fine.keys.words_each);
    table.keys.words.insert(table.keys.words.end(), tuple,
                            tuple + static_cast<std::ptrdiff_t>(keys));
    table.keys.rows.push_back(rows);
    table.moments.emplace_back().sum = chosen(fine, begin, end, state);
    begin = end;
  }
  return table;
}

}  // namespace

void GroupsTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  const KeyRange range = state.rows.range(group.index.value());
  const auto slices = group.peers->ask<KeyRange, GroupSlice>(
      state.rows.keys, all_groups(*state.rows.keys.layout), {&range, 1});
  group.peers->check();
  std::int64_t groups = 0;
  for (const auto& slice : slices.of) groups += static_cast<std::int64_t>(slice->size());
  const std::size_t cell = state.figures == Figures::sums ? sizeof(Sum) : sizeof(Moments);
  // The keys as columns and in order; what numbering needs; cells.
  const auto each = static_cast<std::int64_t>(16 * state.keys + 56) +
                    state.values * static_cast<std::int64_t>(cell);
  const Reservation memory = group.peers->budget().reserve(groups * each, "A part of a group-by");
  scratch.table = put_together(slices.of, state);
  if (state.choice != Choice::none) scratch.table = choose(scratch.table, state);
}

void GroupsTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                     Partial& partial) {
  const std::int32_t partition = group.index.value();
  partial.counts.rows[partition] = static_cast<std::int64_t>(scratch.table.size());
  if (state.collect) partial.tables[partition] = scratch.table;
}

void GroupsTask::merge(Partial& left, const Partial& right) {
  left.counts.merge(right.counts);
  left.tables.insert(right.tables.begin(), right.tables.end());
}

GroupSlice GroupsTask::answer(const Scratch& scratch, const RowRange& range) {
  return {.from = &scratch.table,
          .begin = static_cast<std::size_t>(range.begin),
          .end = static_cast<std::size_t>(range.end),
          .own = {}};
}

namespace {

double figure(const Aggregate& aggregate, const Reduced& r, std::int64_t rows) {
  if (aggregate.statistic == Statistic::rows) {
    return static_cast<double>(aggregate.missing == MissingCells::remove ? r.present() : rows);
  }
  if (aggregate.statistic == Statistic::median || aggregate.statistic == Statistic::mode) {
    return r.sum;
  }
  if (aggregate.missing == MissingCells::count && r.missing > 0) return frame::kMissingDouble;
  if (r.present() == 0) return aggregate.statistic == Statistic::sum ? 0 : frame::kMissingDouble;
  const auto present = static_cast<double>(r.present());
  const auto n = aggregate.missing == MissingCells::ignore ? static_cast<double>(r.rows) : present;
  // About the mean over n rows, of which the ignored ones count as 0.
  const double mean = r.sum / n;
  const double all_squares = r.squares + present * r.mean * r.mean;
  const double about = n == present ? r.squares : all_squares - n * mean * mean;
  const double variance = n > 1 ? about / (n - 1) : frame::kMissingDouble;
  switch (aggregate.statistic) {
    case Statistic::sum:
      return r.sum;
    case Statistic::mean:
      return mean;
    case Statistic::sum_of_squares:
      return all_squares;
    case Statistic::variance:
      return variance;
    case Statistic::deviation:
      return std::sqrt(variance);
    case Statistic::least:
      return r.min;
    case Statistic::most:
      return r.max;
    default:
      throw InternalError("unknown statistic");
  }
}

/// Writes one key of a slice's groups, from a row of the output on.
void write_keys(const GroupSlice& slice, std::size_t key, mr::OutputKind kind, std::size_t row,
                mr::Outputs& outputs) {
  const GroupTable& table = slice.table();
  const auto write = [&](auto to) {
    using Value = typename decltype(to)::value_type;
    const std::uint64_t* word =
        table.keys.words.data() + slice.first() * table.keys.words_each + key;
    for (std::size_t g = 0; g < slice.size(); ++g, word += table.keys.words_each) {
      const double value = group_value(*word);
      if (value == value) to[row + g] = static_cast<Value>(value);  // else as outputs start
    }
  };
  if (kind == mr::OutputKind::codes) {
    write(outputs.codes(key));
  } else if (kind == mr::OutputKind::times) {
    write(outputs.int64s(key));
  } else {
    write(outputs.doubles(key));
  }
}

/// Writes one aggregate of a slice's groups.
void write_figures(const GroupSlice& slice, const Aggregate& aggregate, std::span<double> to) {
  const GroupTable& table = slice.table();
  const Reduced none = reduced_of(Moments());
  for (std::size_t g = slice.first(); g < slice.last(); ++g) {
    const Reduced reduced = table.values == 0 ? none : table.cell(g, aggregate.value);
    to[g - slice.first()] = figure(aggregate, reduced, table.keys.rows[g]);
  }
}

}  // namespace

void PlaceGroupsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  if (group.rows == 0) return;
  const Overlaps parts(state.begins, group);
  const auto found = group.peers->ask<RowRange, GroupSlice>(state.groups, parts.partitions,
                                                            std::span(parts.ranges));
  std::size_t row = 0;
  for (const auto& slice : found.of) {
    for (std::size_t k = 0; k < state.keys.size(); ++k) {
      write_keys(*slice, k, state.keys[k], row, outputs);
    }
    for (std::size_t a = 0; a < state.aggregates.size(); ++a) {
      const auto to = outputs.doubles(state.keys.size() + a).subspan(row);
      write_figures(*slice, state.aggregates[a], to);
    }
    row += slice->size();
  }
}

}  // namespace neve::munge
