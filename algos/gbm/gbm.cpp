#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/families/trees/partition.hpp"
#include "algos/gbm/boost.hpp"
#include "algos/gbm/checkpoint.hpp"
#include "algos/gbm/class_balance.hpp"
#include "algos/gbm/constraints.hpp"
#include "algos/gbm/gbm_model.hpp"
#include "algos/gbm/gbm_output.hpp"
#include "algos/gbm/huber_errors.hpp"
#include "algos/gbm/leaf_quantiles.hpp"
#include "algos/gbm/measure.hpp"
#include "algos/gbm/train.hpp"
#include "algos/gbm/validate.hpp"

namespace neve::algos::gbm {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "gbm";
    made.title = "GBM";
    made.full_name = "Gradient Boosting Machine";
    made.builder_schema = "GBMV3";
    made.model_schema = "GBMModelV3";
    made.model_type = "GBMModel";
    made.can_build = {model::Category::regression, model::Category::binomial,
                      model::Category::multinomial};
    made.parameters = &Parameters::schema();
    made.output = &GbmOutput::schema();
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
      check_response(*static_cast<const Parameters*>(parameters), response, messages);
    };
    made.check_training = [](const void* parameters, const frame::Frame& training,
                             model::Messages& messages) {
      check_constraints(*static_cast<const Parameters*>(parameters), training, messages);
    };
    made.calibration_frame = [](const void* parameters) {
      const auto& p = *static_cast<const Parameters*>(parameters);
      return p.calibrate_model ? p.calibration_frame.name : std::string();
    };
    made.check_checkpoint = [](const void* parameters, const model::Model& checkpoint,
                               model::Messages& messages) {
      check_checkpoint(*static_cast<const Parameters*>(parameters), checkpoint, messages);
    };
    made.balances_classes = true;
    made.sorts_levels = [](const void* parameters) {
      return static_cast<const Parameters*>(parameters)->nbins_cats;
    };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<GbmTrainer>(std::static_pointer_cast<const Parameters>(parameters));
    };
    made.from_folds = [](const void* parameters, std::span<const model::ModelPtr> folds) {
      return trees_from_folds(*static_cast<const Parameters*>(parameters), folds);
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<GbmModel>(wire::decode<GbmModel>(bytes));
    };
    made.score = &model::score_with<GbmModel>;
    made.tasks = trees::tasks();
    for (const mr::TaskEntry* task :
         {&mr::task_entry<ResidualTask>(), &mr::task_entry<LeafTask>(),
          &mr::task_entry<StartTask>(), &mr::task_entry<RescoreTask>(),
          &mr::task_entry<CountClassesTask>(), &mr::task_entry<CountKeysTask>(),
          &mr::task_entry<CollectKeysTask>(), &mr::task_entry<HuberErrorTask>(),
          &mr::task_entry<MeasureTrainingTask>(), &mr::task_entry<MeasureValidationTask>(),
          &mr::task_entry<model::ScoreTask<GbmModel>>()}) {
      made.tasks.push_back(task);
    }
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::gbm
