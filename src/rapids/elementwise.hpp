#pragma once

#include <functional>
#include <vector>

#include <neve/munge/expression.hpp>

#include "rapids/evaluation.hpp"

/// Element-wise work on values of any shape: numbers, frames and rows, widened to one another.
namespace neve::rapids {

bool is_number_like(const munge::ExpressionPtr& column);  ///< numbers and times
/// Missing in every row; what arithmetic on texts and categories gives.
munge::ExpressionPtr missing_column();

/// `op` on each cell; columns are called "op(name)". Throws InputError for columns of texts and
/// categories; in rows they give missing values.
Value map_unary(Arguments& arguments, munge::Op op);
/// `op` on each pair of cells of arguments 0 and 1.
Value map_binary(Arguments& arguments, munge::Op op);
/// Each column by itself, keeping shape and names.
using MapColumn = std::function<munge::ExpressionPtr(const munge::ExpressionPtr&)>;
Value map_columns(Arguments& arguments, const MapColumn& map);

/// A tree over the cells, as flat as can be; `cells` is not empty.
munge::ExpressionPtr combine(munge::Op op, std::vector<munge::ExpressionPtr> cells);

/// Codes of a categorical column in the order of another domain; -1 for levels that it lacks.
munge::ExpressionPtr recoded(const munge::ExpressionPtr& column, const frame::Domain& domain);

}  // namespace neve::rapids
