#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/base/radix_sort.hpp>
#include <neve/munge/group_by.hpp>

#include "munge/evaluate_tasks.hpp"
#include "munge/key_records.hpp"
#include "munge/rollup_task.hpp"
#include "munge/tuple_numbers.hpp"

namespace neve::munge {

/// What is kept of a value in each group.
enum class Figures : std::uint8_t { sums, all };
/// Sums, unless another statistic asks for more.
Figures figures_for(std::span<const Aggregate> aggregates);

/// One value in one group, where nothing but its sum and mean is wanted.
struct Sum {
  std::int64_t missing = 0;
  double sum = 0;
  void add(double x) {
    const bool present = x == x;
    missing += present ? 0 : 1;
    sum += present ? x : 0;
  }
  void merge(const Sum& right) {
    missing += right.missing;
    sum += right.sum;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(missing, sum);
  }
};

/// Groups in the order of their keys.
struct GroupTable {
  KeyRecords keys;           ///< `rows` tells how many rows a group has
  std::uint32_t values = 0;  ///< cells of each group; these are group-major, of one kind or none
  std::vector<Sum> sums;
  std::vector<Moments> moments;

  GroupTable() = default;
  /// Of all these tuples, with nothing in them yet.
  GroupTable(NumberedTuples& tuples, std::size_t values, Figures figures);
  [[nodiscard]] std::size_t size() const { return keys.size(); }
  [[nodiscard]] std::int64_t byte_size() const;
  /// All that is known of a value in a group; of sums the rest is as in a group of no rows.
  [[nodiscard]] Reduced cell(std::size_t group, std::size_t value) const {
    const std::size_t at = group * values + value;
    if (sums.empty()) return reduced_of(moments[at]);
    return {.rows = keys.rows[group], .missing = sums[at].missing, .sum = sums[at].sum};
  }
  [[nodiscard]] GroupTable picked(std::span<const std::uint32_t> order) const;
  [[nodiscard]] GroupTable slice(std::size_t begin, std::size_t end) const;
  /// Adds the groups of another table with cells of the same kind, from `first` on, to these.
  void merge(std::span<const std::uint32_t> to, const GroupTable& right, std::size_t first);
  /// Keeps the groups without a missing key.
  void drop_missing();
  template <class Archive>
  void fields(Archive& archive) {
    archive(keys, values, sums, moments);
    NEVE_CHECK(sums.size() + moments.size() == keys.size() * values,
               "a table of groups is cut short");
  }
};

/// A part of a table, which it points into where it stays on its node.
struct GroupSlice {
  const GroupTable* from = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
  GroupTable own;  ///< where it has come from elsewhere
  [[nodiscard]] const GroupTable& table() const { return from == nullptr ? own : *from; }
  [[nodiscard]] std::size_t first() const { return from == nullptr ? 0 : begin; }
  [[nodiscard]] std::size_t last() const { return from == nullptr ? own.size() : end; }
  [[nodiscard]] std::size_t size() const { return last() - first(); }
  template <class Archive>
  void fields(Archive& archive) {
    if constexpr (std::is_same_v<Archive, wire::Writer>) {
      GroupTable part = from->slice(begin, end);
      archive(part);
    } else {
      archive(own);
    }
  }
};

/// The key of a missing value: no value has it.
inline std::uint64_t missing_key(MissingKeys place) {
  return place == MissingKeys::last ? ~std::uint64_t{0} : 0;
}
inline bool is_missing_key(std::uint64_t key) { return key + 1 <= 1; }
/// A key as a value; a missing one is NaN, wherever it is ordered.
inline double group_value(std::uint64_t key) {
  return is_missing_key(key) ? frame::kMissingDouble : value_of_order_key(key);
}

}  // namespace neve::munge
