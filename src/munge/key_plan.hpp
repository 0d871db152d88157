#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>
#include <neve/munge/order.hpp>

#include "munge/key_records.hpp"

namespace neve::munge {

/// Where the values of key columns lie, as unsigned integers in the same order (0 is missing).
struct KeyRangeTask {
  static constexpr std::string_view name = "munge.key_ranges";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = mr::Nothing;
  struct Range {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    void add(std::uint64_t key) {
      least = key != 0 && key < least ? key : least;
      most = key > most ? key : most;
    }
    template <class Archive>
    void fields(Archive& archive) {
      archive(least, most);
    }
  };
  /// Numbers have two orders: that of integers is exact, that of doubles holds all.
  struct Column {
    std::optional<PlainValues::Form> form;  ///< that holds every value
    Range as_integers;
    Range as_doubles;
    void merge(const Column& right);
    template <class Archive>
    void fields(Archive& archive) {
      archive(form, as_integers, as_doubles);
    }
  };
  struct Partial {
    std::vector<Column> columns;
    template <class Archive>
    void fields(Archive& archive) {
      archive(columns);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// How the values of one key column become bits of a record.
struct KeyColumn {
  PlainValues::Form form = PlainValues::Form::doubles;
  bool ascending = true;
  std::uint64_t least = 1;  ///< of the keys that occur
  std::uint64_t most = 0;   ///< below `least` where all are missing
  std::int32_t word = -1;   ///< -1: every value is missing
  std::int32_t shift = 0;
  std::int32_t text = -1;           ///< the text that follows the word
  std::vector<std::int32_t> codes;  ///< what codes are to be taken for; empty: themselves
  template <class Archive>
  void fields(Archive& archive) {
    archive(form, ascending, least, most, word, shift, text, codes);
  }
};

/// Keys of several columns packed into as few words as their ranges allow; the first counts most.
struct KeyPlan {
  std::vector<KeyColumn> columns;
  KeyShape shape;
  /// Gives each column its place.
  void pack();
  template <class Archive>
  void fields(Archive& archive) {
    archive(columns, shape);
  }
};

/// The plan for ordering rows of one frame.
KeyPlan plan_of(std::span<const SortKey> keys, const KeyRangeTask::Partial& ranges);
/// The keys of a row group's rows, in row order. Chunk c holds the plan's column c.
KeyRecords records_of(const mr::RowGroup& group, const KeyPlan& plan);

}  // namespace neve::munge
