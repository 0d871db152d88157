#include <neve/munge/group_by.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include <neve/base/error.hpp>

#include "munge/group_task.hpp"
#include "munge/rollup_task.hpp"

namespace neve::munge {
namespace {

/// 0 is missing; the order of keys is the order of groups.
std::uint64_t group_key(double value) { return std::isnan(value) ? 0 : key_of(value); }
double group_value(std::uint64_t key) { return key == 0 ? std::nan("") : value_of_key(key); }

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

namespace {

/// Numbers the rows of blocks by their keys. One key that is a small whole number, as codes are,
/// takes a plain table; everything else the hash table.
class RowNumbers {
 public:
  RowNumbers(KeyTable& table, std::size_t keys)
      : table_(table), tuple_(keys), direct_(keys == 1 ? kDirect : 0, -1) {}

  void add(const ProgramRunner& runner, std::size_t rows, std::vector<std::int32_t>& ids) {
    if (tuple_.size() == 1) {
      for (const double v : runner.output(0)) ids.push_back(of_one(v));
      return;
    }
    for (std::size_t r = 0; r < rows; ++r) {
      bool same = !ids.empty();
      for (std::size_t k = 0; k < tuple_.size(); ++k) {
        const std::uint64_t key = group_key(runner.output(k)[r]);
        same = same && key == tuple_[k];
        tuple_[k] = key;
      }
      ids.push_back(same ? ids.back() : table_.number(tuple_.data()));
    }
  }

 private:
  static constexpr std::size_t kDirect = std::size_t{1} << 14U;

  std::int32_t of_one(double v) {
    const std::uint64_t key = group_key(v);
    if (!(v >= 0 && v < static_cast<double>(kDirect))) return table_.number(&key);
    const auto place = static_cast<std::size_t>(v);
    if (static_cast<double>(place) != v) return table_.number(&key);
    if (direct_[place] < 0) direct_[place] = table_.number(&key);
    return direct_[place];
  }

  KeyTable& table_;
  std::vector<std::uint64_t> tuple_;
  std::vector<std::int32_t> direct_;
};

}  // namespace

void GroupTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const auto keys = static_cast<std::size_t>(state.keys);
  const std::size_t values = state.program.outputs.size() - keys;
  Partial here = zero(state);
  std::vector<std::int32_t> ids;
  std::vector<std::vector<double>> cells(values);
  RowNumbers numbers(here.table, keys);
  ids.reserve(static_cast<std::size_t>(group.rows));
  ProgramRunner runner(state.program, group);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    const std::int64_t rows = std::min(kBlockRows, group.rows - begin);
    runner.run(begin, rows);
    numbers.add(runner, static_cast<std::size_t>(rows), ids);
    for (std::size_t v = 0; v < values; ++v) {
      const auto from = runner.output(keys + v);
      cells[v].insert(cells[v].end(), from.begin(), from.end());
    }
  }
  here.rows.resize(here.table.size());
  here.moments.resize(here.table.size() * values);
  for (const std::int32_t id : ids) ++here.rows[static_cast<std::size_t>(id)];
  for (std::size_t v = 0; v < values; ++v) {
    const auto of = [&](std::size_t row) -> Moments& {
      return here.moments[static_cast<std::size_t>(ids[row]) * values + v];
    };
    for (std::size_t row = 0; row < ids.size(); ++row) add(of(row), cells[v][row]);
    // The squares come second, about the mean, so that nothing cancels.
    for (std::size_t g = 0; g < here.rows.size(); ++g) {
      Moments& m = here.moments[g * values + v];
      if (m.rows > m.missing) m.mean = m.sum / static_cast<double>(m.rows - m.missing);
    }
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const double d = cells[v][row] - of(row).mean;
      if (!std::isnan(d)) of(row).squares += d * d;
    }
  }
  merge(partial, here);
}

void GroupTask::merge(Partial& left, const Partial& right) {
  if (right.rows.empty()) return;
  const std::size_t values = right.moments.size() / right.rows.size();
  for (std::size_t g = 0; g < right.rows.size(); ++g) {
    const auto id = static_cast<std::size_t>(left.table.number(right.table.tuple(g)));
    if (id == left.rows.size()) {
      left.rows.push_back(0);
      left.moments.resize(left.moments.size() + values);
    }
    left.rows[id] += right.rows[g];
    for (std::size_t v = 0; v < values; ++v) {
      left.moments[id * values + v].merge(right.moments[g * values + v]);
    }
  }
}

Groups group_by(mr::Engine& engine, const frame::LayoutPtr& layout,
                std::span<const ExpressionPtr> keys, std::span<const ExpressionPtr> values,
                const job::TokenPtr& token) {
  std::vector<ExpressionPtr> all(keys.begin(), keys.end());
  all.insert(all.end(), values.begin(), values.end());
  Compiled compiled = compile(all);
  const GroupTask::State state{std::move(compiled.program), static_cast<std::int32_t>(keys.size())};
  const auto found = engine.run<GroupTask>({layout, compiled.columns}, state, {.token = token});
  std::vector<std::size_t> order(found.rows.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const std::uint64_t* x = found.table.tuple(a);
    const std::uint64_t* y = found.table.tuple(b);
    return std::lexicographical_compare(x, x + keys.size(), y, y + keys.size());
  });
  Groups groups{.keys = keys.size(), .values = values.size()};
  for (const std::size_t g : order) {
    groups.rows.push_back(found.rows[g]);
    for (std::size_t k = 0; k < keys.size(); ++k) {
      groups.key_cells.push_back(group_value(found.table.tuple(g)[k]));
    }
    for (std::size_t v = 0; v < values.size(); ++v) {
      groups.figures.push_back(reduced_of(found.moments[g * values.size() + v]));
    }
  }
  return groups;
}

}  // namespace neve::munge
