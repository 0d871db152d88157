#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/families/trees/tree_checks.hpp"
#include "algos/isolationforest/isolationforest_output.hpp"
#include "algos/isolationforest/scores.hpp"
#include "algos/isolationforest/train.hpp"
#include "algos/isolationforest/validate.hpp"

namespace neve::algos::isolationforest {
namespace {

const Parameters& given(const void* parameters) {
  return *static_cast<const Parameters*>(parameters);
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "isolationforest";
    made.title = "IsolationForest";
    made.full_name = "Isolation Forest";
    made.builder_schema = "IsolationForestV3";
    made.model_schema = "IsolationForestModelV3";
    made.model_type = "IsolationForestModel";
    made.can_build = {model::Category::anomaly_detection};
    made.supervised = false;
    made.have_pojo = false;
    made.parameters = &Parameters::schema();
    made.output = &IsolationForestOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    made.validate = [](const void* parameters, model::Messages& messages) {
      isolationforest::validate(given(parameters), messages);
    };
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& /*roles*/,
                       model::Messages& /*messages*/) {
      return model::Category::anomaly_detection;
    };
    made.check_training = [](const void* parameters, const frame::Frame& training,
                             model::Messages& messages) {
      isolationforest::check_training(given(parameters), training, messages);
    };
    made.check_rows = [](const void* parameters, double rows, model::Messages& messages) {
      trees::check_rows(given(parameters), rows, messages);
    };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<IsolationForestTrainer>(
          std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<IsolationForestModel>(wire::decode<IsolationForestModel>(bytes));
    };
    made.score = &score_rows;
    made.tasks = {&mr::task_entry<GatherTask>(), &mr::task_entry<PathTask>(),
                  &mr::task_entry<FlagTask>(), &mr::task_entry<ResponseTask>(),
                  &mr::task_entry<model::ScoreTask<IsolationForestModel>>()};
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::isolationforest
