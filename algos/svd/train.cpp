#include "algos/svd/train.hpp"

#include <string>
#include <utility>

#include <neve/model/score.hpp>

namespace neve::algos::svd {
namespace {

components::Method method_of(SvdMethod method) {
  if (method == SvdMethod::power) return components::Method::power;
  if (method == SvdMethod::randomized) return components::Method::randomized;
  return components::Method::gram_svd;
}

/// U = X V / D; rows without scores have none here, and a singular value of 0 has no vector.
frame::Frame left_vectors(model::TrainContext& context, const SvdModel& model, std::string key) {
  auto scaled = std::make_shared<SvdModel>(model);
  const std::vector<double> values = model.singular_values();
  components::Projection& projection = scaled->projection;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const std::size_t size = projection.expansion.size();
    for (std::size_t i = 0; i < size; ++i) projection.vectors[k * size + i] /= values[k];
  }
  frame::Frame made = model::score_with<SvdModel>(context.engine, scaled, context.training,
                                                  {.labels = false, .token = context.job.token()})
                          .predictions;
  for (std::size_t k = 0; k < values.size(); ++k) made.names[k] = "u" + std::to_string(k + 1);
  made.key = std::move(key);
  return made;
}

/// V, a row for each element of the rows' vectors.
frame::Frame right_vectors(model::TrainContext& context, const SvdModel& model, std::string key) {
  const components::Projection& projection = model.projection;
  mr::Engine& engine = context.engine;
  frame::Frame made;
  made.key = std::move(key);
  const auto rows = static_cast<std::int64_t>(projection.expansion.size());
  made.layout =
      engine.new_layout(frame::row_cuts(rows, static_cast<std::int32_t>(projection.count())));
  for (std::size_t k = 0; k < projection.count(); ++k) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < made.layout->groups(); ++g) {
      const GroupIndex group(g);
      const auto part =
          projection.vector(k).subspan(static_cast<std::size_t>(made.layout->first_row(group)),
                                       static_cast<std::size_t>(made.layout->rows_of(group)));
      engine.put_chunk(*made.layout, id, group, frame::encode_doubles(part));
    }
    const mr::OutputColumn kind;
    made.add("v" + std::to_string(k + 1), engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return made;
}

components::TrainOrder order_of(const Parameters& p) {
  return {.expansion = {.transform = p.transform, .use_all_factor_levels = p.use_all_factor_levels},
          .method = method_of(p.svd_method),
          .count = p.nv,
          .count_field = "nv",
          .max_iterations = p.max_iterations};
}

}  // namespace

SvdTrainer::SvdTrainer(std::shared_ptr<const Parameters> parameters)
    : ComponentsTrainer(order_of(*parameters)), parameters_(std::move(parameters)) {}

std::shared_ptr<model::Model> SvdTrainer::finish(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  auto made = std::make_shared<SvdModel>();
  made->header.category = context.category;
  made->header.roles = context.roles;
  made->projection = learnt(context).projection;
  made->v_key = "SVDV_" + context.header.key;
  if (p.keep_u) {
    made->u_key = p.u_name && !p.u_name->empty() ? *p.u_name : "SVDU_" + context.header.key;
    context.frames.push_back(left_vectors(context, *made, made->u_key));
  }
  context.frames.push_back(right_vectors(context, *made, made->v_key));
  context.header.summary = model_summary(*made);
  return made;
}

}  // namespace neve::algos::svd
