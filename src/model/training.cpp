#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>

#include "model/roles.hpp"

namespace neve::model {
namespace {

/// Says when max_runtime_secs are over. The clock only ends the loop: it shapes nothing else.
class Deadline {
 public:
  /// `start_ms` is the job's, which may have begun on another node.
  Deadline(double seconds, std::int64_t start_ms) : limited_(seconds > 0) {
    if (!limited_) return;
    constexpr double kLongest = 1e9;
    const std::int64_t all = std::llround(std::min(seconds, kLongest) * 1000);
    const std::int64_t gone = std::max<std::int64_t>(0, now_ms() - start_ms);
    end_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(all - gone);
  }
  [[nodiscard]] bool over() const { return limited_ && std::chrono::steady_clock::now() >= end_; }

 private:
  bool limited_;
  std::chrono::steady_clock::time_point end_;
};

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void warn_all(job::Job& job, Header& header, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    job.warn(warning);
    header.warnings.push_back(warning);
  }
}

/// Missing or negative weights would spoil sums without a trace.
void check_weights(mr::Engine& engine, const Dataset& data, const job::TokenPtr& token) {
  if (data.weights < 0) return;
  const mr::Inputs weights{data.inputs.layout,
                           {data.inputs.columns[static_cast<std::size_t>(data.weights)]}};
  const ColumnRange range = ranges_of(engine, weights, token)[0];
  if (range.missing > 0)
    throw InputError::illegal_argument("The weights column has missing values.");
  if (range.low < 0) throw InputError::illegal_argument("The weights column has negative values.");
}

/// From the beginning, or from where another node left it, to the end or the deadline.
std::shared_ptr<Model> train_steps(Trainer& trainer, TrainContext& context,
                                   const Deadline& deadline) {
  job::Job& job = context.job;
  if (job.saved() != nullptr) {
    trainer.resume(context, *job.saved());
  } else {
    trainer.init(context);
  }
  while (trainer.step(context)) {
    job.token()->check();
    job.keep([&trainer] { return trainer.save(); });
    if (!deadline.over()) continue;
    context.header.status = "Stopped after max_runtime_secs.";
    warn_all(job, context.header, {"Training stopped early: max_runtime_secs are over."});
    break;
  }
  job.token()->check();
  return trainer.finish(context);
}

}  // namespace

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
  std::int64_t checkpoint_checksum = 0;  ///< of the model that the form names
  template <class Archive>
  void fields(Archive& archive) {
    archive(algorithm, model_id, form, seed, training, validation, calibration,
            checkpoint_checksum);
  }
};

std::shared_ptr<job::Job> Models::train(const Build& build) {
  NEVE_CHECK(build.errors() == 0);
  const CommonParameters& p = build.common();
  TrainRequest request{.algorithm = std::string(build.algorithm->name),
                       .model_id = p.model_id.name,
                       .form = build.given,
                       .seed = p.seed == -1 ? draw_seed() : p.seed,
                       .training = parts_.frames.require(p.training_frame.name, "training_frame"),
                       .validation = std::nullopt};
  std::vector<ColumnId> columns = frame::column_ids(request.training);
  if (!p.validation_frame.empty()) {
    request.validation = parts_.frames.require(p.validation_frame.name, "validation_frame");
    std::ranges::copy(frame::column_ids(*request.validation), std::back_inserter(columns));
  }
  if (build.algorithm->calibration_frame != nullptr) {
    const std::string frame = build.algorithm->calibration_frame(build.parameters.get());
    if (!frame.empty()) {
      request.calibration = parts_.frames.require(frame, "calibration_frame");
      std::ranges::copy(frame::column_ids(*request.calibration), std::back_inserter(columns));
    }
  }
  if (!p.checkpoint.empty())
    request.checkpoint_checksum = require(p.checkpoint.name, "checkpoint")->header.checksum;
  const job::Description description{std::string(build.algorithm->title), request.model_id,
                                     std::string(schema::ModelKind::type)};
  return parts_.jobs.start(description, {.kind = TrainRequest::kKind,
                                         .request = wire::encode(request),
                                         .columns = std::move(columns)});
}

