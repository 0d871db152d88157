#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>
#include <neve/munge/group_by.hpp>

#include "mr/api/exchange.hpp"
#include "munge/evaluate_tasks.hpp"
#include "munge/key_records.hpp"
#include "munge/partitions.hpp"

/// The steps of a group-by: each row group makes a table of its own groups; partitions, which are
/// ranges of keys, put these tables together, row group by row group; the result is written on its
/// own cuts.
namespace neve::munge {

/// Distinct tuples of keys, numbered as they come: open addressing over their bits.
class KeyTable {
 public:
  explicit KeyTable(std::size_t width) : width_(width) {}
  /// The number of this tuple of `width` keys, a new one where it has none.
  std::int32_t number(const std::uint64_t* tuple);
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::vector<std::uint64_t> take_keys() { return std::move(keys_); }

 private:
  [[nodiscard]] const std::uint64_t* tuple(std::size_t i) const {
    return keys_.data() + i * width_;
  }
  [[nodiscard]] std::uint64_t hash(const std::uint64_t* tuple) const;
  void grow();
  std::size_t width_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint64_t> keys_;
  std::vector<std::int32_t> slots_;  ///< numbers, -1 where free; a power of two
};

/// Groups in the order of their keys.
struct GroupTable {
  KeyRecords keys;               ///< `rows` tells how many rows a group has
  std::uint32_t values = 0;      ///< Moments of each group
  std::vector<Moments> moments;  ///< group-major
  [[nodiscard]] std::size_t size() const { return keys.size(); }
  [[nodiscard]] std::int64_t byte_size() const {
    return keys.byte_size() + static_cast<std::int64_t>(moments.size() * sizeof(Moments));
  }
  [[nodiscard]] GroupTable picked(std::span<const std::uint32_t> order) const;
  [[nodiscard]] GroupTable slice(std::size_t begin, std::size_t end) const;
  void sort();
  template <class Archive>
  void fields(Archive& archive) {
    archive(keys, values, moments);
    NEVE_CHECK(moments.size() == keys.size() * values, "a table of groups is cut short");
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

/// The groups of one row group.
struct GroupRowsTask {
  static constexpr std::string_view name = "munge.group_rows";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Program program;  ///< outputs: keys, then values
    std::int32_t keys = 0;
    std::int32_t whole = 0;  ///< the first keys, of which equal ones stay in one partition
    MissingKeys missing = MissingKeys::first;
    std::uint64_t stride = 1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, keys, whole, missing, stride);
    }
  };
  struct Scratch {
    KeyShape shape;  ///< of the keys that stay together
    GroupTable table;
    [[nodiscard]] std::int64_t byte_size() const { return table.byte_size(); }
  };
  struct Partial {
    std::int64_t groups = 0;
    KeyRecords samples;  ///< in any order
    template <class Archive>
    void fields(Archive& archive) {
      archive(groups, samples);
    }
  };
  using Question = KeyRange;
  using Answer = GroupSlice;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
  static Answer answer(const Scratch& scratch, const Question& question);
};

/// What partitions make of their groups.
enum class Choice : std::uint8_t {
  none,
  /// The last key is a value, of which each group of the others keeps one.
  median,
  mode
};

/// The groups of one range of keys. Moments are added up in the order of row groups.
struct GroupsTask {
  static constexpr std::string_view name = "munge.groups";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Partitions rows;
    std::int32_t keys = 0;
    std::int32_t values = 0;
    Choice choice = Choice::none;
    MissingCells missing = MissingCells::count;
    bool collect = false;  ///< the tables themselves are wanted by the driver
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, keys, values, choice, missing, collect);
    }
  };
  struct Scratch {
    GroupTable table;
    [[nodiscard]] std::int64_t byte_size() const { return table.byte_size(); }
  };
  struct Partial {
    RowCounts counts;
    std::map<std::int32_t, GroupTable> tables;
    template <class Archive>
    void fields(Archive& archive) {
      archive(counts, tables);
    }
  };
  using Question = RowRange;
  using Answer = GroupSlice;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
  static Answer answer(const Scratch& scratch, const Question& question);
};

/// Writes columns of keys and of figures.
struct PlaceGroupsTask {
  static constexpr std::string_view name = "munge.place_groups";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    mr::Source groups;
    std::vector<std::int64_t> begins;  ///< of each partition in the result, then their end
    std::vector<mr::OutputKind> keys;  ///< those that are written
    std::vector<Aggregate> aggregates;
    template <class Archive>
    void fields(Archive& archive) {
      archive(groups, begins, keys, aggregates);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// A key as a value; a missing one is NaN, wherever it is ordered.
double group_value(std::uint64_t key);

}  // namespace neve::munge
