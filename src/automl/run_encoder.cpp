#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

#include "automl/preprocessing.hpp"
#include "automl/run.hpp"

namespace neve::automl {
namespace {

/// Throws InputError where what the encoder would add is in the frame already.
void check_names(const model::Model& encoder, const frame::Frame& training) {
  for (const auto& column : encoder.column_encoder()->columns()) {
    for (const std::string& name : column.outputs) {
      if (!training.find(name)) continue;
      throw InputError::illegal_argument("Frame '" + training.key + "' has a column '" + name +
                                             "' already, which preprocessing adds. Rename it.",
                                         {{"parameter", "preprocessing"}, {"column", name}});
    }
  }
}

}  // namespace

/// Whoever goes on with the run adds the same column.
void Run::add_folds() {
  frame::Frame& training = frames_.at(spec_.input_spec.training_frame.name);
  encoded_ = columns_to_encode(spec_, training);
  const std::string name = added_folds(spec_, training);
  if (name.empty()) return;
  std::int32_t& folds = spec_.build_control.nfolds;
  training = with_folds(models_.engine(), training, name, std::exchange(folds, 0), job_.token());
  spec_.input_spec.fold_column = name;
}

/// Trains the target encoder, unless who drove the run before has.
void Run::encode() {
  const std::string name = "TargetEncoding_" + state_.automl.instance;
  std::vector<std::string>& belongings = state_.automl.belongings;
  if (std::ranges::find(belongings, name) != belongings.end()) {
    encoder_ = models_.require(name, "preprocessing");
    return;
  }
  before_ = state_;
  std::string columns;
  for (const std::string& column : encoded_) columns += (columns.empty() ? "" : ", ") + column;
  tell(Severity::info, Stage::feature_creation, "Target encoding of columns: " + columns);
  schema::Form form = encoder_form(spec_, encoded_);
  form.emplace_back("model_id", name);
  const model::Algorithm& algorithm = *automls_.parts_.algorithms.find("targetencoder");
  const model::Build build = models_.check(algorithm, form, "automl", frames_);
  if (build.errors() > 0) {
    throw InputError::illegal_argument(
        "Columns cannot be target encoded: " +
            model::error_details(*algorithm.parameters, build.messages),
        {{"parameter", "preprocessing"}});
  }
  model::Made made;
  job::Part part = make_part(std::string(algorithm.title), name,
                             [&](job::Job& job) { made = models_.make(build, {.seed = 0}, job); });
  const bool in_time = wait_for(part, 0, {});
  const job::Snapshot last = part.end();
  if (last.status == job::Status::failed)
    throw InputError::illegal_argument("Columns cannot be target encoded: " + last.exception,
                                       {{"parameter", "preprocessing"}});
  if (!in_time || last.status != job::Status::done) return;
  check_names(*made.models.back(), frames_.at(spec_.input_spec.training_frame.name));
  models_.publish(made);
  belongings.push_back(name);
  encoder_ = models_.require(name, "preprocessing");
  state_.part.reset();
  publish();
  keep();
}

model::ModelPtr Run::encoder_for(const KnownStep& step) const {
  return step.encodes_targets(settings_->cross_validates()) ? encoder_ : nullptr;
}

}  // namespace neve::automl
