#include <neve/munge/evaluate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/error.hpp>

#include "munge/evaluate_tasks.hpp"

namespace neve::munge {
namespace {

/// Visits a group block by block: visit(first row, rows).
template <class Visit>
void by_blocks(std::int64_t rows, const Visit& visit) {
  for (std::int64_t begin = 0; begin < rows; begin += kBlockRows) {
    visit(begin, std::min(kBlockRows, rows - begin));
  }
}

std::int32_t code_of(double value) {
  return std::isnan(value) || value < 0 ? frame::kMissingCode : static_cast<std::int32_t>(value);
}

std::int64_t time_of(double value) {
  return std::isfinite(value) ? static_cast<std::int64_t>(value) : frame::kMissingInt64;
}

mr::OutputColumn output_for(const Expression& expression) {
  mr::OutputColumn output;
  output.type = expression.type;
  output.domain = expression.domain;
  if (expression.type == frame::ColumnType::categorical) output.kind = mr::OutputKind::codes;
  if (expression.type == frame::ColumnType::time) output.kind = mr::OutputKind::times;
  return output;
}

/// One block of one output, into the array of its kind.
void write_block(std::span<const double> from, mr::OutputKind kind, std::size_t at,
                 std::size_t output, mr::Outputs& outputs) {
  if (kind == mr::OutputKind::codes) {
    std::transform(from.begin(), from.end(), outputs.codes(output).subspan(at).begin(), code_of);
  } else if (kind == mr::OutputKind::times) {
    std::transform(from.begin(), from.end(), outputs.int64s(output).subspan(at).begin(), time_of);
  } else {
    std::copy(from.begin(), from.end(), outputs.doubles(output).subspan(at).begin());
  }
}

}  // namespace

void EvaluateTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                       mr::Outputs& outputs) {
  ProgramRunner runner(state.program, group);
  by_blocks(group.rows, [&](std::int64_t begin, std::int64_t rows) {
    runner.run(begin, rows);
    for (std::size_t i = 0; i < outputs.count(); ++i) {
      write_block(runner.output(i), state.kinds[i], static_cast<std::size_t>(begin), i, outputs);
    }
  });
}

void ReduceTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  partial.moments.resize(state.outputs.size());
  ProgramRunner runner(state, group);
  by_blocks(group.rows, [&](std::int64_t begin, std::int64_t rows) {
    runner.run(begin, rows);
    for (std::size_t i = 0; i < partial.moments.size(); ++i) {
      partial.moments[i].merge(Moments::of(runner.output(i)));
    }
  });
}

void ReduceTask::merge(Partial& left, const Partial& right) {
  if (left.moments.empty()) left.moments.resize(right.moments.size());
  for (std::size_t i = 0; i < right.moments.size(); ++i) left.moments[i].merge(right.moments[i]);
}

Moments Moments::of(std::span<const double> values) {
  Moments m;
  m.rows = static_cast<std::int64_t>(values.size());
  for (const double x : values) {
    if (std::isnan(x)) {
      ++m.missing;
      continue;
    }
    m.sum += x;
    m.product *= x;
    m.zeros += x == 0 ? 1 : 0;
    m.min = std::min(m.min, x);
    m.max = std::max(m.max, x);
  }
  const std::int64_t present = m.rows - m.missing;
  if (present == 0) return m;
  m.mean = m.sum / static_cast<double>(present);
  for (const double x : values) {
    if (!std::isnan(x)) m.squares += (x - m.mean) * (x - m.mean);
  }
  return m;
}

/// Chan, Golub and LeVeque (1979): the squares about the common mean.
void Moments::merge(const Moments& right) {
  const auto n = static_cast<double>(rows - missing);
  const auto m = static_cast<double>(right.rows - right.missing);
  rows += right.rows;
  missing += right.missing;
  zeros += right.zeros;
  product *= right.product;
  min = std::min(min, right.min);
  max = std::max(max, right.max);
  if (m == 0) return;
  const double delta = right.mean - mean;
  squares += right.squares + (n == 0 ? 0 : delta * delta * n * m / (n + m));
  mean = n == 0 ? right.mean : mean + delta * m / (n + m);
  sum += right.sum;
}

Reduced reduced_of(const Moments& m) {
  return {.rows = m.rows,
          .missing = m.missing,
          .zeros = m.zeros,
          .sum = m.sum,
          .product = m.product,
          .mean = m.mean,
          .squares = m.squares,
          .min = m.min,
          .max = m.max};
}

