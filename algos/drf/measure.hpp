#pragma once

#include <string_view>
#include <vector>

#include "algos/drf/votes.hpp"
#include "algos/families/trees/measured_rows.hpp"

namespace neve::algos::drf {

/// Measures the votes of the trees that have not seen a row; rows that all have seen do not count.
struct MeasureTrainingTask {
  static constexpr std::string_view name = "drf.measure_training";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = trees::MeasureOptions;
  using Scratch = trees::RowStore;
  using Partial = trees::MeasuredRows;
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Adds the votes of new trees to those of the validation rows, which are kept, and measures them.
struct MeasureValidationTask {
  static constexpr std::string_view name = "drf.measure_validation";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    trees::MeasureOptions options;
    std::vector<Iteration> new_iterations;
    trees::HeldColumns columns;
    std::vector<std::int32_t> levels;
    template <class Archive>
    void fields(Archive& archive) {
      archive(options, new_iterations, columns, levels);
    }
  };
  using Scratch = trees::HeldRows;
  using Partial = trees::MeasuredRows;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& held) {
    trees::hold(group, state.columns, held);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& held, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Writes what the kept votes of the validation rows say as score() would, and 0 for other rows.
struct HeldOutputsTask {
  static constexpr std::string_view name = "drf.held_outputs";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = trees::MeasureOptions;
  using Scratch = trees::HeldRows;
  using Partial = mr::Nothing;
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& options, Scratch& held, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::algos::drf
