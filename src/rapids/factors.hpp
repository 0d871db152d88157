#pragma once

#include <neve/munge/expression.hpp>

#include "rapids/evaluation.hpp"

/// Conversions between kinds of columns.
namespace neve::rapids {

/// A categorical column of the same values: texts sorted by their bytes, numbers sorted by value
/// and written as they are. A categorical one comes back as it is.
munge::ExpressionPtr factor_of(Evaluation& evaluation, const frame::LayoutPtr& layout,
                               const munge::ExpressionPtr& column);

/// Numbers: levels that are numbers stand for those, else codes; texts are read as numbers.
munge::ExpressionPtr number_of(Evaluation& evaluation, const frame::LayoutPtr& layout,
                               const munge::ExpressionPtr& column);

/// A column of strings.
munge::ExpressionPtr text_of(Evaluation& evaluation, const frame::LayoutPtr& layout,
                             const munge::ExpressionPtr& column);

/// A categorical column with the levels of `names`, where equal names are one level; levels in the
/// order of their first use. Empty optional: that level becomes missing.
munge::ExpressionPtr renamed_levels(const munge::ExpressionPtr& column,
                                    const std::vector<std::optional<std::string>>& names);

}  // namespace neve::rapids
