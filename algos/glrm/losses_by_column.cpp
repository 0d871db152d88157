#include "algos/glrm/losses_by_column.hpp"

namespace neve::algos::glrm {
namespace {

std::string text_of(Loss loss) { return std::string(schema::enum_text(loss)); }

/// Writes what loss_by_col says over `losses`; false where it does not fit.
bool apply_given(const Parameters& p, std::vector<Loss>& losses, model::Messages& messages) {
  const auto error = [&](std::string field, std::string text) {
    model::add_error(messages, std::move(field), std::move(text));
    return false;
  };
  const std::size_t columns = losses.size();
  if (!p.loss_by_col) {
    if (!p.loss_by_col_idx) return true;
    return error("loss_by_col", "loss_by_col_idx names columns; say their losses in loss_by_col.");
  }
  const std::vector<Loss>& given = *p.loss_by_col;
  if (!p.loss_by_col_idx) {
    if (given.size() == columns) {
      losses = given;
      return true;
    }
    return error("loss_by_col", "loss_by_col has " + std::to_string(given.size()) +
                                    " losses for the " + std::to_string(columns) +
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
    if (at < 0 || static_cast<std::size_t>(at) >= columns)
      return error("loss_by_col_idx", "Column " + std::to_string(at) +
                                          " is not there: the columns that are fitted "
                                          "are counted from 0 to " +
                                          std::to_string(columns - 1) + ".");
    losses[static_cast<std::size_t>(at)] = given[i];
  }
  return true;
}

}  // namespace

std::vector<Loss> losses_of(const Parameters& parameters, const model::ColumnRoles& roles,
                            model::Messages& messages) {
  std::vector<Loss> losses;
  for (const frame::DomainPtr& domain : roles.domains)
    losses.push_back(domain ? parameters.multi_loss : parameters.loss);
  if (!apply_given(parameters, losses, messages)) return losses;
  for (std::size_t c = 0; c < losses.size(); ++c) {
    const frame::DomainPtr& domain = roles.domains[c];
    const bool two_values = is_binary(losses[c]) && (!domain || domain->size() <= 2);
    if (two_values || is_for_levels(losses[c]) == (domain != nullptr)) continue;
    model::add_error(
        messages, parameters.loss_by_col ? "loss_by_col" : "loss",
        "Loss " + text_of(losses[c]) + " does not fit the " + (domain ? "categorical" : "numeric") +
            " column '" + roles.predictors[c] + "'; " +
            (domain ? "use Categorical or Ordinal, or Hinge or Logistic for two levels."
                    : "Categorical and Ordinal are for categorical columns."));
  }
  return losses;
}

}  // namespace neve::algos::glrm
