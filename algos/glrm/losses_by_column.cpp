#include "algos/glrm/losses_by_column.hpp"

#include <algorithm>

namespace neve::algos::glrm {
namespace {

std::string text_of(Loss loss) { return std::string(schema::enum_text(loss)); }

/// Writes what loss_by_col says over `losses`; false where it does not fit.
bool apply_given(const Parameters& p, std::vector<FittedColumn>& columns,
                 model::Messages& messages) {
  const auto error = [&](std::string field, std::string text) {
    model::add_error(messages, std::move(field), std::move(text));
    return false;
  };
  if (!p.loss_by_col) {
    if (!p.loss_by_col_idx) return true;
    return error("loss_by_col", "loss_by_col_idx names columns; say their losses in loss_by_col.");
  }
  const std::vector<Loss>& given = *p.loss_by_col;
  if (!p.loss_by_col_idx) {
    if (given.size() == columns.size()) {
      for (std::size_t c = 0; c < given.size(); ++c) columns[c].loss = given[c];
      return true;
    }
    return error("loss_by_col", "loss_by_col has " + std::to_string(given.size()) +
                                    " losses for the " + std::to_string(columns.size()) +
                                    " columns that are fitted; name the columns in "
                                    "loss_by_col_idx, counting from 0.");
  }
  if (p.loss_by_col_idx->size() != given.size())
    return error("loss_by_col_idx",
                 "loss_by_col and loss_by_col_idx must be equally long; they "
                 "have " +
                     std::to_string(given.size()) + " and " +
                     std::to_string(p.loss_by_col_idx->size()) + " entries.");
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::int32_t at = (*p.loss_by_col_idx)[i];
    if (at < 0 || static_cast<std::size_t>(at) >= columns.size())
      return error("loss_by_col_idx", "Column " + std::to_string(at) +
                                          " is not there: the columns that are fitted "
                                          "are counted from 0 to " +
                                          std::to_string(columns.size() - 1) + ".");
    columns[static_cast<std::size_t>(at)].loss = given[i];
  }
  return true;
}

}  // namespace

std::vector<FittedColumn> fitted_columns(const Parameters& parameters, const frame::Frame& training,
                                         model::Messages& messages) {
  const std::vector<std::string> ignored =
      parameters.ignored_columns.value_or(std::vector<std::string>());
  std::vector<FittedColumn> columns;
  for (std::size_t c = 0; c < training.columns.size(); ++c) {
    const frame::Column& column = training.columns[c];
    const bool text =
        column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid;
    if (text || std::ranges::find(ignored, training.names[c]) != ignored.end()) continue;
    const frame::DomainPtr domain = column.is_categorical() ? column.domain : nullptr;
    columns.push_back({.name = training.names[c],
                       .domain = domain,
                       .loss = domain ? parameters.multi_loss : parameters.loss});
  }
  if (!apply_given(parameters, columns, messages)) return columns;
  for (const FittedColumn& column : columns) {
    const bool categorical = column.domain != nullptr;
    const bool two_values = is_binary(column.loss) && (!categorical || column.domain->size() <= 2);
    if (two_values || (is_for_levels(column.loss) == categorical && !is_binary(column.loss)))
      continue;
    model::add_error(
        messages, parameters.loss_by_col ? "loss_by_col" : "loss",
        "Loss " + text_of(column.loss) + " does not fit the " +
            (categorical ? "categorical" : "numeric") + " column '" + column.name + "'; " +
            (categorical ? "use Categorical or Ordinal, or Hinge or Logistic for two levels."
                         : "Categorical and Ordinal are for categorical columns."));
  }
  return columns;
}

}  // namespace neve::algos::glrm
