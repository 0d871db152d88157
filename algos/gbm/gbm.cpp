#include "algos/families/trees/algorithm.hpp"
#include "algos/gbm/boost.hpp"
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
    model::Algorithm made = trees::tree_algorithm<Parameters, GbmTrainer, GbmModel>();
    made.name = "gbm";
    made.title = "GBM";
    made.full_name = "Gradient Boosting Machine";
    made.builder_schema = "GBMV3";
    made.model_schema = "GBMModelV3";
    made.model_type = "GBMModel";
    made.output = &GbmOutput::schema();
    made.check_training = [](const void* parameters, const frame::Frame& training,
                             model::Messages& messages) {
      check_constraints(*static_cast<const Parameters*>(parameters), training, messages);
    };
    made.snapshot_folder = [](const void* parameters) {
      return snapshot_folder(*static_cast<const Parameters*>(parameters));
    };
    for (const mr::TaskEntry* task :
         {&mr::task_entry<ResidualTask>(), &mr::task_entry<LeafTask>(),
          &mr::task_entry<StartTask>(), &mr::task_entry<RescoreTask>(),
          &mr::task_entry<CountKeysTask>(), &mr::task_entry<CollectKeysTask>(),
          &mr::task_entry<HuberErrorTask>(), &mr::task_entry<MeasureTrainingTask>(),
          &mr::task_entry<MeasureValidationTask>()}) {
      made.tasks.push_back(task);
    }
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::gbm
