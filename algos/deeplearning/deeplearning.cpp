#include <neve/model/algorithm.hpp>
#include <neve/model/partial_dependence.hpp>
#include <neve/model/score.hpp>

#include "algos/deeplearning/deeplearning_output.hpp"
#include "algos/deeplearning/initial.hpp"
#include "algos/deeplearning/pretraining.hpp"
#include "algos/deeplearning/reconstruction.hpp"
#include "algos/deeplearning/train.hpp"
#include "algos/deeplearning/validate.hpp"
#include "algos/families/trees/class_balance.hpp"

namespace neve::algos::deeplearning {
namespace {

const Parameters& given(const void* parameters) {
  return *static_cast<const Parameters*>(parameters);
}

void add_checks(model::Algorithm& made) {
  using model::Messages;
  made.validate = [](const void* parameters, Messages& messages) {
    validate(given(parameters), messages);
  };
  made.category = [](const void* parameters, const model::ColumnRoles& roles, Messages& messages) {
    return category(given(parameters), roles, messages);
  };
  made.check_response = [](const void* parameters, const model::ColumnRange& response,
                           Messages& messages) {
    check_response(given(parameters), response, messages);
  };
  made.check_checkpoint = [](const void* parameters, const model::Model& checkpoint,
                             Messages& messages) {
    check_checkpoint(given(parameters), checkpoint, messages);
  };
  made.check_further_models = [](const void* parameters, const model::FurtherModels& models,
                                 Messages& messages) {
    check_pretrained(given(parameters), models, messages);
  };
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "deeplearning";
    made.title = "DeepLearning";
    made.full_name = "Deep Learning";
    made.builder_schema = "DeepLearningV3";
    made.model_schema = "DeepLearningModelV3";
    made.model_type = "DeepLearningModel";
    made.can_build = {model::Category::regression, model::Category::binomial,
                      model::Category::multinomial, model::Category::auto_encoder};
    made.parameters = &Parameters::schema();
    made.output = &DeepLearningOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    add_checks(made);
    made.has_response = [](const void* parameters) { return !given(parameters).autoencoder; };
    made.join_holdouts = &join_holdouts;
    made.balances_classes = true;
    made.further_frames = [](const void* parameters) { return initial_frames(given(parameters)); };
    made.further_models = [](const void* parameters) {
      return pretrained_models(given(parameters));
    };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<DeepLearningTrainer>(
          std::static_pointer_cast<const Parameters>(parameters));
    };
    made.from_folds = [](const void* parameters, std::span<const model::ModelPtr> folds) {
      return epochs_from_folds(given(parameters), folds);
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<DeepLearningModel>(wire::decode<DeepLearningModel>(bytes));
    };
    made.score = &model::score_with<DeepLearningModel>;
    made.average = &model::average_with<DeepLearningModel>;
    made.tasks = {&mr::task_entry<MomentsTask>(),
                  &mr::task_entry<HoldTask>(),
                  &mr::task_entry<ReconstructionTask>(),
                  &mr::task_entry<trees::CountClassesTask>(),
                  &mr::task_entry<model::ScoreTask<DeepLearningModel>>(),
                  &mr::task_entry<model::AverageTask<DeepLearningModel>>()};
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::deeplearning
