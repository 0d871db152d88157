#include "munge/group_tasks.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

#include "munge/program.hpp"
#include "munge/rollup_task.hpp"

namespace neve::munge {
namespace {

/// No value has these keys.
constexpr std::uint64_t kMissingFirst = 0;
constexpr std::uint64_t kMissingLast = ~std::uint64_t{0};

bool is_missing(std::uint64_t key) { return key == kMissingFirst || key == kMissingLast; }

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

double group_value(std::uint64_t key) {
  return is_missing(key) ? frame::kMissingDouble : value_of_key(key);
}

std::uint64_t KeyTable::hash(const std::uint64_t* tuple) const {
  std::uint64_t h = 0x9E3779B97F4A7C15ULL;
  for (std::size_t i = 0; i < width_; ++i) {
    // Whole numbers as doubles differ in their high bits only; the slot is made of the low ones.
    h ^= tuple[i];
    h = (h ^ (h >> 32U)) * 0xBF58476D1CE4E5B9ULL;
    h = (h ^ (h >> 32U)) * 0x94D049BB133111EBULL;
    h ^= h >> 31U;
  }
  return h;
}

void KeyTable::grow() {
  std::size_t wanted = 64;
  while (wanted < 4 * (count_ + 1)) wanted *= 2;
  slots_.assign(wanted, -1);
  for (std::size_t i = 0; i < count_; ++i) {
    std::size_t slot = hash(tuple(i)) & (wanted - 1);
    while (slots_[slot] >= 0) slot = (slot + 1) & (wanted - 1);
    slots_[slot] = static_cast<std::int32_t>(i);
  }
}

std::int32_t KeyTable::number(const std::uint64_t* tuple_in) {
  if (2 * (count_ + 1) > slots_.size()) grow();
  std::size_t slot = hash(tuple_in) & (slots_.size() - 1);
  for (; slots_[slot] >= 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const auto found = static_cast<std::size_t>(slots_[slot]);
    if (std::equal(tuple_in, tuple_in + width_, tuple(found))) return slots_[slot];
  }
  keys_.insert(keys_.end(), tuple_in, tuple_in + width_);
  slots_[slot] = static_cast<std::int32_t>(count_++);
  return slots_[slot];
}

GroupTable GroupTable::picked(std::span<const std::uint32_t> order) const {
  GroupTable to{keys.picked(order), values, {}};
  to.moments.reserve(order.size() * values);
  for (const std::uint32_t g : order) {
    const auto from = moments.begin() + static_cast<std::ptrdiff_t>(std::size_t{g} * values);
    to.moments.insert(to.moments.end(), from, from + values);
  }
  return to;
}

GroupTable GroupTable::slice(std::size_t begin, std::size_t end) const {
  std::vector<std::uint32_t> order;
  for (std::size_t g = begin; g < end; ++g) order.push_back(static_cast<std::uint32_t>(g));
  return picked(order);
}

void GroupTable::sort() { *this = picked(sorted_order(shape_of(keys.words_each), keys)); }

namespace {

/// Numbers the rows of blocks by their keys. One key that is a small whole number, as codes are,
/// takes a plain table; everything else the hash table.
class RowNumbers {
 public:
  RowNumbers(KeyTable& table, std::size_t keys, MissingKeys missing)
      : table_(table),
        missing_(missing == MissingKeys::last ? kMissingLast : kMissingFirst),
        tuple_(keys),
        direct_(keys == 1 ? kDirect : 0, -1) {}

  void add(const ProgramRunner& runner, std::size_t rows, std::vector<std::int32_t>& ids) {
    if (tuple_.size() == 1) {
      for (const double v : runner.output(0)) ids.push_back(of_one(v));
      return;
    }
    for (std::size_t r = 0; r < rows; ++r) {
      bool same = !ids.empty();
      for (std::size_t k = 0; k < tuple_.size(); ++k) {
        const std::uint64_t own = key(runner.output(k)[r]);
        same = same && own == tuple_[k];
        tuple_[k] = own;
      }
      ids.push_back(same ? ids.back() : table_.number(tuple_.data()));
    }
  }

 private:
  static constexpr std::size_t kDirect = std::size_t{1} << 14U;

  std::int32_t of_one(double v) {
    const std::uint64_t own = key(v);
    if (!(v >= 0 && v < static_cast<double>(kDirect))) return table_.number(&own);
    const auto place = static_cast<std::size_t>(v);
    if (static_cast<double>(place) != v) return table_.number(&own);
    if (direct_[place] < 0) direct_[place] = table_.number(&own);
    return direct_[place];
  }

  [[nodiscard]] std::uint64_t key(double value) const {
    return std::isnan(value) ? missing_ : key_of(value);
  }

