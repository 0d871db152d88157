#include <neve/model/algorithm.hpp>
#include <neve/model/partial_dependence.hpp>
#include <neve/model/score.hpp>

#include "algos/naivebayes/naivebayes_output.hpp"
#include "algos/naivebayes/train.hpp"

namespace neve::algos::naivebayes {
namespace {

model::Category category(const model::ColumnRoles& roles, model::Messages& messages) {
  const auto error = [&](std::string text) {
    model::add_error(messages, "response_column", std::move(text));
  };
  if (!roles.response_domain) {
    error("Column " + roles.response +
          " must be categorical; convert it with as.factor (asfactor in Python).");
  } else if (roles.classes() < 2) {
    error("Column " + roles.response + " must have two levels at least.");
  }
  return roles.classes() == 2 ? model::Category::binomial : model::Category::multinomial;
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "naivebayes";
    made.title = "NaiveBayes";
    made.full_name = "Naive Bayes";
    made.builder_schema = "NaiveBayesV3";
    made.model_schema = "NaiveBayesModelV3";
    made.model_type = "NaiveBayesModel";
    made.can_build = {model::Category::unknown};
    made.have_mojo = false;
    made.parameters = &Parameters::schema();
    made.output = &NaiveBayesOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    // Bounds are all that there is to check.
    made.validate = [](const void* /*parameters*/, model::Messages& /*messages*/) {};
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& roles,
                       model::Messages& messages) { return naivebayes::category(roles, messages); };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<NaiveBayesTrainer>(
          std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<NaiveBayesModel>(wire::decode<NaiveBayesModel>(bytes));
    };
    made.score = &model::score_with<NaiveBayesModel>;
    made.average = &model::average_with<NaiveBayesModel>;
    made.tasks = {&mr::task_entry<CountTask>(),
                  &mr::task_entry<model::ScoreTask<NaiveBayesModel>>(),
                  &mr::task_entry<model::AverageTask<NaiveBayesModel>>()};
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::naivebayes
