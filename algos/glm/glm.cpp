#include <neve/model/algorithm.hpp>
#include <neve/model/partial_dependence.hpp>
#include <neve/model/score.hpp>

#include "algos/families/linear/tasks.hpp"
#include "algos/glm/actions.hpp"
#include "algos/glm/columns.hpp"
#include "algos/glm/derived_actions.hpp"
#include "algos/glm/deviances.hpp"
#include "algos/glm/fold_errors.hpp"
#include "algos/glm/fold_sums.hpp"
#include "algos/glm/folds.hpp"
#include "algos/glm/frame_actions.hpp"
#include "algos/glm/glm_output.hpp"
#include "algos/glm/implied.hpp"
#include "algos/glm/influence.hpp"
#include "algos/glm/shape_task.hpp"
#include "algos/glm/train.hpp"
#include "algos/glm/validate.hpp"

namespace neve::algos::glm {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "glm";
    made.title = "GLM";
    made.full_name = "Generalized Linear Modeling";
    made.builder_schema = "GLMV3";
    made.model_schema = "GLMModelV3";
    made.model_type = "GLMModel";
    made.can_build = {model::Category::regression, model::Category::binomial,
                      model::Category::multinomial, model::Category::ordinal};
    made.parameters = &Parameters::schema();
    made.output = &GlmOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    made.validate = [](const void* parameters, model::Messages& messages) {
      validate(*static_cast<const Parameters*>(parameters), messages);
    };
    made.category = [](const void* parameters, const model::ColumnRoles& roles,
                       model::Messages& messages) {
      return category(*static_cast<const Parameters*>(parameters), roles, messages);
    };
    made.check_training = [](const void* parameters, const frame::Frame& training,
                             model::Messages& messages) {
      const Parameters& given = *static_cast<const Parameters*>(parameters);
      check_interactions(given, training, messages);
      check_controls(given, training, messages);
    };
    made.check_response = [](const void* parameters, const model::ColumnRange& response,
                             model::Messages& messages) {
      check_response(*static_cast<const Parameters*>(parameters), response, messages);
    };
    made.check_checkpoint = [](const void* parameters, const model::Model& checkpoint,
                               model::Messages& messages) {
      check_checkpoint(*static_cast<const Parameters*>(parameters), checkpoint, messages);
    };
    made.further_frames = [](const void* parameters) {
      return further_frames(*static_cast<const Parameters*>(parameters));
    };
    made.train_folds = &train_folds;
    made.agree = &agree;
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      const Parameters& given = *std::static_pointer_cast<const Parameters>(parameters);
      return std::make_unique<GlmTrainer>(std::make_shared<const Parameters>(implied(given)));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<GlmModel>(wire::decode<GlmModel>(bytes));
    };
    made.score = &model::score_with<GlmModel>;
    made.average = &model::average_with<GlmModel>;
    made.tasks = linear::tasks();
    made.tasks.push_back(&mr::task_entry<DevianceTask>());
    made.tasks.push_back(&mr::task_entry<MeasureTask>());
    made.tasks.push_back(&mr::task_entry<FoldErrorsTask>());
    made.tasks.push_back(&mr::task_entry<ShapeTask>());
    made.tasks.push_back(&mr::task_entry<InfluenceTask>());
    made.tasks.push_back(&mr::task_entry<model::ScoreTask<GlmModel>>());
    made.tasks.push_back(&mr::task_entry<model::AverageTask<GlmModel>>());
    made.actions = actions();
    for (const auto& more : {frame_actions(), derived_actions()}) {
      made.actions.insert(made.actions.end(), more.begin(), more.end());
    }
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::glm
