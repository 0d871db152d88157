#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "munge/evaluate_tasks.hpp"

namespace neve::munge {

/// Distinct tuples of keys, numbered as they come: open addressing over their bits.
class KeyTable {
 public:
  KeyTable() = default;
  explicit KeyTable(std::size_t width) : width_(width) {}
  /// The number of this tuple of `width` keys, a new one where it has none.
  std::int32_t number(const std::uint64_t* tuple);
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] const std::uint64_t* tuple(std::size_t i) const {
    return keys_.data() + i * width_;
  }
  template <class Archive>
  void fields(Archive& archive) {
    auto width = static_cast<std::uint64_t>(width_);
    auto count = static_cast<std::uint64_t>(count_);
    archive(width, count, keys_);
    width_ = width;
    count_ = count;
    NEVE_CHECK(keys_.size() == width_ * count_, "a table of keys is cut short");
    slots_.clear();
  }

 private:
  [[nodiscard]] std::uint64_t hash(const std::uint64_t* tuple) const;
  void grow();
  std::size_t width_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint64_t> keys_;
  std::vector<std::int32_t> slots_;  ///< numbers, -1 where free; a power of two
};

/// Counts and moments per group.
struct GroupTask {
  static constexpr std::string_view name = "munge.group";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    Program program;  ///< outputs: keys, then values
    std::int32_t keys = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, keys);
    }
  };
  struct Partial {
    KeyTable table;
    std::vector<std::int64_t> rows;
    std::vector<Moments> moments;  ///< group-major
    template <class Archive>
    void fields(Archive& archive) {
      archive(table, rows, moments);
    }
  };
  static Partial zero(const State& state) {
    return {KeyTable(static_cast<std::size_t>(state.keys)), {}, {}};
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::munge
