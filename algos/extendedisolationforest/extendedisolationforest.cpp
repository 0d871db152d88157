#include <neve/model/describe.hpp>

#include "algos/extendedisolationforest/extendedisolationforest_output.hpp"
#include "algos/extendedisolationforest/train.hpp"
#include "algos/extendedisolationforest/validate.hpp"

namespace neve::algos::extendedisolationforest {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made =
        model::describe<Parameters, ExtendedIsolationForestTrainer, ExtendedIsolationForestModel,
                        ExtendedIsolationForestOutput>(
            {.name = "extendedisolationforest",
             .title = "ExtendedIsolationForest",
             .full_name = "Extended Isolation Forest",
             .builder_schema = "ExtendedIsolationForestV3",
             .model_schema = "ExtendedIsolationForestModelV3",
             .model_type = "ExtendedIsolationForestModel"});
    made.can_build = {model::Category::anomaly_detection};
    made.supervised = false;
    made.have_pojo = false;
    made.validate = model::with_parameters<&validate>;
    made.category = &model::always<model::Category::anomaly_detection>;
    made.check_training = model::with_parameters<&check_training>;
    made.tasks.push_back(&mr::task_entry<isolation::GatherTask<PointForm>>());
    made.tasks.push_back(&mr::task_entry<LengthTask>());
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::extendedisolationforest
