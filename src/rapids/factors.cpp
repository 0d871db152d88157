#include "rapids/factors.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <neve/base/error.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/text_work.hpp"

namespace neve::rapids {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;

/// As many levels as H2O-3 allows a column to have.
constexpr std::int64_t kMostLevels = 10'000'000;

/// The column's chunks, computed if need be.
frame::Column column_of(Evaluation& evaluation, const frame::LayoutPtr& layout,
                        const ExpressionPtr& e) {
  return munge::evaluate(evaluation.engine(), layout, {&e, 1}, evaluation.token())[0];
}

ExpressionPtr factor_of_numbers(Evaluation& evaluation, const frame::LayoutPtr& layout,
                                const ExpressionPtr& column) {
  const auto values =
      munge::distinct_numbers(evaluation.engine(), layout, column, kMostLevels, evaluation.token());
  auto domain = std::make_shared<frame::Domain>();
  for (const double v : values) domain->push_back(number_text(v));
  auto made = std::make_shared<munge::Expression>();
  made->op = munge::Op::member;
  made->a = column;
  made->table = std::make_shared<const std::vector<double>>(values);
  made->type = ColumnType::categorical;
  made->domain = std::move(domain);
  made->size = column->size + 1;
  return made;
}

}  // namespace

ExpressionPtr factor_of(Evaluation& evaluation, const frame::LayoutPtr& layout,
                        const ExpressionPtr& column) {
  if (column->type == ColumnType::categorical) return column;
  if (is_number_like(column)) return factor_of_numbers(evaluation, layout, column);
  if (column->type != ColumnType::string) bad_request("Only numbers and strings become factors.");
  TextWork work{.kind = TextWork::Kind::position};
  work.texts = distinct_texts(evaluation.engine(), layout, column->column);
  mr::OutputColumn output{.kind = mr::OutputKind::codes, .type = ColumnType::categorical};
  output.domain = std::make_shared<const frame::Domain>(work.texts);
  return munge::column_of(measure_texts(evaluation.engine(), layout, column->column, work, output));
}

ExpressionPtr number_of(Evaluation& evaluation, const frame::LayoutPtr& layout,
                        const ExpressionPtr& column) {
  if (column->type == ColumnType::string) {
    const mr::OutputColumn output{};
    return munge::column_of(measure_texts(evaluation.engine(), layout, column->column,
                                          {.kind = TextWork::Kind::number}, output));
  }
  if (column->type == ColumnType::time) return munge::retyped(column, ColumnType::numeric, nullptr);
  if (column->type != ColumnType::categorical) return column;
  std::vector<double> table;
  const TextWork work{.kind = TextWork::Kind::number};
  const TextWorker worker(work);
  for (const std::string& level : *column->domain) table.push_back(worker.number(level));
  // Only if all levels are numbers are they what is meant.
  const bool numbers = std::ranges::none_of(table, [](double v) { return std::isnan(v); });
  for (std::size_t i = 0; i < table.size() && !numbers; ++i) table[i] = static_cast<double>(i);
  return munge::look_up(column, std::move(table));
}

ExpressionPtr text_of(Evaluation& evaluation, const frame::LayoutPtr& layout,
                      const ExpressionPtr& column) {
  if (column->type == ColumnType::string) return column;
  if (column->type == ColumnType::uuid) bad_request("UUIDs do not become strings.");
  const frame::Column made = column_of(evaluation, layout, column);
  const std::vector<std::string> none;
  return munge::column_of(
      texts_of(evaluation.engine(), layout, made, column->domain ? *column->domain : none));
}

ExpressionPtr renamed_levels(const ExpressionPtr& column,
                             const std::vector<std::optional<std::string>>& names) {
  auto domain = std::make_shared<frame::Domain>();
  std::map<std::string, double> codes;
  std::vector<double> table;
  for (const auto& name : names) {
    if (!name) {
      table.push_back(std::nan(""));
      continue;
    }
    const auto [at, fresh] = codes.try_emplace(*name, static_cast<double>(domain->size()));
    if (fresh) domain->push_back(*name);
    table.push_back(at->second);
  }
  return munge::look_up(column, std::move(table), std::move(domain));
}

}  // namespace neve::rapids
