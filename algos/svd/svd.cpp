#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/families/linear/tasks.hpp"
#include "algos/svd/svd_model.hpp"
#include "algos/svd/train.hpp"

namespace neve::algos::svd {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "svd";
    made.title = "SVD";
    made.full_name = "Singular Value Decomposition";
    made.builder_schema = "SVDV99";
    made.model_schema = "SVDModelV99";
    made.model_type = "SVDModel";
    made.can_build = {model::Category::dim_reduction};
    made.supervised = false;
    made.visibility = "Experimental";
    made.rest_version = 99;
    made.have_mojo = false;
    made.parameters = &Parameters::schema();
    made.output = &SvdOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    // Bounds are all that there is to check without data.
    made.validate = [](const void* /*parameters*/, model::Messages& /*messages*/) {};
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& /*roles*/,
                       model::Messages& /*messages*/) { return model::Category::dim_reduction; };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<SvdTrainer>(std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<SvdModel>(wire::decode<SvdModel>(bytes));
    };
    made.score = &model::score_with<SvdModel>;
    made.tasks = linear::tasks();
    made.tasks.push_back(&mr::task_entry<model::ScoreTask<SvdModel>>());
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::svd
