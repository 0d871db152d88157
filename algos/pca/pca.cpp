#include <neve/model/describe.hpp>

#include "algos/families/components/tasks.hpp"
#include "algos/pca/pca_output.hpp"
#include "algos/pca/train.hpp"

namespace neve::algos::pca {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made = model::describe<Parameters, PcaTrainer, PcaModel, PcaOutput>(
        {.name = "pca",
         .title = "PCA",
         .full_name = "Principal Components Analysis",
         .builder_schema = "PCAV3",
         .model_schema = "PCAModelV3",
         .model_type = "PCAModel"});
    made.can_build = {model::Category::clustering};  // as H2O-3 has it
    made.supervised = false;
    made.category = &model::always<model::Category::dim_reduction>;
    for (const mr::TaskEntry* task : components::tasks()) made.tasks.push_back(task);
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::pca
