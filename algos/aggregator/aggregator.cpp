#include <neve/model/describe.hpp>

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

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made =
        model::describe<Parameters, AggregatorTrainer, AggregatorModel, AggregatorOutput>(
            {.name = "aggregator",
             .title = "Aggregator",
             .full_name = "Aggregator",
             .builder_schema = "AggregatorV99",
             .model_schema = "AggregatorModelV99",
             .model_type = "AggregatorModel"});
    made.can_build = {model::Category::clustering};
    made.supervised = false;
    made.rest_version = 99;
    made.have_pojo = false;
    made.have_mojo = false;
    made.validate = &validate;
    made.category = &model::always<model::Category::clustering>;
    made.automatic_encoding = kAutomaticEncoding;
    made.score = &model::refuse_to_score;
    made.tasks = linear::tasks();
    made.tasks.push_back(&mr::task_entry<CoverTask>());
    made.tasks.push_back(&mr::task_entry<AssignTask>());
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::aggregator
