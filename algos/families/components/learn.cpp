#include "algos/families/components/learn.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>

#include "algos/families/components/gram.hpp"

namespace neve::algos::components {
namespace {

void check_count(const TrainOrder& order, const Expanded& expanded) {
  const auto most = std::min(expanded.rows, static_cast<std::int64_t>(expanded.expansion.size()));
  if (order.count <= most) return;
  throw InputError::illegal_argument(
      "Parameter " + order.count_field + " must be between 1 and " + std::to_string(most) +
          ", the lesser of rows without missing cells (" + std::to_string(expanded.rows) +
          ") and columns (" + std::to_string(expanded.expansion.size()) +
          ", categories expanded); it is " + std::to_string(order.count) + ".",
      {{"parameter", order.count_field}});
}

}  // namespace

Learnt learn(model::TrainContext& context, const TrainOrder& order) {
  Expanded expanded = expand(context, order.expansion);
  check_count(order, expanded);
  context.job.progress(0.3, "Means");
  const Reservation memory = context.engine.budget().reserve(
      gram_bytes(expanded, context.engine.pool().threads()), "Sums of products of columns");
  const mr::ScratchLease scratch(context.engine);
  mr::RunOptions options = context.run_options();
  options.scratch = scratch.id();
  const linalg::Symmetric gram = gram_of(context.engine, expanded, options);
  context.job.progress(0.6, "Products");
  Decomposition found =
      decompose(gram, {.method = order.method,
                       .count = static_cast<std::size_t>(order.count),
                       .max_iterations = order.max_iterations,
                       .seed = context.seed,
                       .check = [token = context.job.token()] { token->check(); }});
  context.job.progress(0.9, "Components");
  return {.projection = {.expansion = std::move(expanded.expansion),
                         .rows = expanded.rows,
                         .trace = found.trace,
                         .values = std::move(found.values),
                         .vectors = std::move(found.vectors)},
          .iterations = found.iterations};
}

}  // namespace neve::algos::components
