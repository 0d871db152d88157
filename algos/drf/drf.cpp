#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/drf/drf_model.hpp"
#include "algos/drf/drf_output.hpp"
#include "algos/drf/measure.hpp"
#include "algos/drf/targets.hpp"
#include "algos/drf/train.hpp"
#include "algos/drf/validate.hpp"
#include "algos/families/trees/partition.hpp"

namespace neve::algos::drf {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "drf";
    made.title = "DRF";
    made.full_name = "Distributed Random Forest";
    made.builder_schema = "DRFV3";
    made.model_schema = "DRFModelV3";
    made.model_type = "DRFModel";
    made.can_build = {model::Category::regression, model::Category::binomial,
                      model::Category::multinomial};
    made.parameters = &Parameters::schema();
    made.output = &DrfOutput::schema();
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
    made.check_response = [](const void* parameters, const model::ColumnRange& response,
                             model::Messages& messages) {
      warn_of_two_responses(*static_cast<const Parameters*>(parameters), response, messages);
    };
    made.sorts_levels = [](const void* parameters) {
      return static_cast<const Parameters*>(parameters)->nbins_cats;
    };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<DrfTrainer>(std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<DrfModel>(wire::decode<DrfModel>(bytes));
    };
    made.score = &model::score_with<DrfModel>;
    made.tasks = trees::tasks();
    for (const mr::TaskEntry* task :
         {&mr::task_entry<StartTask>(), &mr::task_entry<TargetTask>(), &mr::task_entry<VoteTask>(),
          &mr::task_entry<MeasureTrainingTask>(), &mr::task_entry<MeasureValidationTask>(),
          &mr::task_entry<model::ScoreTask<DrfModel>>()}) {
      made.tasks.push_back(task);
    }
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::drf