void Models::define_jobs(job::Jobs& jobs) {
  jobs.define(std::string(TrainRequest::kKind), [this](job::Job& job, auto request) {
    run(wire::decode<TrainRequest>(request), job);
  });
  define_predict(jobs);
}

/// The model to go on from, which must be what it was when training was asked for.
ModelPtr Models::checkpoint_of(const TrainRequest& request,
                               const CommonParameters& parameters) const {
  if (parameters.checkpoint.empty()) return nullptr;
  ModelPtr checkpoint = require(parameters.checkpoint.name, "checkpoint");
  if (checkpoint->header.checksum == request.checkpoint_checksum) return checkpoint;
  throw InputError::illegal_argument("Model '" + parameters.checkpoint.name +
                                     "' of parameter checkpoint has changed since training was "
                                     "asked for.");
}

void Models::run(const TrainRequest& request, job::Job& job) {
  const Algorithm& algorithm = *parts_.algorithms.find(request.algorithm);
  const std::shared_ptr<void> parameters = algorithm.parameters->make();
  schema::throw_problems("",
                         schema::read_form(*algorithm.parameters, parameters.get(), request.form));
  CommonParameters& p = algorithm.common(parameters.get());
  p.model_id = request.model_id;
  const Deadline deadline(p.max_runtime_secs, job.start_time_ms());
  const frame::Frame& training_frame = request.training;
  Header header;
  header.key = p.model_id.name;
  header.algorithm = algorithm.name;
  header.training_frame = p.training_frame.name;
  header.validation_frame = p.validation_frame.name;
  header.parameters = request.form;
  header.start_time_ms = job.start_time_ms();
  std::vector<std::string> dropped;
  header.roles = choose_roles(parts_.engine, p, training_frame, job.token(), dropped);
  if (!dropped.empty())
    warn_all(job, header, {"Dropping bad and constant columns: [" + join(dropped) + "]"});
  if (header.roles.predictors.empty()) {
    throw InputError::illegal_argument(
        "No predictor is left: every column is the response, ignored, constant, text or an id.");
  }
  Messages messages;
  header.category = algorithm.category(parameters.get(), header.roles, messages);
  const Dataset training = adapt(header.roles, training_frame, algorithm.supervised);
  check_weights(parts_.engine, training, job.token());
  Dataset validation;
  if (request.validation) {
    validation = adapt(header.roles, *request.validation, true);
    check_weights(parts_.engine, validation, job.token());
    warn_all(job, header, validation.warnings);
  }
  std::optional<Dataset> calibration;
  if (request.calibration) {
    calibration = adapt(header.roles, *request.calibration, true);
    check_weights(parts_.engine, *calibration, job.token());
    warn_all(job, header, calibration->warnings);
  }
  const ModelPtr checkpoint = checkpoint_of(request, p);
  if (p.seed == -1) header.actual_parameters.emplace_back("seed", std::to_string(request.seed));
  TrainContext context{.engine = parts_.engine,
                       .job = job,
                       .roles = header.roles,
                       .training = training,
                       .validation = request.validation ? &validation : nullptr,
                       .category = header.category,
                       .seed = static_cast<std::uint64_t>(request.seed),
                       .header = header,
                       .calibration = calibration ? &*calibration : nullptr,
                       .checkpoint = checkpoint.get()};
  const std::shared_ptr<Model> model =
      train_steps(*algorithm.make_trainer(parameters), context, deadline);
  header.end_time_ms = now_ms();
  model->header = std::move(header);
  model->header.checksum = static_cast<std::int64_t>(hash_bytes(model->encode_learnt()));
  describe(model->header, training_frame.key, parts_.frame_checksum(training_frame),
           model->header.training_metrics);
  if (context.validation != nullptr) {
    describe(model->header, validation.frame.key, parts_.frame_checksum(validation.frame),
             model->header.validation_metrics);
  }
  if (parts_.reproducibility) model->header.reproducibility = parts_.reproducibility(model->header);
  publish(*model);
}

}  // namespace neve::model
