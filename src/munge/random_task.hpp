#pragma once

#include <cstdint>
#include <string_view>

#include <neve/mr/task.hpp>

namespace neve::munge {

/// Writes texts of capital letters, drawn by seed and row.
struct RandomTextTask {
  static constexpr std::string_view name = "munge.random_text";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::uint64_t seed = 0;
    std::int32_t letters = 8;
    template <class Archive>
    void fields(Archive& archive) {
      archive(seed, letters);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Copies a column of texts or uuids but for cells that a draw makes missing. Numbers, times and
/// codes are expressions and need no task.
struct BlankTask {
  static constexpr std::string_view name = "munge.blank";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::uint64_t seed = 0;
    double fraction = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(seed, fraction);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::munge
