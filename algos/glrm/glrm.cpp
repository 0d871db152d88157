#include <neve/model/describe.hpp>

#include "algos/glrm/fit_task.hpp"
#include "algos/glrm/glrm_output.hpp"
#include "algos/glrm/gram.hpp"
#include "algos/glrm/reconstruct.hpp"
#include "algos/glrm/represent.hpp"
#include "algos/glrm/starts.hpp"
#include "algos/glrm/train.hpp"
#include "algos/glrm/user_x.hpp"
#include "algos/glrm/validate.hpp"

namespace neve::algos::glrm {
namespace {

void check_rows(const Parameters& p, double rows, model::Messages& messages) {
  const std::int32_t k = p.k;
  if (rows >= k) return;
  model::add_error(messages, "k",
                   "k must be between 1 and the number of rows, " +
                       std::to_string(static_cast<std::int64_t>(rows)) + "; it is " +
                       std::to_string(k) + ".");
}

std::vector<std::pair<std::string, std::string>> further_frames(const Parameters& p) {
  std::vector<std::pair<std::string, std::string>> named;
  if (p.init != Initialization::user) return named;
  if (!p.user_y.empty()) named.emplace_back("user_y", p.user_y.name);
  if (!p.user_x.empty()) named.emplace_back("user_x", p.user_x.name);
  return named;
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made = model::describe<Parameters, GlrmTrainer, GlrmModel, GlrmOutput>(
        {.name = "glrm",
         .title = "GLRM",
         .full_name = "Generalized Low Rank Modeling",
         .builder_schema = "GLRMV3",
         .model_schema = "GLRMModelV3",
         .model_type = "GLRMModel"});
    made.can_build = {model::Category::clustering};  // as H2O-3 has it
    made.supervised = false;
    made.have_pojo = false;
    made.validate = model::with_parameters<&validate>;
    made.category = &model::always<model::Category::dim_reduction>;
    made.check_training = model::with_parameters<&validate_columns>;
    made.check_rows = model::with_parameters<&check_rows>;
    made.further_frames = model::with_parameters<&further_frames>;
    made.score = &score;
    made.tasks = {
        &mr::task_entry<DrawTask>(),        &mr::task_entry<GivenTask>(),
        &mr::task_entry<GramTask>(),        &mr::task_entry<FitTask>(),
        &mr::task_entry<MeasureTask>(),     &mr::task_entry<RepresentTask>(),
        &mr::task_entry<ReconstructTask>(), &mr::task_entry<model::ScoreTask<GlrmModel>>()};
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::glrm
