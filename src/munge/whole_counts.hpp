#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "munge/program.hpp"

namespace neve::munge {

/// How often each of the small whole numbers occurs, of which many columns consist: one pass tells
/// all their ranks. It ends early where there are other numbers.
struct WholeCountTask {
  static constexpr std::string_view name = "munge.whole_counts";
  static constexpr auto reduction = mr::Reduction::exact;
  static constexpr std::int32_t kLeast = -(1 << 15);
  static constexpr std::int32_t kMost = (1 << 16) - 1;
  struct State {
    Program program;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program);
    }
  };
  struct Partial {
    bool has_others = false;
    std::int32_t first = 0;  ///< the number that counts[0] is of
    std::vector<std::int64_t> counts;
    template <class Archive>
    void fields(Archive& archive) {
      archive(has_others, first, counts);
    }
    /// Makes room for the numbers [least, most].
    void cover(std::int32_t least, std::int32_t most);
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// The numbers at ranks that ascend, of a count without others.
std::vector<double> values_at(const WholeCountTask::Partial& counted,
                              std::span<const std::int64_t> ranks);

}  // namespace neve::munge
