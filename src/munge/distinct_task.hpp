#pragma once

#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "munge/program.hpp"

namespace neve::munge {

/// Sorted distinct keys of values (see order_key), at most `most` and one more.
struct DistinctTask {
  static constexpr std::string_view name = "munge.distinct";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Program program;
    std::int64_t most = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(program, most);
    }
  };
  struct Partial {
    std::vector<std::uint64_t> keys;
    bool too_many = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(keys, too_many);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::munge
