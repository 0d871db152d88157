#include <chrono>
#include <cmath>

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
  explicit Deadline(double seconds) : limited_(seconds > 0) {
    if (!limited_) return;
    constexpr double kLongest = 1e9;
    end_ = std::chrono::steady_clock::now() +
           std::chrono::milliseconds(std::llround(std::min(seconds, kLongest) * 1000));
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

}  // namespace

std::shared_ptr<job::Job> Models::train(Build build) {
  NEVE_CHECK(build.errors() == 0);
  const job::Description description{std::string(build.algorithm->title),
                                     build.common().model_id.name,
                                     std::string(schema::ModelKind::type)};
  return parts_.jobs.start(description,
                           [this, build = std::move(build)](job::Job& job) { run(build, job); });
}

void Models::run(const Build& build, job::Job& job) {
  const Algorithm& algorithm = *build.algorithm;
  const CommonParameters& p = build.common();
  const Deadline deadline(p.max_runtime_secs);
  const frame::Frame training_frame =
      parts_.frames.require(p.training_frame.name, "training_frame");
  Header header;
  header.key = p.model_id.name;
  header.algorithm = algorithm.name;
  header.training_frame = p.training_frame.name;
  header.validation_frame = p.validation_frame.name;
  header.parameters = build.given;
  header.start_time_ms = now_ms();
  std::vector<std::string> dropped;
  header.roles = choose_roles(parts_.engine, p, training_frame, job.token(), dropped);
  if (!dropped.empty())
    warn_all(job, header, {"Dropping bad and constant columns: [" + join(dropped) + "]"});
  if (header.roles.predictors.empty()) {
    throw InputError::illegal_argument(
        "No predictor is left: every column is the response, ignored, constant, text or an id.");
  }
  Messages messages;
  header.category = algorithm.category(build.parameters.get(), header.roles, messages);
  const Dataset training = adapt(header.roles, training_frame, algorithm.supervised);
  check_weights(parts_.engine, training, job.token());
  Dataset validation;
  if (!header.validation_frame.empty()) {
    validation = adapt(header.roles,
                       parts_.frames.require(header.validation_frame, "validation_frame"), true);
    check_weights(parts_.engine, validation, job.token());
    warn_all(job, header, validation.warnings);
  }
  const std::int64_t seed = p.seed == -1 ? draw_seed() : p.seed;
  if (p.seed == -1) header.actual_parameters.emplace_back("seed", std::to_string(seed));
  TrainContext context{.engine = parts_.engine,
                       .job = job,
                       .roles = header.roles,
                       .training = training,
                       .validation = header.validation_frame.empty() ? nullptr : &validation,
                       .category = header.category,
                       .seed = static_cast<std::uint64_t>(seed),
                       .header = header};
  const auto trainer = algorithm.make_trainer(build.parameters);
  trainer->init(context);
  while (trainer->step(context)) {
    job.token()->check();
    if (!deadline.over()) continue;
    header.status = "Stopped after max_runtime_secs.";
    warn_all(job, header, {"Training stopped early: max_runtime_secs are over."});
    break;
  }
  job.token()->check();
  const std::shared_ptr<Model> model = trainer->finish(context);
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
