#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>
#include <neve/munge/group_by.hpp>

#include "mr/api/exchange.hpp"
#include "munge/group_table.hpp"
#include "munge/partitions.hpp"

/// The steps of a group-by: each row group makes a table of its own groups; partitions, which are
/// ranges of keys, put these tables together, row group by row group; the result is written on its
/// own cuts.
namespace neve::munge {

/// The groups of one row group.
struct GroupRowsTask {
  static constexpr std::string_view name = "munge.group_rows";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Program program;  ///< outputs: keys, then values
    std::int32_t keys = 0;
    std::int32_t whole = 0;  ///< the first keys, of which equal ones stay in one partition
    MissingKeys missing = MissingKeys::first;
    Figures figures = Figures::all;
    std::uint64_t stride = 1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, keys, whole, missing, figures, stride);
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
    Figures figures = Figures::all;
    MissingKeys missing_keys = MissingKeys::first;
    Choice choice = Choice::none;
    MissingCells missing = MissingCells::count;
    bool collect = false;  ///< the tables themselves are wanted by the driver
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, keys, values, figures, missing_keys, choice, missing, collect);
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

}  // namespace neve::munge
