#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/model/dataset.hpp>
#include <neve/mr/task.hpp>

namespace neve::model {

/// Smallest and largest value, and the missing ones, of each column.
struct RangeTask {
  static constexpr std::string_view name = "model.ranges";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int32_t columns = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(columns);
    }
  };
  struct Partial {
    std::vector<ColumnRange> columns;
    template <class Archive>
    void fields(Archive& archive) {
      archive(columns);
    }
  };
  static Partial zero(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Codes of a response in another frame as codes of the training domain; unseen levels are missing.
struct RecodeTask {
  static constexpr std::string_view name = "model.recode";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    LevelMap levels;
    std::int32_t class_count = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(levels, class_count);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::model
