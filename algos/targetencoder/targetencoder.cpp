#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/targetencoder/actions.hpp"
#include "algos/targetencoder/targetencoder_output.hpp"
#include "algos/targetencoder/train.hpp"
#include "algos/targetencoder/transform.hpp"

namespace neve::algos::targetencoder {
namespace {

const Parameters& given(const void* parameters) {
  return *static_cast<const Parameters*>(parameters);
}

void validate(const Parameters& p, model::Messages& messages) {
  constexpr double kAutomatic = -1;
  if (!(p.noise >= 0) && p.noise != kAutomatic) {
    add_error(messages, "noise",
              "noise must not be negative; -1 lets the response's range decide how much.");
  }
  if (p.blending && !(p.smoothing > 0))
    add_error(messages, "smoothing", "smoothing must be above 0 for blending.");
}

model::Category category(const model::ColumnRoles& roles, model::Messages& messages) {
  if (roles.response_domain && roles.classes() < 2) {
    add_error(messages, "response_column",
              "Column " + roles.response + " must have two levels at least, or be numeric.");
  }
  return model::Category::target_encoder;
}

/// Encodes a frame as rows that the model was not trained on.
model::Scored score(mr::Engine& engine, const model::ModelPtr& model, const model::Dataset& data,
                    const model::ScoreRequest& request) {
  const auto& encoder = dynamic_cast<const TargetEncoderModel&>(*model);
  return {transform(engine, encoder, data.frame, default_order(encoder), request.token)};
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "targetencoder";
    made.title = "TargetEncoder";
    made.full_name = "TargetEncoder";
    made.builder_schema = "TargetEncoderV3";
    made.model_schema = "TargetEncoderModelV3";
    made.model_type = "TargetEncoderModel";
    made.can_build = {model::Category::target_encoder};
    made.have_pojo = false;
    made.parameters = &Parameters::schema();
    made.output = &TargetEncoderOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    made.validate = [](const void* parameters, model::Messages& messages) {
      targetencoder::validate(given(parameters), messages);
    };
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& roles,
                       model::Messages& messages) {
      return targetencoder::category(roles, messages);
    };
    made.check_training = [](const void* parameters, const frame::Frame& training,
                             model::Messages& messages) {
      targetencoder::check_training(given(parameters), training, messages);
    };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<TargetEncoderTrainer>(
          std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<TargetEncoderModel>(wire::decode<TargetEncoderModel>(bytes));
    };
    made.score = &targetencoder::score;
    made.tasks = {&mr::task_entry<CellTask>(), &mr::task_entry<EncodeRowsTask>(),
                  &mr::task_entry<FillTask>()};
    made.actions = actions();
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::targetencoder
