#include "model/levels_of_numbers.hpp"

#include <limits>
#include <string_view>
#include <unordered_map>

#include <neve/munge/evaluate.hpp>

namespace neve::model {
namespace {

/// Columns of the frame that are numbers, and what they are to be.
struct Wanted {
  std::vector<std::size_t> columns;
  std::vector<frame::DomainPtr> domains;
};

void add_wanted(const frame::Frame& frame, const std::string& name, const frame::DomainPtr& domain,
                Wanted& wanted) {
  if (!domain) return;
  const auto index = frame.find(name);
  if (!index) return;
  if (frame.column(*index).type != frame::ColumnType::numeric) return;
  wanted.columns.push_back(static_cast<std::size_t>(index->value()));
  wanted.domains.push_back(domain);
}

Wanted wanted_of(const ColumnRoles& roles, const frame::Frame& frame) {
  Wanted wanted;
  const Encoding& encoding = roles.encoding;
  const bool is_encoded = !encoding.names.empty();
  const auto& names = is_encoded ? encoding.names : roles.predictors;
  const auto& domains = is_encoded ? encoding.domains : roles.domains;
  for (std::size_t i = 0; i < names.size(); ++i) add_wanted(frame, names[i], domains[i], wanted);
  if (!roles.response.empty()) add_wanted(frame, roles.response, roles.response_domain, wanted);
  return wanted;
}

/// Null where values are too many, or not whole.
munge::ExpressionPtr levels_of(const frame::Column& column, const ColumnRange& range,
                               const frame::DomainPtr& domain) {
  constexpr double kMost = 1 << 20U;
  if (!range.integers || !(range.high - range.low < kMost)) return nullptr;
  std::unordered_map<std::string_view, std::size_t> codes;
  for (std::size_t i = 0; i < domain->size(); ++i) codes[(*domain)[i]] = i;
  const auto low = static_cast<std::int64_t>(range.low);
  const auto high = static_cast<std::int64_t>(range.high);
  std::vector<double> table;
  for (std::int64_t value = low; value <= high; ++value) {
    const auto at = codes.find(std::to_string(value));
    table.push_back(at == codes.end() ? std::numeric_limits<double>::quiet_NaN()
                                      : static_cast<double>(at->second));
  }
  return munge::look_up(
      munge::binary(munge::Op::subtract, munge::column_of(column), munge::constant_of(range.low)),
      std::move(table), domain);
}

}  // namespace

frame::Frame with_levels_of_numbers(mr::Engine& engine, const ColumnRoles& roles,
                                    const frame::Frame& frame, const job::TokenPtr& token) {
  const Wanted wanted = wanted_of(roles, frame);
  if (wanted.columns.empty()) return frame;
  mr::Inputs inputs{frame.layout, {}};
  for (const std::size_t c : wanted.columns) inputs.columns.push_back(frame.columns[c].id);
  const std::vector<ColumnRange> ranges = ranges_of(engine, inputs, token);
  std::vector<munge::ExpressionPtr> made;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].missing == frame.rows()) continue;
    auto levels = levels_of(frame.columns[wanted.columns[i]], ranges[i], wanted.domains[i]);
    if (!levels) continue;
    made.push_back(std::move(levels));
    places.push_back(wanted.columns[i]);
  }
  frame::Frame changed = frame;
  const std::vector<frame::Column> columns = munge::evaluate(engine, frame.layout, made, token);
  for (std::size_t i = 0; i < columns.size(); ++i) changed.columns[places[i]] = columns[i];
  return changed;
}

}  // namespace neve::model
