#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/linear/likelihood.hpp"
#include "algos/glm/row_likelihood.hpp"

namespace neve::algos::glm {

/// Log-likelihoods of the rows under several distributions around the same means, in one pass.
struct ShapeTask {
  static constexpr std::string_view name = "glm.shape";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    linear::Point point;  ///< where the means are
    std::vector<Distribution> candidates;
    template <class Archive>
    void fields(Archive& archive) {
      archive(point, candidates);
    }
  };
  struct Partial {
    std::vector<double> sums;  ///< by candidate
    template <class Archive>
    void fields(Archive& archive) {
      archive(sums);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::glm
