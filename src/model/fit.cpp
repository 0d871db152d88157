#include "model/fit.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <neve/base/clock.hpp>

namespace neve::model {
std::int64_t checksum_of(const Model& model) {
  return static_cast<std::int64_t>(hash_bytes(model.encode_learnt()));
}

namespace {

void write_snapshot(Trainer& trainer, TrainContext& context, const FitPlan& plan) {
  if (!plan.write_snapshot) return;
  std::optional<Snapshot> snapshot = trainer.snapshot(context);
  if (!snapshot) return;
  Header& header = snapshot->model->header;
  header.end_time_ms = now_ms();
  header.checksum = checksum_of(*snapshot->model);
  plan.write_snapshot(std::move(*snapshot));
}

void train_steps(Trainer& trainer, TrainContext& context, const FitPlan& plan,
                 const KeepState& keep) {
  job::Job& job = context.job;
  while (trainer.step(context)) {
    job.token()->check();
    write_snapshot(trainer, context, plan);
    job.keep([&] { return keep(trainer.save()); });
    if (!plan.deadline.over()) continue;
    context.header.status = "Stopped after max_runtime_secs.";
    warn_all(job, context.header, {"Training stopped early: max_runtime_secs are over."});
    break;
  }
  job.token()->check();
}

}  // namespace

Deadline::Deadline(double seconds, std::int64_t start_ms) : limited_(seconds > 0) {
  if (!limited_) return;
  constexpr double kLongest = 1e9;
  const std::int64_t all = std::llround(std::min(seconds, kLongest) * 1000);
  const std::int64_t gone = std::max<std::int64_t>(0, now_ms() - start_ms);
  end_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(all - gone);
}

void warn_all(job::Job& job, Header& header, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    job.warn(warning);
    header.warnings.push_back(warning);
  }
}

std::shared_ptr<Model> fit(const FitTools& tools, FitPlan plan, const wire::Bytes* saved,
                           const KeepState& keep) {
  TrainContext context{.engine = tools.engine,
                       .job = tools.job,
                       .roles = plan.header.roles,
                       .training = *plan.training,
                       .validation = plan.validation,
                       .category = plan.header.category,
                       .seed = tools.seed,
                       .header = plan.header,
                       .calibration = plan.calibration,
                       .checkpoint = plan.checkpoint,
                       .is_fold = plan.is_fold,
                       .further = plan.further,
                       .further_models = plan.further_models,
                       .folds = plan.folds,
                       .together = plan.together,
                       .models = tools.models,
                       .shared = tools.shared,
                       .keep = keep};
  const auto trainer = tools.algorithm.make_trainer(plan.parameters);
  if (saved != nullptr) {
    trainer->resume(context, *saved);
  } else {
    trainer->init(context);
  }
  train_steps(*trainer, context, plan, keep);
  std::shared_ptr<Model> model = trainer->finish(context);
  if (plan.frames != nullptr) std::ranges::move(context.frames, std::back_inserter(*plan.frames));
  if (plan.made != nullptr) std::ranges::move(context.made, std::back_inserter(*plan.made));
  if (plan.holdout != nullptr) *plan.holdout = std::move(context.holdout);
  plan.header.end_time_ms = now_ms();
  model->header = std::move(plan.header);
  model->header.checksum = checksum_of(*model);
  return model;
}

}  // namespace neve::model
