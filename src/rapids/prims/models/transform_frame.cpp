#include <algorithm>

#include <neve/model/models.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

/// The coordinates of a frame's rows in the space of a model that reduces dimensions.
Value transform_frame(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const model::ModelPtr model = evaluation.models().require(arguments.word(0), "model");
  const auto question = model::RowQuestion::representation;
  if (model->explainer(question) == nullptr)
    arguments.fail(0,
                   "Model '" + model->header.key + "' (" + model->header.algorithm +
                       ") has no representation of rows: only models that reduce dimensions do.");
  const frame::Frame frame = arguments.table(1);
  const auto has = [&](const std::string& name) { return frame.find(name).has_value(); };
  if (std::ranges::none_of(model->header.roles.predictors, has))
    arguments.fail(1, "Frame must contain a column of the model.");
  std::vector<std::string> warnings;
  return lazy(evaluation.models().tell({model, frame, "", question}, evaluation.token(), warnings));
}

}  // namespace

const PrimGroup& transform_frame() {
  static const PrimGroup kGroup{{
      {{"transform"},
       "model frame",
       "What a model that reduces dimensions makes of each row: its coordinates.",
       transform_frame},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
