#include <neve/model/describe.hpp>

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
    model::Algorithm made =
        model::describe<Parameters, IsolationForestTrainer, IsolationForestModel,
                        IsolationForestOutput>({.name = "isolationforest",
                                                .title = "IsolationForest",
                                                .full_name = "Isolation Forest",
                                                .builder_schema = "IsolationForestV3",
                                                .model_schema = "IsolationForestModelV3",
                                                .model_type = "IsolationForestModel"});
    made.can_build = {model::Category::anomaly_detection};
    made.supervised = false;
    made.have_pojo = false;
    made.validate = model::with_parameters<&validate>;
    made.category = &model::always<model::Category::anomaly_detection>;
    made.check_training = model::with_parameters<&check_training>;
    made.check_rows = [](const void* parameters, double rows, model::Messages& messages) {
      trees::check_rows(given(parameters), rows, messages);
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
