#include <neve/base/radix_sort.hpp>
#include <neve/munge/rollups.hpp>

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

#include "munge/distinct_task.hpp"
#include "munge/rollup_task.hpp"

namespace neve::munge {

void DistinctTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  if (partial.too_many) return;
  std::vector<std::uint64_t> here;
  ProgramRunner runner(state.program, group);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    runner.run(begin, std::min(kBlockRows, group.rows - begin));
    for (const double x : runner.output(0)) {
      if (std::isnan(x)) continue;
      const std::uint64_t key = order_key(x);
      if (here.empty() || here.back() != key) here.push_back(key);
    }
  }
  std::ranges::sort(here);
  here.erase(std::unique(here.begin(), here.end()), here.end());
  merge(partial, {std::move(here), false});
  partial.too_many = static_cast<std::int64_t>(partial.keys.size()) > state.most;
}

void DistinctTask::merge(Partial& left, const Partial& right) {
  left.too_many = left.too_many || right.too_many;
  std::vector<std::uint64_t> both;
  std::ranges::set_union(left.keys, right.keys, std::back_inserter(both));
  left.keys = std::move(both);
}

std::vector<double> distinct_numbers(mr::Engine& engine, const frame::LayoutPtr& layout,
                                     const ExpressionPtr& values, std::int64_t most,
                                     const job::TokenPtr& token) {
  Compiled compiled = compile({&values, 1});
  const DistinctTask::State state{std::move(compiled.program), most};
  const auto found = engine.run<DistinctTask>({layout, compiled.columns}, state, {.token = token});
  if (found.too_many || static_cast<std::int64_t>(found.keys.size()) > most) {
    throw InputError::bad_request("There are more than " + std::to_string(most) +
                                  " distinct values.");
  }
  std::vector<double> numbers;
  for (const std::uint64_t key : found.keys) numbers.push_back(value_of_order_key(key));
  return numbers;
}

}  // namespace neve::munge
