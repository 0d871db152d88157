#include <neve/model/describe.hpp>

#include "algos/stackedensemble/members.hpp"
#include "algos/stackedensemble/scoring.hpp"
#include "algos/stackedensemble/stack_output.hpp"
#include "algos/stackedensemble/train.hpp"

namespace neve::algos::stackedensemble {
namespace {

const Parameters& given(const void* parameters) {
  return *static_cast<const Parameters*>(parameters);
}

void validate(const void* parameters, model::Messages& messages) {
  const Parameters& p = given(parameters);
  if (p.metalearner_nfolds == 1) {
    model::add_error(messages, "metalearner_nfolds", "metalearner_nfolds must be 0, or 2 or more.");
  }
  if (p.metalearner_nfolds > 0 && !p.metalearner_fold_column.empty()) {
    model::add_error(messages, "metalearner_nfolds",
                     "Cannot specify fold_column and nfolds at the same time.");
  }
}

model::Category category(const void* /*parameters*/, const model::ColumnRoles& roles,
                         model::Messages& messages) {
  if (!roles.response_domain) return model::Category::regression;
  if (roles.classes() < 2) {
    model::add_error(messages, "response_column",
                     "Column " + roles.response + " must have two levels at least.");
  }
  return roles.classes() > 2 ? model::Category::multinomial : model::Category::binomial;
}

std::vector<std::pair<std::string, std::string>> further_frames(const void* parameters) {
  const Parameters& p = given(parameters);
  if (!p.blends()) return {};
  return {{"blending_frame", p.blending_frame.name}};
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made = model::describe<Parameters, StackTrainer, StackModel, StackOutput>(
        {.name = "stackedensemble",
         .title = "StackedEnsemble",
         .full_name = "Stacked Ensemble",
         .builder_schema = "StackedEnsembleV99",
         .model_schema = "StackedEnsembleModelV99",
         .model_type = "StackedEnsembleModel"});
    made.can_build = {model::Category::regression, model::Category::binomial,
                      model::Category::multinomial};
    made.rest_version = 99;
    made.have_pojo = false;
    made.validate = &validate;
    made.category = &category;
    made.further_frames = &further_frames;
    made.frame_instead = [](const void* parameters) {
      return given(parameters).blending_frame.name;
    };
    made.from_models = &from_models;
    made.score = &score_stack;
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::stackedensemble