double Reduced::variance() const {
  if (present() < 2) return std::numeric_limits<double>::quiet_NaN();
  return squares / static_cast<double>(present() - 1);
}

std::vector<frame::Column> evaluate(mr::Engine& engine, const frame::LayoutPtr& layout,
                                    std::span<const ExpressionPtr> expressions,
                                    const job::TokenPtr& token) {
  std::vector<frame::Column> columns(expressions.size());
  std::vector<ExpressionPtr> needed;
  std::vector<std::size_t> place;
  mr::RunOptions options{.token = token};
  EvaluateTask::State state;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (expressions[i]->is_column()) {
      columns[i] = expressions[i]->column;
      continue;
    }
    needed.push_back(expressions[i]);
    place.push_back(i);
    options.outputs.push_back(output_for(*expressions[i]));
    state.kinds.push_back(options.outputs.back().kind);
  }
  if (needed.empty()) return columns;
  Compiled compiled = compile(needed);
  state.program = std::move(compiled.program);
  auto result = engine.run_with_outputs<EvaluateTask>({layout, compiled.columns}, state, options);
  for (std::size_t i = 0; i < place.size(); ++i) columns[place[i]] = std::move(result.columns[i]);
  return columns;
}

std::vector<Reduced> reduce(mr::Engine& engine, const frame::LayoutPtr& layout,
                            std::span<const ExpressionPtr> expressions,
                            const job::TokenPtr& token) {
  if (expressions.empty()) return {};
  const Compiled compiled = compile(expressions);
  mr::RunOptions options{.token = token};
  auto partial = engine.run<ReduceTask>({layout, compiled.columns}, compiled.program, options);
  partial.moments.resize(expressions.size());
  std::vector<Reduced> all;
  for (const Moments& m : partial.moments) all.push_back(reduced_of(m));
  return all;
}

void CrossTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const std::size_t k = state.program.outputs.size();
  partial.products.resize(k * k);
  ProgramRunner runner(state.program, group);
  std::vector<double> row(k);
  by_blocks(group.rows, [&](std::int64_t begin, std::int64_t rows) {
    runner.run(begin, rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      bool complete = true;
      for (std::size_t i = 0; i < k; ++i) {
        row[i] = runner.output(i)[static_cast<std::size_t>(r)] - state.centres[i];
        complete = complete && !std::isnan(row[i]);
      }
      if (complete) partial.add(row);
    }
  });
}

void CrossTask::Partial::add(std::span<const double> row) {
  ++rows;
  const std::size_t k = row.size();
  sums.resize(k);
  for (std::size_t i = 0; i < k; ++i) {
    sums[i] += row[i];
    for (std::size_t j = 0; j <= i; ++j) products[i * k + j] += row[i] * row[j];
  }
}

void CrossTask::merge(Partial& left, const Partial& right) {
  left.rows += right.rows;
  left.sums.resize(std::max(left.sums.size(), right.sums.size()));
  left.products.resize(std::max(left.products.size(), right.products.size()));
  for (std::size_t i = 0; i < right.sums.size(); ++i) left.sums[i] += right.sums[i];
  for (std::size_t i = 0; i < right.products.size(); ++i) left.products[i] += right.products[i];
}

CrossProducts cross_products(mr::Engine& engine, const frame::LayoutPtr& layout,
                             std::span<const ExpressionPtr> expressions,
                             const job::TokenPtr& token) {
  const std::size_t k = expressions.size();
  CrossTask::State state;
  // Centred near the means, so that the products do not cancel.
  for (const Reduced& r : reduce(engine, layout, expressions, token))
    state.centres.push_back(r.mean);
  Compiled compiled = compile(expressions);
  state.program = std::move(compiled.program);
  mr::RunOptions options{.token = token};
  auto partial = engine.run<CrossTask>({layout, compiled.columns}, state, options);
  partial.sums.resize(k);
  partial.products.resize(k * k);
  CrossProducts result{partial.rows, std::vector<double>(k), std::vector<double>(k * k)};
  const auto n = static_cast<double>(partial.rows);
  for (std::size_t i = 0; i < k; ++i) {
    result.means[i] = state.centres[i] + partial.sums[i] / n;
    for (std::size_t j = 0; j <= i; ++j) {
      const double centred = partial.products[i * k + j] - partial.sums[i] * partial.sums[j] / n;
      result.products[i * k + j] = result.products[j * k + i] = centred;
    }
  }
  return result;
}

}  // namespace neve::munge
