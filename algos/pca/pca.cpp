#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/families/linear/tasks.hpp"
#include "algos/pca/pca_output.hpp"
#include "algos/pca/train.hpp"

namespace neve::algos::pca {

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "pca";
    made.title = "PCA";
    made.full_name = "Principal Components Analysis";
    made.builder_schema = "PCAV3";
    made.model_schema = "PCAModelV3";
    made.model_type = "PCAModel";
    made.can_build = {model::Category::clustering};  // as H2O-3 has it
    made.supervised = false;
    made.parameters = &Parameters::schema();
    made.output = &PcaOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    // Bounds are all that there is to check without data.
    made.validate = [](const void* /*parameters*/, model::Messages& /*messages*/) {};
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& /*roles*/,
                       model::Messages& /*messages*/) { return model::Category::dim_reduction; };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<PcaTrainer>(std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<PcaModel>(wire::decode<PcaModel>(bytes));
    };
    made.score = &model::score_with<PcaModel>;
    made.tasks = linear::tasks();
    made.tasks.push_back(&mr::task_entry<model::ScoreTask<PcaModel>>());
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::pca