  KeyTable& table_;
  std::uint64_t missing_;
  std::vector<std::uint64_t> tuple_;
  std::vector<std::int32_t> direct_;
};

/// The rows of one row group as numbers of groups, and the values beside them.
struct Cells {
  std::vector<std::int32_t> ids;
  std::vector<std::vector<double>> values;
};

Cells read_cells(const mr::RowGroup& group, const GroupRowsTask::State& state, KeyTable& table) {
  const auto keys = static_cast<std::size_t>(state.keys);
  Cells cells;
  cells.values.resize(state.program.outputs.size() - keys);
  cells.ids.reserve(static_cast<std::size_t>(group.rows));
  RowNumbers numbers(table, keys, state.missing);
  ProgramRunner runner(state.program, group);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    const std::int64_t rows = std::min(kBlockRows, group.rows - begin);
    runner.run(begin, rows);
    numbers.add(runner, static_cast<std::size_t>(rows), cells.ids);
    for (std::size_t v = 0; v < cells.values.size(); ++v) {
      const auto from = runner.output(keys + v);
      cells.values[v].insert(cells.values[v].end(), from.begin(), from.end());
    }
  }
  return cells;
}

void add_values(const Cells& cells, std::size_t v, GroupTable& table) {
  const std::vector<double>& values = cells.values[v];
  const auto of = [&](std::size_t row) -> Moments& {
    return table.moments[static_cast<std::size_t>(cells.ids[row]) * table.values + v];
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

/// Groups without moments, or with so many empty ones each.
GroupTable table_of(KeyTable& numbered, std::size_t keys, std::size_t values) {
  GroupTable table;
  table.keys.words_each = static_cast<std::uint32_t>(keys);
  table.keys.rows.resize(numbered.size());
  table.values = static_cast<std::uint32_t>(values);
  table.moments.resize(numbered.size() * values);
  table.keys.words = numbered.take_keys();
  return table;
}

GroupTable complete_groups(const GroupTable& table) {
  std::vector<std::uint32_t> complete;
  const std::size_t keys = table.keys.words_each;
  for (std::size_t g = 0; g < table.size(); ++g) {
    const auto tuple = std::span(table.keys.words).subspan(g * keys, keys);
    if (std::ranges::none_of(tuple, is_missing)) complete.push_back(static_cast<std::uint32_t>(g));
  }
  return table.picked(complete);
}

}  // namespace

void GroupRowsTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  const auto keys = static_cast<std::size_t>(state.keys);
  KeyTable numbered(keys);
  const Cells cells = read_cells(group, state, numbered);
  scratch.shape = shape_of(static_cast<std::size_t>(state.whole));
  scratch.table = table_of(numbered, keys, cells.values.size());
  for (const std::int32_t id : cells.ids) ++scratch.table.keys.rows[static_cast<std::size_t>(id)];
  for (std::size_t v = 0; v < cells.values.size(); ++v) add_values(cells, v, scratch.table);
  if (state.missing == MissingKeys::dropped) scratch.table = complete_groups(scratch.table);
  scratch.table.sort();
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
  const auto values = static_cast<std::size_t>(state.values);
  KeyTable numbered(keys);
  std::vector<std::int64_t> rows;
  std::vector<Moments> moments;
  for (const auto& slice : slices) {
    const GroupTable& from = slice->table();
    for (std::size_t g = slice->first(); g < slice->last(); ++g) {
      const auto id = static_cast<std::size_t>(numbered.number(from.keys.words.data() + g * keys));
      if (id == rows.size()) {
        rows.push_back(0);
        moments.resize(moments.size() + values);
      }
      rows[id] += from.keys.rows[g];
      for (std::size_t v = 0; v < values; ++v) {
        moments[id * values + v].merge(from.moments[g * values + v]);
      }
    }
  }
  GroupTable table = table_of(numbered, keys, 0);
  table.values = static_cast<std::uint32_t>(values);
  table.keys.rows = std::move(rows);
  table.moments = std::move(moments);
  table.sort();
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
  if (is_missing(value(begin))) missing = rows[begin++];
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
  for (const auto& slice : slices.of) {
    groups += static_cast<std::int64_t>(slice->last() - slice->first());
  }
  const auto each = static_cast<std::int64_t>(8 * (state.keys + 1)) +
                    state.values * static_cast<std::int64_t>(sizeof(Moments));
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

double figure(const Aggregate& aggregate, const Moments& m, std::int64_t rows) {
  const Reduced r = reduced_of(m);
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

void write_key(double value, mr::OutputKind kind, std::size_t key, std::size_t row,
               mr::Outputs& outputs) {
  if (std::isnan(value)) return;  // as outputs start
  if (kind == mr::OutputKind::codes) {
    outputs.codes(key)[row] = static_cast<std::int32_t>(value);
  } else if (kind == mr::OutputKind::times) {
    outputs.int64s(key)[row] = static_cast<std::int64_t>(value);
  } else {
    outputs.doubles(key)[row] = value;
  }
}

}  // namespace

void PlaceGroupsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  if (group.rows == 0) return;
  const Overlaps parts(state.begins, group);
  const auto found = group.peers->ask<RowRange, GroupSlice>(state.groups, parts.partitions,
                                                            std::span(parts.ranges));
  const Moments none;
  std::size_t row = 0;
  for (const auto& slice : found.of) {
    const GroupTable& table = slice->table();
    for (std::size_t g = slice->first(); g < slice->last(); ++g, ++row) {
      const std::uint64_t* tuple = table.keys.words.data() + g * table.keys.words_each;
      for (std::size_t k = 0; k < state.keys.size(); ++k) {
        write_key(group_value(tuple[k]), state.keys[k], k, row, outputs);
      }
      for (std::size_t a = 0; a < state.aggregates.size(); ++a) {
        const Aggregate& aggregate = state.aggregates[a];
        const Moments& moments =
            table.values == 0 ? none : table.moments[g * table.values + aggregate.value];
        outputs.doubles(state.keys.size() + a)[row] =
            figure(aggregate, moments, table.keys.rows[g]);
      }
    }
  }
}

}  // namespace neve::munge
