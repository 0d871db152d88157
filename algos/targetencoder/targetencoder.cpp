#include <neve/model/describe.hpp>

#include "algos/targetencoder/actions.hpp"
#include "algos/targetencoder/targetencoder_output.hpp"
#include "algos/targetencoder/train.hpp"
#include "algos/targetencoder/transform.hpp"

namespace neve::algos::targetencoder {
namespace {

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
    model::Algorithm made =
        model::describe<Parameters, TargetEncoderTrainer, TargetEncoderModel, TargetEncoderOutput>(
            {.name = "targetencoder",
             .title = "TargetEncoder",
             .full_name = "TargetEncoder",
             .builder_schema = "TargetEncoderV3",
             .model_schema = "TargetEncoderModelV3",
             .model_type = "TargetEncoderModel"});
    made.can_build = {model::Category::target_encoder};
    made.have_pojo = false;
    made.validate = model::with_parameters<&validate>;
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& roles,
                       model::Messages& messages) {
      return targetencoder::category(roles, messages);
    };
    made.check_training = model::with_parameters<&check_training>;
    made.score = &targetencoder::score;
    made.tasks = {&mr::task_entry<CellTask>(), &mr::task_entry<EncodeRowsTask>(),
                  &mr::task_entry<FillTask>()};
    made.actions = actions();
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::targetencoder
