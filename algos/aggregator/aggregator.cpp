#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/aggregator/aggregator_model.hpp"
#include "algos/aggregator/train.hpp"
#include "algos/families/linear/tasks.hpp"

namespace neve::algos::aggregator {
namespace {

void validate(const void* parameters, model::Messages& messages) {
  const double tolerance = static_cast<const Parameters*>(parameters)->rel_tol_num_exemplars;
  if (tolerance > 0 && tolerance < 1) return;
  model::add_error(messages, "rel_tol_num_exemplars",
                   "rel_tol_num_exemplars must be inside 0...1, both left out; it is " +
                       std::to_string(tolerance) + ".");
}

model::Scored refuse_to_score(mr::Engine& /*engine*/, const model::ModelPtr& model,
                              const model::Dataset& /*data*/,
                              const model::ScoreRequest& /*request*/) {
  model->score({}, {});
  return {};
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "aggregator";
    made.title = "Aggregator";
    made.full_name = "Aggregator";
    made.builder_schema = "AggregatorV99";
    made.model_schema = "AggregatorModelV99";
    made.model_type = "AggregatorModel";
    made.can_build = {model::Category::clustering};
    made.supervised = false;
    made.rest_version = 99;
    made.have_pojo = false;
    made.have_mojo = false;
    made.parameters = &Parameters::schema();
    made.output = &AggregatorOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    made.validate = &validate;
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& /*roles*/,
                       model::Messages& /*messages*/) { return model::Category::clustering; };
    made.automatic_encoding = kAutomaticEncoding;
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<AggregatorTrainer>(
          std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<AggregatorModel>(wire::decode<AggregatorModel>(bytes));
    };
    made.score = &refuse_to_score;
    made.tasks = linear::tasks();
    made.tasks.push_back(&mr::task_entry<CoverTask>());
    made.tasks.push_back(&mr::task_entry<AssignTask>());
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::aggregator
