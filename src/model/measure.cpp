
#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/values.hpp>

#include "model/tasks.hpp"

namespace neve::model {
namespace {

/// The response in codes of the training domain.
ColumnId response_column(mr::Engine& engine, const Model& model, const Dataset& data,
                         const job::TokenPtr& token, std::vector<frame::Column>& made) {
  const ColumnId response = data.inputs.columns[static_cast<std::size_t>(data.response)];
  if (data.response_levels.identity) return response;
  mr::RunOptions options;
  options.token = token;
  options.outputs = {
      {mr::OutputKind::codes, frame::ColumnType::categorical, model.header.roles.response_domain}};
  const mr::Inputs inputs{data.inputs.layout, {response}};
  made = engine
             .run_with_outputs<RecodeTask>(
                 inputs, {data.response_levels, model.header.roles.classes()}, options)
             .columns;
  return made[0].id;
}

/// How the user wants AUCs of many classes averaged.
AucType auc_type_of(const Header& header) {
  AucType type = AucType::automatic;
  for (const auto& [name, value] : header.parameters) {
    if (name == "auc_type") schema::ops_of<AucType>().read(&type, value);
  }
  return type;
}

}  // namespace

void RecodeTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                     mr::Outputs& outputs) {
  const std::span<std::int32_t> codes = outputs.codes(0);
  group.columns[0].decode_codes(0, codes);
  for (std::int32_t& code : codes) {
    code = state.levels.map(code);
    if (code >= state.class_count) code = frame::kMissingCode;
  }
}

metrics::Metrics measure(mr::Engine& engine, const Model& model, const Dataset& data,
                         const Scored& scored, const job::TokenPtr& token) {
  NEVE_CHECK(data.response >= 0);
  std::vector<frame::Column> made;
  const ColumnId actual = response_column(engine, model, data, token, made);
  std::optional<ColumnId> weights;
  if (data.weights >= 0) weights = data.inputs.columns[static_cast<std::size_t>(data.weights)];
  const std::vector<frame::Column>& values = scored.predictions.columns;
  // From the front: models of folds may lack the extra outputs of the one that is measured.
  const std::size_t first = values.front().is_categorical() ? 1 : 0;
  const frame::LayoutPtr& layout = data.inputs.layout;
  const Model& measuring = scored.last ? *scored.last : model;
  metrics::Metrics result;
  if (model.header.category == Category::binomial) {
    metrics::BinomialInputs inputs{layout, values[first + 1].id, actual, weights, {}};
    inputs.options.domain = *model.header.roles.response_domain;
    inputs.options.gainslift_bins = model.gainslift_bins();
    result = metrics::compute_binomial(engine, inputs, token);
  } else if (model.header.category == Category::multinomial ||
             model.header.category == Category::ordinal) {
    metrics::MultinomialInputs inputs{layout,
                                      {},
                                      actual,
                                      weights,
                                      *model.header.roles.response_domain,
                                      auc_type_of(model.header)};
    for (std::size_t k = 0; k < model.outputs(); ++k)
      inputs.probabilities.push_back(values[first + k].id);
    result = metrics::compute_multinomial(engine, inputs, token);
  } else {
    NEVE_CHECK(model.header.category == Category::regression);
    result = metrics::compute_regression(
        engine, {layout, values[first].id, actual, weights, measuring.deviance()}, token);
  }
  measuring.complete_metrics(engine, scored.last ? *scored.last_data : data, scored, result);
  return result;
}

void describe(const Header& header, const std::string& frame_key, std::int64_t frame_checksum,
              metrics::Metrics& metrics) {
  metrics::MetricsHeader* described = metrics.header();
  if (described == nullptr) return;
  described->model = header.key;
  described->model_checksum = header.checksum;
  described->frame = frame_key;
  described->frame_checksum = frame_checksum;
  described->model_category = header.category;
  described->scoring_time = now_ms();
}

}  // namespace neve::model
