#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>

#include "model/cross_validation.hpp"
#include "model/encoding.hpp"
#include "model/fit.hpp"
#include "model/job_frames.hpp"
#include "model/levels_of_numbers.hpp"
#include "model/roles.hpp"
#include "model/target_encoding.hpp"

namespace neve::model {
namespace {

constexpr const char* kCheckpoint = "checkpoint";

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Missing, negative or infinite weights would spoil sums without a trace.
void check_weights(mr::Engine& engine, const Dataset& data, const job::TokenPtr& token) {
  if (data.weights < 0) return;
  const mr::Inputs weights{data.inputs.layout,
                           {data.inputs.columns[static_cast<std::size_t>(data.weights)]}};
  const ColumnRange range = ranges_of(engine, weights, token)[0];
  if (range.missing > 0)
    throw InputError::illegal_argument("The weights column has missing values.");
  if (range.low < 0) throw InputError::illegal_argument("The weights column has negative values.");
  if (range.high == 0)
    throw InputError::illegal_argument("The weights column has no positive value: no row counts.");
  if (std::isinf(range.high))
    throw InputError::illegal_argument("The weights column has infinite values.");
}

[[noreturn]] void refuse_changed(const std::string& key, const std::string& field) {
  throw InputError::illegal_argument("Model '" + key + "' of parameter " + field +
                                     " has changed since training was asked for.");
}

/// Lets the main model have what the folds' models have found out.
void take_from_folds(const Algorithm& algorithm, const std::vector<std::shared_ptr<Model>>& models,
                     void* parameters, Header& header) {
  if (algorithm.from_folds == nullptr) return;
  const std::vector<ModelPtr> folds(models.begin(), models.end());
  const schema::Form found = algorithm.from_folds(parameters, folds);
  schema::throw_problems("", schema::read_form(*algorithm.parameters, parameters, found));
  std::ranges::copy(found, std::back_inserter(header.actual_parameters));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> named_models(const Algorithm& algorithm,
                                                              const void* parameters,
                                                              const CommonParameters& common) {
  std::vector<std::pair<std::string, std::string>> made;
  if (algorithm.further_models != nullptr) made = algorithm.further_models(parameters);
  if (!common.checkpoint.empty()) made.emplace_back(kCheckpoint, common.checkpoint.name);
  return made;
}

/// What training does: the same model to the last bit, on whatever node. Frames come by value, as
/// their names may mean something else by the time that another node takes over.
struct Models::TrainRequest {
  static constexpr std::string_view kKind = "model.train";
  std::string algorithm;
  std::string model_id;
  schema::Form form;
  std::int64_t seed = 0;
  frame::Frame training;
  std::optional<frame::Frame> validation;
  std::optional<frame::Frame> calibration = std::nullopt;
  std::map<std::string, std::int64_t> models = {};  ///< checksums of those that the form names
  FurtherFrames further = {};
  bool settles_automatic = true;
  double most_seconds = 0;        ///< beside max_runtime_secs
  schema::Form from_models = {};  ///< parameters instead of the form's
  std::vector<std::pair<std::string, std::int64_t>> unchanged = {};  ///< models, by checksum
  std::string encoder = {};                                          ///< empty without
  template <class Archive>
  void fields(Archive& archive) {
    archive(algorithm, model_id, form, seed, training, validation, calibration, models, further,
            settles_automatic, most_seconds, from_models, unchanged, encoder);
  }
};

/// A training as the job sees it, or the part of a job that it is.
struct Models::Task {
  job::Job& job;
  const wire::Bytes* saved = nullptr;
  KeepState keep = {};  ///< empty where it is the job
  SharedResults* shared = nullptr;
};

NamedFrames Models::frames_of(const Algorithm& algorithm, const schema::Form& form,
                              std::vector<ColumnId>& columns, const NamedFrames& given) const {
  const auto parameters = algorithm.parameters->make();
  schema::throw_problems("", schema::read_form(*algorithm.parameters, parameters.get(), form));
  const CommonParameters& p = algorithm.common(parameters.get());
  NamedFrames taken;
  const auto take = [&](const std::string& key, std::string_view parameter) {
    if (key.empty()) return;
    const auto at = given.find(key);
    taken[key] =
        at == given.end() ? take_frame(parts_.frames, key, parameter, columns) : at->second;
  };
  take(p.training_frame.name, "training_frame");
  take(p.validation_frame.name, "validation_frame");
  if (algorithm.calibration_frame != nullptr)
    take(algorithm.calibration_frame(parameters.get()), "calibration_frame");
  if (algorithm.further_frames != nullptr) {
    for (const auto& [field, key] : algorithm.further_frames(parameters.get())) take(key, field);
  }
  return taken;
}

Models::TrainRequest Models::request_of(const Build& build, std::int64_t seed,
                                        std::vector<ColumnId>& columns) const {
  NEVE_CHECK(build.errors() == 0);
  const CommonParameters& p = build.common();
  const Algorithm& algorithm = *build.algorithm;
  const void* parameters = build.parameters.get();
  const auto take = [&](const std::string& key, std::string_view parameter) {
    const auto given = build.frames.find(key);
    if (given == build.frames.end()) return take_frame(parts_.frames, key, parameter, columns);
    std::ranges::copy(frame::column_ids(given->second), std::back_inserter(columns));
    return given->second;
  };
  TrainRequest request{.algorithm = std::string(algorithm.name),
                       .model_id = p.model_id.name,
                       .form = build.given,
                       .seed = p.seed == -1 ? seed : p.seed,
                       .training = take(p.training_frame.name, "training_frame"),
                       .validation = std::nullopt,
                       .settles_automatic = settles_automatic_,
                       .from_models = build.from_models.parameters};
  if (!p.validation_frame.empty())
    request.validation = take(p.validation_frame.name, "validation_frame");
  if (algorithm.calibration_frame != nullptr) {
    const std::string frame = algorithm.calibration_frame(parameters);
    if (!frame.empty()) request.calibration = take(frame, "calibration_frame");
  }
  if (algorithm.further_frames != nullptr) {
    for (const auto& [field, key] : algorithm.further_frames(parameters))
      request.further[field] = take(key, field);
  }
  for (const auto& [name, key] : build.from_models.frames) request.further[name] = take(key, name);
  for (const ModelPtr& model : build.from_models.models)
    request.unchanged.emplace_back(model->header.key, model->header.checksum);
  if (build.encoder != nullptr) {
    request.encoder = build.encoder->header.key;
    request.unchanged.emplace_back(request.encoder, build.encoder->header.checksum);
  }
  for (const auto& [field, key] : named_models(algorithm, parameters, p))
    request.models[field] = require(key, field)->header.checksum;
  return request;
}

std::shared_ptr<job::Job> Models::train(const Build& build) {
  std::vector<ColumnId> columns;
  const TrainRequest request = request_of(build, draw_seed(), columns);
  const job::Description description{std::string(build.algorithm->title), request.model_id,
                                     std::string(schema::ModelKind::type)};
  return parts_.jobs.start(description, {.kind = TrainRequest::kKind,
                                         .request = wire::encode(request),
                                         .columns = std::move(columns)});
}

void Models::define_jobs(job::Jobs& jobs) {
  jobs.define(std::string(TrainRequest::kKind), [this](job::Job& job, auto request) {
    publish(make(wire::decode<TrainRequest>(request), {job, job.saved(), {}}));
  });
  define_segments(jobs);
  define_answer(jobs);
}

/// The models that training starts from, which must be what they were when it was asked for.
FurtherModels Models::models_of(const TrainRequest& request, const Algorithm& algorithm,
                                const void* parameters, const CommonParameters& common) const {
  FurtherModels found;
  for (const auto& [field, key] : named_models(algorithm, parameters, common)) {
    found[field] = require(key, field);
    if (found[field]->header.checksum == request.models.at(field)) continue;
    refuse_changed(key, field);
  }
  return found;
}

void Models::check_unchanged(const TrainRequest& request) const {
  for (const auto& [key, checksum] : request.unchanged) {
    const ModelPtr model = find(key);
    if (model != nullptr && model->header.checksum == checksum) continue;
    throw InputError::illegal_argument("Model '" + key + "' has " +
                                           (model == nullptr ? "been deleted" : "changed") +
                                           " since training was asked for.",
                                       {{"model", key}});
  }
}

/// What the fits of a job start from.
struct Models::Course {
  std::shared_ptr<void> parameters;
  Header header;
  Dataset training;
  std::optional<Dataset> validation;
  std::optional<Dataset> calibration;
  FurtherModels models;
  ModelPtr encoder;
  std::optional<TargetEncoding> encoding;
  [[nodiscard]] const Model* checkpoint() const {
    const auto found = models.find(kCheckpoint);
    return found == models.end() ? nullptr : found->second.get();
  }
};

void Models::encode_targets(const TrainRequest& request, const Algorithm& algorithm, job::Job& job,
                            Course& course) {
  const CommonParameters& p = algorithm.common(course.parameters.get());
  if (wants_folds(p) && algorithm.agree != nullptr) {
    throw InputError::illegal_argument(
        std::string(algorithm.title) +
            " cannot be cross-validated on target encoded columns: its folds share what they have "
            "learnt.",
        {{"preprocessing", request.encoder}});
  }
  course.encoder = require(request.encoder, "preprocessing");
  course.encoding.emplace(
      TargetEncoding::Order{parts_.engine, *course.encoder, request.training, p, job.token()},
      course.header.roles);
}

Models::Course Models::prepare(const TrainRequest& request, job::Job& job,
                               const Algorithm& algorithm) {
  Course course;
  course.parameters = algorithm.parameters->make();
  schema::throw_problems(
      "", schema::read_form(*algorithm.parameters, course.parameters.get(), request.form));
  if (!request.from_models.empty()) {
    schema::throw_problems(
        "", schema::read_form(*algorithm.parameters, course.parameters.get(), request.from_models));
  }
  CommonParameters& p = algorithm.common(course.parameters.get());
  p.model_id = request.model_id;
  Header& header = course.header;
  header.key = p.model_id.name;
  header.algorithm = algorithm.name;
  header.training_frame = p.training_frame.name;
  header.validation_frame = p.validation_frame.name;
  header.parameters = request.form;
  header.actual_parameters = request.from_models;
  header.start_time_ms = job.start_time_ms();
  std::vector<std::string> dropped;
  header.roles = algorithm.reads_text
                     ? text_roles(request.training)
                     : choose_roles(parts_.engine, p, request.training, job.token(), dropped);
  if (!dropped.empty())
    warn_all(job, header, {"Dropping bad and constant columns: [" + join(dropped) + "]"});
  encode_roles(
      parts_.engine,
      {.scheme = p.categorical_encoding == CategoricalEncoding::automatic
                     ? algorithm.automatic_encoding
                     : p.categorical_encoding,
       .unsorted =
           algorithm.sorts_levels != nullptr ? algorithm.sorts_levels(course.parameters.get()) : 0},
      request.training, header.roles, job.token());
  if (!request.encoder.empty()) encode_targets(request, algorithm, job, course);
  if (header.roles.predictors.empty()) {
    throw InputError::illegal_argument(
        "No predictor is left: every column is the response, ignored, constant, text or an id.");
  }
  Messages messages;
  header.category = algorithm.category(course.parameters.get(), header.roles, messages);
  Dataset rows =
      adapt(header.roles, request.training, algorithm.needs_response(course.parameters.get()));
  if (course.encoding) rows = course.encoding->main_rows(std::move(rows));
  course.training = with_encoded_columns(parts_.engine, header.roles, std::move(rows), job.token());
  check_weights(parts_.engine, course.training, job.token());
  const auto adapted = [&](const frame::Frame& frame) {
    Dataset data =
        adapt(header.roles, with_levels_of_numbers(parts_.engine, header.roles, frame, job.token()),
              true);
    check_weights(parts_.engine, data, job.token());
    warn_all(job, header, data.warnings);
    return data;
  };
  if (request.validation) course.validation = adapted(*request.validation);
  if (request.calibration) course.calibration = adapted(*request.calibration);
  course.models = models_of(request, algorithm, course.parameters.get(), p);
  if (p.seed == -1) header.actual_parameters.emplace_back("seed", std::to_string(request.seed));
  if (p.fold_assignment == FoldAssignment::automatic) {
    if (p.nfolds > 1 && p.fold_column.empty()) {
      header.settled.values.emplace_back("fold_assignment",
                                         schema::enum_text(FoldAssignment::random));
    } else {
      header.settled.idle.emplace_back("fold_assignment");
    }
  }
  return course;
}

void Models::complete(Model& model, const TrainRequest& request, const Course& course) {
  Header& header = model.header;
  if (!request.settles_automatic) header.settled = {};
  const std::int64_t checksum = parts_.frame_checksum(request.training);
  const std::string& key = request.training.key;
  describe(header, key, checksum, header.training_metrics);
  describe(header, key, checksum, header.cross_validation.metrics);
  const bool own_validation = course.validation && header.key == course.header.key;
  if (own_validation) {
    describe(header, course.validation->frame.key, parts_.frame_checksum(course.validation->frame),
             header.validation_metrics);
  } else {
    describe(header, key, checksum, header.validation_metrics);
  }
  if (parts_.reproducibility) header.reproducibility = parts_.reproducibility(header);
}

void Models::export_models(const std::vector<std::shared_ptr<Model>>& models,
                           const std::string& folder,
                           const std::vector<std::shared_ptr<Model>>& belongings) const {
  for (const auto& model : models) {
    parts_.write_file(parts_.export_path(folder, model->header.key), file_of(*model, belongings));
  }
}

Made Models::make(const Build& build, const TrainingTerms& terms, job::Job& job) {
  std::vector<ColumnId> columns;
  TrainRequest request = request_of(build, terms.seed == -1 ? draw_seed() : terms.seed, columns);
  request.most_seconds = terms.most_seconds;
  return make(request, {job, job.saved(), {}, terms.shared});
}

Made Models::make_part(const Build& build, job::Job& job, const wire::Bytes* saved,
                       const KeepState& keep) {
  std::vector<ColumnId> columns;  // leases of the frames hold them
  return make(request_of(build, build.common().seed, columns), {job, saved, keep});
}

Made Models::make(const TrainRequest& request, const Task& task) {
  job::Job& job = task.job;
  const Algorithm& algorithm = *parts_.algorithms.find(request.algorithm);
  check_unchanged(request);
  Course course = prepare(request, job, algorithm);
  CommonParameters& p = algorithm.common(course.parameters.get());
  if (request.most_seconds > 0 &&
      !(p.max_runtime_secs > 0 && p.max_runtime_secs < request.most_seconds)) {
    p.max_runtime_secs = request.most_seconds;
  }
  const FitTools tools{
      parts_.engine, job,       algorithm,  static_cast<std::uint64_t>(request.seed),
      this,          task.keep, task.shared};
  std::optional<TrainState> saved;
  if (task.saved != nullptr) saved = wire::decode<TrainState>(*task.saved);
  const wire::Bytes* trainer = saved && saved->trainer ? &*saved->trainer : nullptr;
  Made made;
  FitPlan plan{.parameters = course.parameters,
               .header = course.header,
               .training = &course.training,
               .validation = course.validation ? &*course.validation : nullptr,
               .calibration = course.calibration ? &*course.calibration : nullptr,
               .checkpoint = course.checkpoint(),
               .deadline = {p.max_runtime_secs, job.start_time_ms()},
               .frames = &made.frames,
               .made = &made.belongings,
               .further = &request.further,
               .further_models = &course.models};
  plan.write_snapshot = [&](const Snapshot& snapshot) {
    Model& model = *snapshot.model;
    complete(model, request, course);
    const std::string name = model.header.key + snapshot.file_suffix;
    model.header.key += snapshot.key_suffix;
    parts_.write_file(parts_.export_path(snapshot.folder, name), to_file(model));
  };
  std::optional<CrossValidator> folds;
  if (wants_folds(p)) {
    folds.emplace(CrossValidator::Order{tools, request.training, course.training, course.header,
                                        course.parameters, p, &request.further, &course.models,
                                        course.encoding ? &*course.encoding : nullptr});
    trainer = folds->train(saved ? &*saved : nullptr);
    plan.deadline = folds->main_deadline();
    plan.together = folds->together();
    plan.folds.assign(folds->models().begin(), folds->models().end());
    take_from_folds(algorithm, folds->models(), course.parameters.get(), plan.header);
  }
  const std::shared_ptr<Model> model = fit(tools, std::move(plan), trainer, [&](wire::Bytes state) {
    return folds ? folds->state(std::move(state))
                 : tools.kept(wire::encode(TrainState{{}, std::move(state)}));
  });
  if (folds) {
    std::ranges::move(folds->finish(*model), std::back_inserter(made.frames));
    if (p.keep_cross_validation_models) made.models = folds->models();
  }
  made.models.push_back(model);
  for (const auto& each : made.models) complete(*each, request, course);
  job.token()->check();
  if (exports(p)) made.export_folder = *p.export_checkpoints_dir;
  return made;
}

void Models::publish(const Made& made) {
  if (!made.export_folder.empty()) export_models(made.models, made.export_folder, made.belongings);
  std::vector<std::shared_ptr<Model>> models = made.belongings;
  std::ranges::copy(made.models, std::back_inserter(models));
  publish_all(models, made.frames);
}

}  // namespace neve::model
