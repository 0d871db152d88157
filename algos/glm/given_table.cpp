#include "algos/glm/given_table.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::glm {
namespace {

/// More rows than any model has coefficients.
constexpr std::int64_t kMostRows = std::int64_t{1} << 22U;

void append_levels(const frame::Chunk& chunk, const frame::Domain& domain,
                   std::vector<std::string>& out) {
  std::vector<std::int32_t> codes(static_cast<std::size_t>(chunk.rows()));
  chunk.decode_codes(0, codes);
  for (const std::int32_t code : codes) {
    out.push_back(code < 0 ? std::string() : domain[static_cast<std::size_t>(code)]);
  }
}

void append_texts(const frame::Chunk& chunk, std::vector<std::string>& out) {
  const auto rows = static_cast<std::size_t>(chunk.rows());
  std::vector<std::string_view> views(rows);
  std::vector<std::uint8_t> missing(rows);
  chunk.decode_text(0, views, missing);
  out.insert(out.end(), views.begin(), views.end());
}

}  // namespace

GivenTable::GivenTable(mr::Engine& engine, const frame::Frame& frame, std::string parameter)
    : engine_(engine), frame_(frame), parameter_(std::move(parameter)) {
  if (frame.rows() > kMostRows) {
    refuse("it has " + std::to_string(frame.rows()) + " rows; at most " +
           std::to_string(kMostRows) + " are read");
  }
}

void GivenTable::refuse(const std::string& what) const {
  throw InputError::illegal_argument(
      "Frame '" + frame_.key + "' of parameter " + parameter_ + ": " + what + ".",
      {{"parameter", parameter_}, {"frame", frame_.key}});
}

void GivenTable::allow_only(const std::vector<std::string_view>& columns) const {
  for (const std::string& name : frame_.names) {
    if (std::ranges::find(columns, name) != columns.end()) continue;
    std::string all;
    for (const std::string_view column : columns) {
      all += (all.empty() ? "" : ", ") + std::string(column);
    }
    refuse("Unknown column name '" + name + "'; allowed are " + all);
  }
}

const frame::Column& GivenTable::column(std::string_view name) const {
  const auto at = frame_.find(name);
  if (!at) refuse("it has no column '" + std::string(name) + "'");
  return frame_.column(*at);
}

std::vector<std::string> GivenTable::texts(std::string_view name) const {
  const frame::Column& from = column(name);
  if (!from.is_categorical() && from.type != frame::ColumnType::string) {
    refuse("column '" + std::string(name) + "' must hold texts or levels");
  }
  std::vector<std::string> values;
  for (std::int32_t g = 0; g < frame_.layout->groups(); ++g) {
    const frame::Chunk chunk = engine_.chunk(*frame_.layout, from.id, GroupIndex(g));
    if (from.is_categorical()) {
      append_levels(chunk, *from.domain, values);
    } else {
      append_texts(chunk, values);
    }
  }
  return values;
}

std::vector<double> GivenTable::numbers(std::string_view name) const {
  const frame::Column& from = column(name);
  using frame::ColumnType;
  if (from.type != ColumnType::numeric && from.type != ColumnType::time &&
      from.type != ColumnType::bad) {
    refuse("column '" + std::string(name) + "' must hold numbers");
  }
  std::vector<double> values(rows());
  for (std::int32_t g = 0; g < frame_.layout->groups(); ++g) {
    const auto first = static_cast<std::size_t>(frame_.layout->first_row(GroupIndex(g)));
    const frame::Chunk chunk = engine_.chunk(*frame_.layout, from.id, GroupIndex(g));
    chunk.decode(0, std::span(values).subspan(first, static_cast<std::size_t>(chunk.rows())));
  }
  return values;
}

}  // namespace neve::algos::glm
