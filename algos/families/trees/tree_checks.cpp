#include "algos/families/trees/tree_checks.hpp"

#include <cmath>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

namespace neve::algos::trees {


void check_parameters(const TreeParameters& p, model::Messages& messages) {
  if (p.categorical_encoding == model::CategoricalEncoding::one_hot_internal) {
    add_error(messages, "categorical_encoding",
              "Cannot use OneHotInternal categorical encoding for tree methods; OneHotExplicit "
              "makes the same columns.");
  }
  for (const double rate : p.sample_rate_per_class.value_or(std::vector<double>())) {
    if (rate >= 0 && rate <= 1) continue;
    add_error(messages, "sample_rate_per_class",
              "sample_rate_per_class has " + java_double(rate) + ": rates are between 0 and 1");
    break;
  }
  if (p.calibrate_model && p.calibration_frame.empty())
    add_error(messages, "calibrate_model", "Calibration frame was not specified.");
  if (!p.calibrate_model && !p.calibration_frame.empty()) {
    model::add_warning(messages, "calibration_frame",
                       "Calibration frame was specified but calibration was not requested.");
  }
}

void check_rows(const TreeParameters& p, double weight, model::Messages& messages) {
  // Weights that are none are told of by a check of their own.
  if (!(weight > 0) || weight >= 2 * p.min_rows) return;
  add_error(messages, "min_rows",
            "The dataset size is too small to split for min_rows=" + java_double(p.min_rows) +
                ": must have at least " + java_double(2 * p.min_rows) +
                " (weighted) rows, but have only " + java_double(weight) + ".");
}

void check_category(const TreeParameters& p, model::Category category, model::Messages& messages) {
  if (p.calibrate_model && category != model::Category::binomial) {
    add_error(messages, "calibrate_model",
              "Model calibration is only currently supported for binomial models.");
  }
}

void check_numeric_response(const TreeParameters& p, const model::ColumnRange& response,
                            model::Messages& messages) {
  const bool any = response.low <= response.high;
  if (any && (std::isinf(response.low) || std::isinf(response.high))) {
    add_error(messages, "response_column",
              "Column " + p.response_column.name +
                  " has infinite values: replace them, or leave these rows out");
  }
  const bool zero_one = response.low == 0 && response.high == 1;
  const bool ones = response.low == -1 && response.high == 1 && response.zeros == 0;
  const bool two = response.integers && (zero_one || ones);
  if (!two || p.distribution != DistributionChoice::automatic) return;
  // The clients know this text.
  model::add_warning(
      messages, "response_column",
      "We have detected that your response column has only 2 unique values (0/1). If you wish to "
      "train a binary model instead of a regression model, convert your target column to "
      "categorical before training.");
}

void check_class_rates(const std::optional<std::vector<double>>& rates,
                       const model::ColumnRoles& roles) {
  if (!rates) return;
  if (!roles.response_domain) {
    throw InputError::illegal_argument(
        "sample_rate_per_class needs a categorical response, column " + roles.response +
        " is numeric.");
  }
  if (rates->size() == roles.response_domain->size()) return;
  throw InputError::illegal_argument("sample_rate_per_class has " + std::to_string(rates->size()) +
                                     " values, the response " +
                                     std::to_string(roles.response_domain->size()) + " levels.");
}

void check_response_varies(const model::ColumnRoles& roles, std::int64_t rows,
                           const std::pair<double, double>& range, bool may_be_constant) {
  const std::string column = "The response column " + roles.response;
  if (rows == 0) {
    throw InputError::illegal_argument(column + " has no value in any row of positive weight.");
  }
  if (!may_be_constant && range.first == range.second) {
    throw InputError::illegal_argument(
        column +
        " is constant: Response cannot be constant. Set check_constant_response to false "
        "to train all the same.");
  }
}

}  // namespace neve::algos::trees
