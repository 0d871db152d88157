#include "model/roles.hpp"

#include <algorithm>
#include <set>

namespace neve::model {
namespace {

struct NamedColumn {
  const char* parameter;
  const char* label;
  const std::string& name;
};

std::vector<NamedColumn> named_columns(const CommonParameters& p) {
  return {{"response_column", "Response", p.response_column.name},
          {"weights_column", "Weights", p.weights_column.name},
          {"offset_column", "Offset", p.offset_column.name},
          {"fold_column", "Fold", p.fold_column.name}};
}

bool usable(frame::ColumnType type) {
  return type == frame::ColumnType::numeric || type == frame::ColumnType::categorical ||
         type == frame::ColumnType::time;
}

}  // namespace

void check_columns(const CommonParameters& parameters, const frame::Frame& training,
                   Messages& messages) {
  const auto columns = named_columns(parameters);
  for (const NamedColumn& column : columns) {
    if (column.name.empty()) continue;
    const auto index = training.find(column.name);
    if (!index) {
      add_error(messages, column.parameter,
                std::string(column.label) + " column '" + column.name +
                    "' not found in the training frame");
      continue;
    }
    const frame::ColumnType type = training.column(*index).type;
    if (!usable(type)) {
      add_error(messages, column.parameter,
                std::string(column.label) + " column '" + column.name +
                    "' holds text or ids; it must be numeric or categorical");
    }
    const bool must_be_number = column.parameter == std::string_view("weights_column") ||
                                column.parameter == std::string_view("offset_column");
    if (must_be_number && type == frame::ColumnType::categorical) {
      add_error(messages, column.parameter,
                std::string(column.label) + " column '" + column.name +
                    "' must be numeric, not categorical");
    }
    for (const NamedColumn& other : columns) {
      if (&other != &column && other.name == column.name &&
          other.parameter > std::string_view(column.parameter)) {
        add_error(messages, column.parameter,
                  "Column '" + column.name + "' cannot be " + column.parameter + " and " +
                      other.parameter + " at once");
      }
    }
  }
  for (const std::string& ignored :
       parameters.ignored_columns.value_or(std::vector<std::string>())) {
    // R's client sends an empty name for an empty list; H2O-3 takes any.
    if (!ignored.empty() && !training.find(ignored)) {
      add_warning(messages, "ignored_columns",
                  "Column '" + ignored + "' to ignore is not in the training frame");
    }
  }
}

ColumnRoles choose_roles(mr::Engine& engine, const CommonParameters& parameters,
                         const frame::Frame& training, const job::TokenPtr& token,
                         std::vector<std::string>& dropped) {
  ColumnRoles roles;
  roles.response = parameters.response_column.name;
  roles.weights = parameters.weights_column.name;
  roles.offset = parameters.offset_column.name;
  if (!roles.response.empty())
    roles.response_domain = training.column(training.require(roles.response)).domain;
  std::set<std::string> taken;
  for (const NamedColumn& column : named_columns(parameters)) taken.insert(column.name);
  for (const std::string& name : parameters.ignored_columns.value_or(std::vector<std::string>()))
    taken.insert(name);
  std::vector<ColumnIndex> candidates;
  for (std::int32_t c = 0; c < training.width(); ++c) {
    const std::string& name = training.names[static_cast<std::size_t>(c)];
    if (taken.contains(name)) continue;
    if (usable(training.column(ColumnIndex(c)).type)) {
      candidates.emplace_back(c);
    } else {
      dropped.push_back(name);
    }
  }
  std::vector<ColumnRange> ranges;
  if (parameters.ignore_const_cols && !candidates.empty()) {
    ranges = ranges_of(engine, mr::inputs_of(training, candidates), token);
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto at = static_cast<std::size_t>(candidates[i].value());
    if (!ranges.empty() && ranges[i].constant(training.rows())) {
      dropped.push_back(training.names[at]);
      continue;
    }
    const frame::Column& column = training.columns[at];
    roles.predictors.push_back(training.names[at]);
    roles.types.push_back(column.is_categorical() ? frame::ColumnType::categorical
                                                  : frame::ColumnType::numeric);
    roles.domains.push_back(column.domain);
  }
  return roles;
}

ColumnRoles text_roles(const frame::Frame& training) {
  ColumnRoles roles;
  if (training.names.empty()) return roles;
  roles.predictors.push_back(training.names.front());
  roles.types.push_back(frame::ColumnType::string);
  roles.domains.emplace_back(nullptr);
  return roles;
}

}  // namespace neve::model
