#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/isolation/sample.hpp"

namespace neve::algos::isolation {

/// How tasks read the rows of a frame; part of their State.
struct ReadPlan {
  model::ScorePlan plan;
  std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
  template <class Archive>
  void fields(Archive& archive) {
    archive(plan, levels);
  }
};

/// Rows as trees test them: a value for each predictor, row after row.
template <class Value>
struct RowSample {
  RowNumbers rows;  ///< their numbers in the frame
  std::vector<Value> values;
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, values);
  }
};

/// Fetches some rows in a form that trees test: Form::Value, `static constexpr std::string_view
/// gather_task`, and append(block, levels, values), which adds the values of a block's rows, row
/// after row.
template <class Form>
struct GatherTask {
  static constexpr std::string_view name = Form::gather_task;
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    ReadPlan read;
    RowNumbers rows;
    template <class Archive>
    void fields(Archive& archive) {
      archive(read, rows);
    }
  };
  using Partial = RowSample<typename Form::Value>;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial) {
    const auto first = std::ranges::lower_bound(state.rows, group.first_row);
    const auto last = std::lower_bound(first, state.rows.end(), group.first_row + group.rows);
    if (first == last) return;
    model::PickedRows picked;
    for (auto row = first; row != last; ++row)
      picked.push_back(static_cast<std::uint16_t>(*row - group.first_row));
    partial.rows.insert(partial.rows.end(), first, last);
    model::BlockReader reader(group, state.read.plan, &picked);
    for (std::int64_t begin = 0; begin < reader.rows();) {
      const model::ScoreBlock& block = reader.read(begin);
      Form::append(block, state.read.levels, partial.values);
      begin += static_cast<std::int64_t>(block.rows);
    }
  }
  /// Rows come in no order.
  static void merge(Partial& left, const Partial& right) {
    left.rows.insert(left.rows.end(), right.rows.begin(), right.rows.end());
    left.values.insert(left.values.end(), right.values.begin(), right.values.end());
  }
};

/// The same rows of so many columns, ascending.
template <class Value>
RowSample<Value> sorted(RowSample<Value> sample, std::size_t columns) {
  if (std::ranges::is_sorted(sample.rows)) return sample;
  std::vector<std::size_t> order(sample.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t at) { return sample.rows[at]; });
  RowSample<Value> made;
  made.values.reserve(sample.values.size());
  for (const std::size_t at : order) {
    made.rows.push_back(sample.rows[at]);
    const auto from = sample.values.begin() + static_cast<std::ptrdiff_t>(at * columns);
    made.values.insert(made.values.end(), from, from + static_cast<std::ptrdiff_t>(columns));
  }
  return made;
}

}  // namespace neve::algos::isolation
