#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <neve/model/dataset.hpp>

namespace neve::algos::trees {

/// Throws InputError unless there is a rate for each class of the response, where rates are given.
void check_class_rates(const std::optional<std::vector<double>>& rates,
                       const model::ColumnRoles& roles);
/// Throws InputError where no row counts, or where the response is constant and may not be.
/// `range` has its least and largest value.
void check_response_varies(const model::ColumnRoles& roles, std::int64_t rows,
                           const std::pair<double, double>& range, bool may_be_constant);

}  // namespace neve::algos::trees
