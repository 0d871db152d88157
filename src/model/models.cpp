#include <neve/model/models.hpp>

#include <algorithm>
#include <iterator>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/munge/rollups.hpp>

#include "model/averages.hpp"
#include "model/encoding_tasks.hpp"
#include "model/fold_tasks.hpp"
#include "model/levels_of_numbers.hpp"
#include "model/target_encoding.hpp"
#include "model/tasks.hpp"
#include "store/api/objects.hpp"

namespace neve::model {
namespace {

/// What the catalogue keeps of a model.
struct Stored {
  std::string algorithm;
  store::Kept model;
  template <class Archive>
  void fields(Archive& archive) {
    archive(algorithm, model);
  }
};

store::Entry entry_of(const Model& model, const Stored& stored) {
  store::Entry entry;
  entry.name = model.header.key;
  entry.kind = store::Kind::model;
  if (stored.model.blob) entry.columns.push_back(stored.model.blob->column);
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(stored));
  return entry;
}

/// The names of what belongs to a model's cross-validation.
std::vector<std::string> names_of(const CrossValidation& of) {
  std::vector<std::string> names = of.models;
  std::ranges::copy(of.predictions, std::back_inserter(names));
  for (const std::string& name : {of.holdout_predictions, of.fold_assignment}) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

struct AnswerRequest {
  static constexpr std::string_view kKind = "model.answer";
  std::string model;
  frame::Frame frame;
  std::string destination;
  std::optional<RowQuestion> question;
  std::int32_t layer = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(model, frame, destination, question, layer);
  }
};

/// Not so where there is none, or it is something else to the model: what columns are encoded by,
/// or what tells the anomalies of other rows.
bool response_is_predicted(const Header& header) {
  return !header.roles.response.empty() && header.category != Category::anomaly_detection &&
         header.category != Category::target_encoder;
}

/// Whether levels are made up for the answer, more than rows may have.
bool of_leaves(RowQuestion question) {
  return question == RowQuestion::leaf_paths || question == RowQuestion::leaf_nodes;
}

/// Leaves out the levels that no row has.
void drop_unused_levels(mr::Engine& engine, const frame::LayoutPtr& layout,
                        const job::TokenPtr& token, frame::Column& column) {
  const std::vector<std::int64_t> rows = munge::level_counts(engine, layout, column, token);
  RecodeTask::State state{{.identity = false, .to_training = {}}, 0};
  auto levels = std::make_shared<std::vector<std::string>>();
  for (std::size_t code = 0; code < rows.size(); ++code) {
    state.levels.to_training.push_back(static_cast<std::int32_t>(levels->size()));
    if (rows[code] > 0) levels->push_back((*column.domain)[code]);
  }
  if (levels->size() == rows.size()) return;
  state.class_count = static_cast<std::int32_t>(levels->size());
  mr::RunOptions options;
  options.token = token;
  options.outputs = {{mr::OutputKind::codes, frame::ColumnType::categorical, std::move(levels)}};
  column =
      engine.run_with_outputs<RecodeTask>({layout, {column.id}}, state, options).columns.front();
}

}  // namespace

const Algorithm& Models::algorithm_of(const Model& model) const {
  const Algorithm* algorithm = parts_.algorithms.find(model.header.algorithm);
  NEVE_CHECK(algorithm != nullptr, "no algorithm " + model.header.algorithm);
  return *algorithm;
}

void Models::publish(const Model& model) {
  const Stored stored{model.header.algorithm, store::keep(parts_.engine.blobs(), model.encode())};
  parts_.engine.store().commit({.put = {entry_of(model, stored)}});
}

void Models::publish_all(const std::vector<std::shared_ptr<Model>>& models,
                         const std::vector<frame::Frame>& frames) {
  // All that takes memory comes before the first name, as it may fail.
  std::vector<Stored> stored;
  for (const auto& model : models) {
    stored.push_back(
        {model->header.algorithm, store::keep(parts_.engine.blobs(), model->encode())});
  }
  for (const frame::Frame& frame : frames) parts_.frames.publish(frame);
  for (std::size_t i = 0; i < models.size(); ++i) {
    parts_.engine.store().commit({.put = {entry_of(*models[i], stored[i])}});
  }
}

