#include "algos/pca/train.hpp"

#include <string>
#include <utility>

#include <neve/base/clock.hpp>

#include "algos/pca/pca_output.hpp"

namespace neve::algos::pca {
namespace {

components::Method method_of(PcaMethod method) {
  switch (method) {
    case PcaMethod::power:
      return components::Method::power;
    case PcaMethod::randomized:
      return components::Method::randomized;
    case PcaMethod::glrm:
      return components::Method::alternating;
    case PcaMethod::gram_svd:
      break;
  }
  return components::Method::gram_svd;
}

components::TrainOrder order_of(const Parameters& p) {
  return {.expansion = {.transform = p.transform,
                        .use_all_factor_levels = p.use_all_factor_levels,
                        .impute_missing = p.impute_missing},
          .method = method_of(p.pca_method),
          .count = p.k,
          .count_field = "k",
          .max_iterations = p.max_iterations};
}

}  // namespace

PcaTrainer::PcaTrainer(std::shared_ptr<const Parameters> parameters)
    : ComponentsTrainer(order_of(*parameters)), parameters_(std::move(parameters)) {}

std::shared_ptr<model::Model> PcaTrainer::finish(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  auto made = std::make_shared<PcaModel>();
  made->header.category = context.category;
  made->header.roles = context.roles;
  components::Learnt learnt = this->learnt(context);
  made->projection = std::move(learnt.projection);
  if (p.pca_method == PcaMethod::glrm) {
    made->objective = made->projection.trace;
    for (const double value : made->projection.values) made->objective -= value;
  }
  model::Header& header = context.header;
  const job::TokenPtr& token = context.job.token();
  if (p.compute_metrics)
    header.training_metrics = made->measure_rows(context.engine, context.training, token);
  if (context.validation != nullptr)
    header.validation_metrics = made->measure_rows(context.engine, *context.validation, token);
  header.summary = importance_table(made->projection);
  header.scoring_history = components::history_table(
      "Scoring History for " + std::string(schema::enum_text(p.pca_method)), now_ms(),
      context.job.start_time_ms(), learnt.iterations);
  return made;
}

}  // namespace neve::algos::pca
