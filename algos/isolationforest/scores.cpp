#include "algos/isolationforest/scores.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "algos/families/isolation/measure.hpp"

namespace neve::algos::isolationforest {
namespace {

/// The flags of a column of scores, and the scores cut at 1.
std::vector<frame::Column> judge(mr::Engine& engine, const frame::LayoutPtr& layout,
                                 const frame::Column& scores, const IsolationForestModel& model,
                                 const job::TokenPtr& token) {
  frame::DomainPtr domain = model.header.roles.response_domain;
  if (!domain)
    domain = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"0", "1"});
  mr::RunOptions options;
  options.token = token;
  options.outputs = {{mr::OutputKind::codes, frame::ColumnType::categorical, std::move(domain)},
                     {}};
  return engine
      .run_with_outputs<FlagTask>({layout, {scores.id}}, {model.header.default_threshold}, options)
      .columns;
}

}  // namespace

void FlagTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                   mr::Outputs& outputs) {
  const std::span<std::int32_t> flags = outputs.codes(0);
  const std::span<double> cut = outputs.doubles(1);
  group.columns[0].decode(0, cut);
  for (std::size_t i = 0; i < cut.size(); ++i) {
    flags[i] = cut[i] >= state.threshold ? 1 : 0;
    cut[i] = std::min(cut[i], 1.0);
  }
}

void ResponseTask::map(const mr::RowGroup& group, const State& levels, Partial& /*partial*/,
                       mr::Outputs& outputs) {
  constexpr std::int32_t kClasses = 2;
  const std::span<std::int32_t> codes = outputs.codes(0);
  group.columns[0].decode_codes(0, codes);
  for (std::int32_t& code : codes) {
    code = levels.map(code);
    if (code >= kClasses) code = frame::kMissingCode;
  }
}

model::Scored score_rows(mr::Engine& engine, const model::ModelPtr& model,
                         const model::Dataset& data, const model::ScoreRequest& request) {
  model::Scored scored = model::score_with<IsolationForestModel>(engine, model, data, request);
  const auto& typed = dynamic_cast<const IsolationForestModel&>(*model);
  if (request.question || !request.labels || !typed.flags_anomalies()) return scored;
  frame::Frame& frame = scored.predictions;
  auto judged = judge(engine, frame.layout, frame.columns.front(), typed, request.token);
  frame.names.insert(frame.names.begin(), "predict");
  frame.columns.insert(frame.columns.begin(), std::move(judged.front()));
  return scored;
}

model::metrics::Metrics measure_scores(mr::Engine& engine, const IsolationForestModel& model,
                                       const model::Dataset& data, const job::TokenPtr& token) {
  return isolation::mean_scores(engine, isolation::plain_scores(engine, model, data, token), token);
}

model::metrics::Metrics measure_flags(mr::Engine& engine, const IsolationForestModel& model,
                                      const model::Dataset& data, const job::TokenPtr& token) {
  const frame::Frame scores = isolation::plain_scores(engine, model, data, token);
  const auto judged = judge(engine, scores.layout, scores.columns.front(), model, token);
  ColumnId actual = data.inputs.columns[static_cast<std::size_t>(data.response)];
  std::vector<frame::Column> recoded;
  if (!data.response_levels.identity) {
    mr::RunOptions options;
    options.token = token;
    options.outputs = {{mr::OutputKind::codes, frame::ColumnType::categorical,
                        model.header.roles.response_domain}};
    recoded = engine
                  .run_with_outputs<ResponseTask>({scores.layout, {actual}}, data.response_levels,
                                                  options)
                  .columns;
    actual = recoded.front().id;
  }
  model::metrics::BinomialInputs inputs{scores.layout, judged[1].id, actual, std::nullopt, {}};
  inputs.options.domain = *model.header.roles.response_domain;
  return model::metrics::compute_binomial(engine, inputs, token);
}

}  // namespace neve::algos::isolationforest