ModelPtr Models::find(std::string_view key) const {
  ModelPtr model;
  store::read_entry(parts_.engine.store(), key, store::Kind::model, [&](const store::Entry& entry) {
    {
      const std::lock_guard lock(mutex_);
      const auto at = cache_.find(key);
      if (at != cache_.end() && at->second.version == entry.version) {
        model = at->second.model;
        return;
      }
    }
    const auto stored = wire::decode<Stored>(*entry.manifest);
    const Algorithm* algorithm = parts_.algorithms.find(stored.algorithm);
    NEVE_CHECK(algorithm != nullptr, "no algorithm " + stored.algorithm);
    model = algorithm->decode(store::fetch(parts_.engine.blobs(), stored.model));
    const std::lock_guard lock(mutex_);
    cache_[std::string(key)] = {entry.version, model};
  });
  return model;
}

ModelPtr Models::require(std::string_view key, std::string_view argument) const {
  if (ModelPtr model = find(key)) return model;
  throw InputError::object_not_found(std::string(key), std::string(argument));
}

bool Models::is_target_encoded(const Model& model) const {
  const auto& predictors = model.header.roles.encoding.predictors;
  if (std::ranges::find(predictors, EncodedForm::target, &Encoded::form) != predictors.end())
    return true;
  return std::ranges::any_of(model.made_of(), [&](const std::string& name) {
    const ModelPtr part = find(name);
    return part != nullptr && is_target_encoded(*part);
  });
}

std::vector<ModelPtr> Models::list() const {
  std::vector<ModelPtr> models;
  for (const store::Entry& entry : parts_.engine.store().catalog().list(store::Kind::model)) {
    if (ModelPtr model = find(entry.name)) models.push_back(std::move(model));
  }
  return models;
}

void Models::add_names(const Model& model, std::vector<std::string>& names) const {
  std::ranges::copy(names_of(model.header.cross_validation), std::back_inserter(names));
  names.push_back(model.header.key);
  for (const std::string& name : model.belongings()) {
    if (std::ranges::find(names, name) != names.end()) continue;
    if (const ModelPtr belonging = find(name)) {
      add_names(*belonging, names);
    } else {
      names.push_back(name);
    }
  }
}

std::vector<ModelPtr> Models::group(const std::string& name) const {
  for (const auto& groups : groups_) {
    if (auto models = groups(name); !models.empty()) return models;
  }
  return {};
}

bool Models::remove(std::string_view key) {
  std::vector<std::string> names;
  if (const ModelPtr model = find(key)) {
    add_names(*model, names);
  } else {
    for (const ModelPtr& member : group(std::string(key))) add_names(*member, names);
    for (const auto& belongings : group_belongings_)
      std::ranges::copy(belongings(std::string(key)), std::back_inserter(names));
    if (names.empty()) return false;
    names.emplace_back(key);
  }
  parts_.engine.store().commit({.remove = names});
  const std::lock_guard lock(mutex_);
  for (const std::string& name : names) cache_.erase(name);
  return true;
}

double Models::set_threshold(const std::string& key, double threshold) {
  const ModelPtr model = require(key, "model");
  if (model->header.category != Category::binomial) {
    throw InputError::illegal_argument(
        "Model '" + key + "' has no threshold: only models of two classes have one.",
        {{"model", key}});
  }
  if (!(threshold > 0 && threshold <= 1)) {
    throw InputError::illegal_argument(
        "Reset threshold should be value from 0 to 1 (included). Got " + java_double(threshold) +
            ".",
        {{"threshold", java_double(threshold)}});
  }
  // Models are shared, and never change: this one gets a successor.
  const auto next = algorithm_of(*model).decode(model->encode());
  next->header.default_threshold = threshold;
  publish(*next);
  return model->header.default_threshold;
}

