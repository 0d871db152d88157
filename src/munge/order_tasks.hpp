#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "mr/api/exchange.hpp"
#include "munge/key_plan.hpp"
#include "munge/key_records.hpp"
#include "munge/partitions.hpp"

/// The steps of a sort and of a join, each a task. KeysTask sorts the keys of each row group where
/// it lives. Partitions, which are ranges of keys, are the row groups of a layout of their own:
/// there SortTask and JoinTask collect the records of one range from all row groups and put them in
/// order. PlaceTask writes the row numbers that they found on the cuts of the result.
namespace neve::munge {

/// Keeps the keys of a row group in order, and draws samples of them.
struct KeysTask {
  static constexpr std::string_view name = "munge.keys_of_rows";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    KeyPlan plan;
    std::uint64_t stride = 1;  ///< one row of so many is a sample
    template <class Archive>
    void fields(Archive& archive) {
      archive(plan, stride);
    }
  };
  struct Scratch {
    KeyShape shape;
    KeyRecords records;
    [[nodiscard]] std::int64_t byte_size() const { return records.byte_size(); }
  };
  struct Partial {
    KeyRecords samples;  ///< in any order
    template <class Archive>
    void fields(Archive& archive) {
      archive(samples);
    }
  };
  using Question = KeyRange;
  using Answer = KeySlice;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
  static Answer answer(const Scratch& scratch, const Question& question) {
    return slice_of(scratch.shape, scratch.records, question);
  }
};

/// All records of a range, in the order of their keys, then rows.
KeyRecords collect_keys(mr::Peers& peers, const mr::Source& keys, const KeyShape& shape,
                        const KeyRange& range);

struct RowNumbers {
  std::vector<std::vector<std::int64_t>> columns;  ///< -1: no row
  template <class Archive>
  void fields(Archive& archive) {
    archive(columns);
  }
};

struct SortTask {
  static constexpr std::string_view name = "munge.sort";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = Partitions;
  struct Scratch {
    std::vector<std::int64_t> rows;
    [[nodiscard]] std::int64_t byte_size() const {
      return static_cast<std::int64_t>(rows.size() * sizeof(std::int64_t));
    }
  };
  using Partial = RowCounts;
  using Question = RowRange;
  using Answer = RowNumbers;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
  static Answer answer(const Scratch& scratch, const Question& question);
};

/// Partitions cut the left rows by (key, row), so that a key of many left rows is shared out; the
/// right rows of a key come to every partition that has left rows of it.
struct JoinTask {
  static constexpr std::string_view name = "munge.join";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Partitions left;
    mr::Source right;
    bool all_left = false;
    bool all_right = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(left, right, all_left, all_right);
    }
  };
  /// Rows of the result in runs: a left row with a run of right ones.
  struct Scratch {
    std::vector<std::int64_t> begins = {0};  ///< of each run in the result, then their end
    std::vector<std::int64_t> left;          ///< -1: none
    std::vector<std::int64_t> first_right;   ///< place in right_rows; -1: none
    std::vector<std::int64_t> right_rows;
    void add(std::int64_t left_row, std::int64_t first, std::int64_t count) {
      left.push_back(left_row);
      first_right.push_back(first);
      begins.push_back(begins.back() + count);
    }
    void reserve(std::size_t runs);
    [[nodiscard]] std::int64_t byte_size() const {
      return static_cast<std::int64_t>((3 * begins.size() + right_rows.size()) *
                                       sizeof(std::int64_t));
    }
  };
  using Partial = RowCounts;
  using Question = RowRange;
  using Answer = RowNumbers;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
  static Answer answer(const Scratch& scratch, const Question& question);
};

/// Writes columns of row numbers.
struct PlaceTask {
  static constexpr std::string_view name = "munge.place_rows";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    mr::Source partitions;
    std::vector<std::int64_t> begins;  ///< of each partition in the result, then their end
    template <class Archive>
    void fields(Archive& archive) {
      archive(partitions, begins);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::munge
