#include "algos/drf/drf_model.hpp"
#include "algos/drf/drf_output.hpp"
#include "algos/drf/measure.hpp"
#include "algos/drf/targets.hpp"
#include "algos/drf/train.hpp"
#include "algos/drf/validate.hpp"
#include "algos/families/trees/algorithm.hpp"

namespace neve::algos::drf {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made = trees::tree_algorithm<Parameters, DrfTrainer, DrfModel>();
    made.name = "drf";
    made.title = "DRF";
    made.full_name = "Distributed Random Forest";
    made.builder_schema = "DRFV3";
    made.model_schema = "DRFModelV3";
    made.model_type = "DRFModel";
    made.output = &DrfOutput::schema();
    for (const mr::TaskEntry* task :
         {&mr::task_entry<StartTask>(), &mr::task_entry<TargetTask>(), &mr::task_entry<VoteTask>(),
          &mr::task_entry<MeasureTrainingTask>(), &mr::task_entry<MeasureValidationTask>(),
          &mr::task_entry<HeldOutputsTask>()}) {
      made.tasks.push_back(task);
    }
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::drf