frame::Frame Models::tell(const Scoring& scoring, const job::TokenPtr& token,
                          std::vector<std::string>& warnings) {
  const Model& model = *scoring.model;
  const bool of_training = scoring.question == RowQuestion::sampled_for_trees;
  const frame::Frame frame =
      with_levels_of_numbers(parts_.engine, model.header.roles, scoring.frame, token);
  Dataset data = adapt(model.header.roles, frame, of_training);
  warnings = std::move(data.warnings);
  const ScoreRequest request{
      .token = token, .question = scoring.question, .layer = scoring.layer, .models = this};
  frame::Frame made =
      algorithm_of(model).score(parts_.engine, scoring.model, data, request).predictions;
  if (scoring.question && of_leaves(*scoring.question)) {
    for (frame::Column& column : made.columns) {
      if (column.is_categorical()) drop_unused_levels(parts_.engine, made.layout, token, column);
    }
  }
  made.key = scoring.destination;
  return made;
}

frame::Frame Models::answer(const Scoring& scoring, const job::TokenPtr& token,
                            std::vector<std::string>& warnings) {
  frame::Frame made = tell(scoring, token, warnings);
  parts_.frames.publish(made);
  return made;
}

frame::Frame Models::predict(const ModelPtr& model, const frame::Frame& frame,
                             const std::string& destination, const job::TokenPtr& token,
                             std::vector<std::string>& warnings) {
  return answer({model, frame, destination}, token, warnings);
}

std::shared_ptr<job::Job> Models::start_answer(const Scoring& scoring) {
  const job::Description description{"transformation", scoring.destination,
                                     std::string(schema::FrameKind::type)};
  const AnswerRequest request{scoring.model->header.key, scoring.frame, scoring.destination,
                              scoring.question, scoring.layer};
  return parts_.jobs.start(description, {.kind = AnswerRequest::kKind,
                                         .request = wire::encode(request),
                                         .columns = frame::column_ids(scoring.frame)});
}

void Models::define_answer(job::Jobs& jobs) {
  jobs.define(std::string(AnswerRequest::kKind), [this](job::Job& job, auto bytes) {
    const auto request = wire::decode<AnswerRequest>(bytes);
    std::vector<std::string> warnings;
    answer({require(request.model), request.frame, request.destination, request.question,
            request.layer},
           job.token(), warnings);
    for (std::string& warning : warnings) job.warn(std::move(warning));
  });
}

metrics::Metrics Models::performance(const ModelPtr& model, const frame::Frame& frame,
                                     const job::TokenPtr& token,
                                     std::vector<std::string>& warnings) {
  const bool predicts_response = response_is_predicted(model->header);
  const ColumnRoles& roles = model->header.roles;
  Dataset data = adapt(roles, with_levels_of_numbers(parts_.engine, roles, frame, token),
                       predicts_response || roles.response.empty());
  warnings = std::move(data.warnings);
  metrics::Metrics metrics;
  if (!predicts_response) {
    metrics = model->measure_rows(parts_.engine, data, token);
  } else {
    const ScoreRequest request{.labels = false, .token = token, .models = this};
    const Scored scored = algorithm_of(*model).score(parts_.engine, model, data, request);
    metrics = measure(parts_.engine, *model, data, scored, token);
  }
  describe(model->header, frame.key, parts_.frame_checksum(frame), metrics);
  return metrics;
}

mr::TaskList tasks() {
  mr::TaskList all = {&mr::task_entry<RangeTask>(),      &mr::task_entry<RecodeTask>(),
                      &mr::task_entry<FoldCountTask>(),  &mr::task_entry<FoldTask>(),
                      &mr::task_entry<FoldWeightTask>(), &mr::task_entry<HoldOutTask>(),
                      &mr::task_entry<LevelSumTask>(),   &mr::task_entry<EncodeTask>(),
                      &mr::task_entry<FillTask>(),       &mr::task_entry<MomentsTask>(),
                      &mr::task_entry<TargetTask>()};
  for (const mr::TaskEntry* task : metrics::tasks()) all.push_back(task);
  return all;
}

}  // namespace neve::model
