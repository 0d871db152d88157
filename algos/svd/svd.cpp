#include <neve/model/describe.hpp>

#include "algos/families/components/tasks.hpp"
#include "algos/svd/svd_model.hpp"
#include "algos/svd/train.hpp"

namespace neve::algos::svd {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made = model::describe<Parameters, SvdTrainer, SvdModel, SvdOutput>(
        {.name = "svd",
         .title = "SVD",
         .full_name = "Singular Value Decomposition",
         .builder_schema = "SVDV99",
         .model_schema = "SVDModelV99",
         .model_type = "SVDModel"});
    made.can_build = {model::Category::dim_reduction};
    made.supervised = false;
    made.visibility = "Experimental";
    made.rest_version = 99;
    made.have_mojo = false;
    made.category = &model::always<model::Category::dim_reduction>;
    for (const mr::TaskEntry* task : components::tasks()) made.tasks.push_back(task);
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::svd
