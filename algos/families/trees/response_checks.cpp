#include "algos/families/trees/response_checks.hpp"

#include <string>

#include <neve/base/error.hpp>

namespace neve::algos::trees {

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
