#include "algos/stackedensemble/train.hpp"

#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/munge/rows.hpp>

#include "algos/stackedensemble/members.hpp"
#include "algos/stackedensemble/metalearner.hpp"
#include "algos/stackedensemble/scoring.hpp"
#include "algos/stackedensemble/stack_output.hpp"

namespace neve::algos::stackedensemble {
namespace {

Member member_of(const model::Model& model) { return {model.header.key, model.header.checksum}; }

/// About as many rows of the frame, or all.
frame::Frame sampled(model::TrainContext& context, std::int64_t rows) {
  const frame::Frame& frame = context.training.frame;
  if (rows == 0 || frame.rows() <= rows) return frame;
  const double share = static_cast<double>(rows) / static_cast<double>(frame.rows());
  const auto mask =
      munge::binary(munge::Op::less, munge::random_of(context.seed), munge::constant_of(share));
  return munge::filter(context.engine, {mask, frame}, context.job.token());
}

}  // namespace

OtherColumns StackTrainer::others() const {
  const Parameters& p = *parameters_;
  return {p.response_column.name, p.weights_column.name, p.offset_column.name,
          p.metalearner_fold_column.name};
}

void StackTrainer::init(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  for (const schema::AnyRef& base : p.base_models)
    bases_.push_back(context.models->require(base.name, "base_models"));
  const job::TokenPtr& token = context.job.token();
  const frame::Frame& rows =
      p.blends() ? context.further->at("blending_frame") : context.training.frame;
  training_.emplace(context.engine, rows, p.metalearner_transform, token);
  if (context.validation != nullptr) {
    validation_.emplace(context.engine, context.validation->frame, p.metalearner_transform, token);
  }
}

void StackTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  init(context);
  saved_ = saved;
  // A state that says more than nothing was saved when all was gathered.
  while (!saved.empty() && gather(context)) {
  }
}

bool StackTrainer::gather(model::TrainContext& context) {
  if (gathered_ == bases_.size()) return false;
  const model::ModelPtr& base = bases_[gathered_++];
  const model::Models& models = *context.models;
  context.job.progress(0, "Predictions of " + base->header.key);
  if (parameters_->blends()) {
    training_->add_scored(models, base, 1);
  } else {
    training_->add(*base, context.further->at(holdout_field(base->header.key)));
  }
  if (validation_) validation_->add_scored(models, base, 1);
  return true;
}

bool StackTrainer::step(model::TrainContext& context) {
  if (gather(context)) return true;
  train_metalearner(context);
  return false;
}

void StackTrainer::train_metalearner(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  model::Models& models = *context.models;
  const std::string& key = context.header.key;
  level_one_ = training_->frame("levelone_training_" + key, others());
  model::FurtherFrames frames = {{level_one_.key, level_one_}};
  MetalearnerOrder order{
      p,
      bases_,
      "metalearner_" + std::string(schema::enum_text(p.metalearner_algorithm)) + "_" + key,
      level_one_.key,
      {},
      context.seed};
  if (validation_) {
    order.validation = "levelone_validation_" + key;
    frames[order.validation] = validation_->frame(order.validation, others());
  }
  const model::Algorithm& algorithm = *metalearner_of(models, p.metalearner_algorithm);
  const model::Build build =
      models.check(algorithm, metalearner_form(models, order), "", std::move(frames));
  if (build.errors() > 0) {
    throw InputError::illegal_argument(
        "Illegal argument(s) for " + std::string(algorithm.title) + " model: " + order.key +
        ".  Details: " + model::error_details(*algorithm.parameters, build.messages));
  }
  model::Made made =
      models.make_part(build, context.job, saved_.empty() ? nullptr : &saved_, context.keep);
  metalearner_ = made.models.back();
  std::ranges::move(made.belongings, std::back_inserter(context.made));
  std::ranges::move(made.models, std::back_inserter(context.made));
  std::ranges::move(made.frames, std::back_inserter(context.frames));
}

std::shared_ptr<StackModel> StackTrainer::model_without_metalearner(
    const model::TrainContext& context) const {
  const Parameters& p = *parameters_;
  auto model = std::make_shared<StackModel>();
  model->header.key = context.header.key;
  model->header.category = context.category;
  model->header.roles = context.roles;
  model->header.parameters = context.header.parameters;
  for (const model::ModelPtr& base : bases_) model->bases.push_back(member_of(*base));
  model->strategy = p.blends() ? Strategy::blending : Strategy::cross_validation;
  model->transform = p.metalearner_transform;
  model->gainslift_groups = p.gainslift_bins;
  return model;
}

void StackTrainer::describe_members(model::TrainContext& context, StackModel& model) const {
  const Parameters& p = *parameters_;
  const std::vector<double> shares = shares_of(bases_, *metalearner_);
  for (std::size_t i = 0; i < bases_.size(); ++i) model.bases[i].used = shares[i] != 0;
  // Something is left to score.
  const bool any = std::ranges::any_of(model.bases, &Member::used);
  for (Member& base : model.bases) base.used = base.used || !any;
  model.metalearner = {member_of(*metalearner_)};
  model.contributions = contributions_table(*context.models, bases_, shares);
  const model::Header& meta = metalearner_->header;
  context.header.summary = summary_table(*context.models, p, model, *metalearner_);
  context.header.validation_metrics = meta.validation_metrics;
  model::CrossValidation& folds = context.header.cross_validation;
  folds.folds = meta.cross_validation.folds;
  folds.metrics = meta.cross_validation.metrics;
  folds.summary = meta.cross_validation.summary;
}

void StackTrainer::measure(model::TrainContext& context, const StackModel& model) const {
  const frame::Frame rows = sampled(context, parameters_->score_training_samples);
  const model::Dataset data = model::adapt(context.roles, rows, true);
  const model::ScoreRequest request{
      .labels = false, .token = context.job.token(), .models = context.models};
  const model::Scored scored =
      score_members(context.engine, model, {bases_, metalearner_}, data, request);
  context.header.training_metrics =
      model::measure(context.engine, model, data, scored, context.job.token());
}

std::shared_ptr<model::Model> StackTrainer::finish(model::TrainContext& context) {
  const std::shared_ptr<StackModel> model = model_without_metalearner(context);
  if (parameters_->metalearner_algorithm == MetalearnerAlgorithm::automatic) {
    context.header.settled.values.emplace_back("metalearner_algorithm",
                                               algorithm_name(parameters_->metalearner_algorithm));
  }
  if (metalearner_ == nullptr) return model;
  describe_members(context, *model);
  measure(context, *model);
  const auto& deciding = context.header.validation_metrics ? context.header.validation_metrics
                                                           : context.header.training_metrics;
  if (const auto* binomial = deciding.binomial())
    context.header.default_threshold = binomial->default_threshold;
  if (parameters_->keep_levelone_frame) {
    model->level_one = level_one_.key;
    context.frames.push_back(level_one_);
  }
  return model;
}

}  // namespace neve::algos::stackedensemble
