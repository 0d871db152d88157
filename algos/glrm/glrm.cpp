#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/glrm/fit_task.hpp"
#include "algos/glrm/glrm_output.hpp"
#include "algos/glrm/gram.hpp"
#include "algos/glrm/represent.hpp"
#include "algos/glrm/starts.hpp"
#include "algos/glrm/train.hpp"
#include "algos/glrm/user_x.hpp"
#include "algos/glrm/validate.hpp"

namespace neve::algos::glrm {
namespace {

const Parameters& given(const void* parameters) {
  return *static_cast<const Parameters*>(parameters);
}

void check_rows(const void* parameters, double rows, model::Messages& messages) {
  const std::int32_t k = given(parameters).k;
  if (rows >= k) return;
  model::add_error(messages, "k",
                   "k must be between 1 and the number of rows, " +
                       std::to_string(static_cast<std::int64_t>(rows)) + "; it is " +
                       std::to_string(k) + ".");
}

std::vector<std::pair<std::string, std::string>> further_frames(const void* parameters) {
  const Parameters& p = given(parameters);
  std::vector<std::pair<std::string, std::string>> named;
  if (p.init != Initialization::user) return named;
  if (!p.user_y.empty()) named.emplace_back("user_y", p.user_y.name);
  if (!p.user_x.empty()) named.emplace_back("user_x", p.user_x.name);
  return named;
}

/// Predictions are reconstructions, whose columns may be categorical.
model::Scored score(mr::Engine& engine, const model::ModelPtr& model, const model::Dataset& data,
                    const model::ScoreRequest& request) {
  model::ScoreRequest asked = request;
  if (!asked.question) asked.question = model::RowQuestion::reconstruction;
  return model::score_with<GlrmModel>(engine, model, data, asked);
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "glrm";
    made.title = "GLRM";
    made.full_name = "Generalized Low Rank Modeling";
    made.builder_schema = "GLRMV3";
    made.model_schema = "GLRMModelV3";
    made.model_type = "GLRMModel";
    made.can_build = {model::Category::clustering};  // as H2O-3 has it
    made.supervised = false;
    made.have_pojo = false;
    made.parameters = &Parameters::schema();
    made.output = &GlrmOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    made.validate = [](const void* parameters, model::Messages& messages) {
      glrm::validate(given(parameters), messages);
    };
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& /*roles*/,
                       model::Messages& /*messages*/) { return model::Category::dim_reduction; };
    made.check_training = [](const void* parameters, const frame::Frame& training,
                             model::Messages& messages) {
      validate_columns(given(parameters), training, messages);
    };
    made.check_rows = &check_rows;
    made.further_frames = &further_frames;
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<GlrmTrainer>(std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<GlrmModel>(wire::decode<GlrmModel>(bytes));
    };
    made.score = &score;
    made.tasks = {&mr::task_entry<DrawTask>(),
                  &mr::task_entry<GivenTask>(),
                  &mr::task_entry<GramTask>(),
                  &mr::task_entry<FitTask>(),
                  &mr::task_entry<MeasureTask>(),
                  &mr::task_entry<RepresentTask>(),
                  &mr::task_entry<model::ScoreTask<GlrmModel>>()};
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::glrm
