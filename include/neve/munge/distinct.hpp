#pragma once

#include <vector>

#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/munge/expression.hpp>

namespace neve::munge {

/// The distinct values that are present, ascending. Throws InputError (400) where there are more
/// than `most`.
std::vector<double> distinct_numbers(mr::Engine& engine, const frame::LayoutPtr& layout,
                                     const ExpressionPtr& values, std::int64_t most,
                                     const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
