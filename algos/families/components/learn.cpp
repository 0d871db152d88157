#include "algos/families/components/learn.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>

#include "algos/families/components/gram.hpp"

namespace neve::algos::components {
namespace {

/// Columns from which on methods that iterate do so on the rows: X'X of more takes 128 MB, five
/// times over, and longer than some passes.
constexpr std::size_t kManyColumns = 4'000;
/// X'X of more columns is made again rather than kept with the state of a job.
constexpr std::size_t kMostKeptColumns = 1'000;
/// What Halko, Martinsson and Tropp recommend.
constexpr std::size_t kOversampling = 10;

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

/// Columns of a search.
std::size_t width_of(const TrainOrder& order, std::size_t size) {
  const auto count = static_cast<std::size_t>(order.count);
  return std::min(size, count + (order.method == Method::randomized ? kOversampling : 0));
}

}  // namespace

void ComponentsTrainer::init(model::TrainContext& context) {
  expanded_ = expand(context, order_.expansion);
  check_count(order_, *expanded_);
  const std::size_t size = expanded_->expansion.size();
  const int threads = context.engine.pool().threads();
  if (order_.method == Method::gram_svd || size < kManyColumns) {
    memory_ = context.engine.budget().reserve(gram_bytes(*expanded_, threads),
                                              "Sums of products of columns");
  } else {
    constexpr std::int64_t kBlocks = 10;  // columns, residuals and directions, old and new
    const std::size_t width = width_of(order_, size);
    const auto block = static_cast<std::int64_t>(sizeof(double) * size * width);
    memory_ = context.engine.budget().reserve(
        row_products_bytes(*expanded_, width, threads) + kBlocks * block, "Columns of a search");
    progress_.phase = Phase::search;
    progress_.search = Search(size, static_cast<std::size_t>(order_.count), width, context.seed);
  }
  context.job.progress(0.3, "Means");
}

wire::Bytes ComponentsTrainer::save() const {
  Progress kept = progress_;
  if (expanded_->expansion.size() > kMostKeptColumns) kept.gram.clear();
  return wire::encode(kept);
}

void ComponentsTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  init(context);
  progress_ = wire::decode<Progress>(saved);
}

bool ComponentsTrainer::step(model::TrainContext& context) {
  // What was found is kept before finish() makes use of it.
  const bool goes_on = progress_.phase != Phase::done;
  switch (progress_.phase) {
    case Phase::sums:
      add_products(context);
      progress_.phase = Phase::decomposition;
      break;
    case Phase::decomposition:
      decompose_products(context);
      break;
    case Phase::search:
      search(context);
      break;
    case Phase::done:
      break;
  }
  return goes_on;
}

void ComponentsTrainer::add_products(model::TrainContext& context) {
  const mr::ScratchLease scratch(context.engine);
  mr::RunOptions options = context.run_options();
  options.scratch = scratch.id();
  const linalg::Symmetric gram = gram_of(context.engine, *expanded_, options);
  progress_.gram.assign(gram.values().begin(), gram.values().end());
  context.job.progress(0.6, "Products");
}

void ComponentsTrainer::decompose_products(model::TrainContext& context) {
  if (progress_.gram.empty()) add_products(context);
  linalg::Symmetric gram(expanded_->expansion.size());
  std::ranges::copy(progress_.gram, gram.values().begin());
  progress_.gram = {};
  progress_.found = decompose(gram, {.method = order_.method,
                                     .count = static_cast<std::size_t>(order_.count),
                                     .max_iterations = order_.max_iterations,
                                     .seed = context.seed,
                                     .check = [token = context.job.token()] { token->check(); }});
  progress_.trace = progress_.found.trace;
  progress_.phase = Phase::done;
  context.job.progress(0.9, "Components");
}

void ComponentsTrainer::search(model::TrainContext& context) {
  const auto multiply = [&](const Vectors& columns) {
    RowProducts made = multiply_rows(context.engine, *expanded_, columns, context.run_options());
    progress_.trace = made.squares;
    return std::move(made.columns);
  };
  const bool goes_on = progress_.search.iterate(multiply);
  const std::int32_t iterations = progress_.search.iterations();
  if (!goes_on || iterations >= order_.max_iterations) {
    progress_.found = progress_.search.found();
    progress_.phase = Phase::done;
  }
  context.job.progress(0.3 + 0.6 * iterations / order_.max_iterations,
                       "Iteration " + std::to_string(iterations));
}

Learnt ComponentsTrainer::learnt(model::TrainContext& context) {
  if (progress_.phase == Phase::search) progress_.found = progress_.search.found();
  while (progress_.phase < Phase::search) step(context);
  Decomposition& found = progress_.found;
  return {.projection = {.expansion = std::move(expanded_->expansion),
                         .rows = expanded_->rows,
                         .trace = progress_.trace,
                         .values = std::move(found.values),
                         .vectors = std::move(found.vectors)},
          .iterations = found.iterations};
}

}  // namespace neve::algos::components
