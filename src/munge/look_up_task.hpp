#pragma once

#include <cstdint>
#include <string_view>

#include <neve/mr/task.hpp>

#include "munge/key_plan.hpp"
#include "munge/key_records.hpp"

namespace neve::munge {

/// Finds for each left row the right row of its key, -1 where there is none. Right keys are few,
/// and all different.
struct LookUpTask {
  static constexpr std::string_view name = "munge.look_up";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    KeyPlan plan;
    KeyRecords right;  ///< sorted
    template <class Archive>
    void fields(Archive& archive) {
      archive(plan, right);
    }
  };
  struct Partial {
    std::int64_t alone = 0;  ///< rows without a partner
    template <class Archive>
    void fields(Archive& archive) {
      archive(alone);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& left, const Partial& right) { left.alone += right.alone; }
};

}  // namespace neve::munge
