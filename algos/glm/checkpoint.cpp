#include <algorithm>
#include <string>

#include <neve/base/error.hpp>

#include "algos/families/trees/checkpoint.hpp"
#include "algos/glm/train.hpp"
#include "algos/glm/validate.hpp"

namespace neve::algos::glm {
namespace {

/// Raw coefficients by set, scaled.
std::vector<double> scaled_of(const GlmModel& model, const linear::Design& design) {
  const std::size_t each = model.coefficients.size() / model.sets();
  std::vector<double> made;
  for (std::size_t set = 0; set < model.sets(); ++set) {
    const auto first = model.coefficients.begin() + static_cast<std::ptrdiff_t>(set * each);
    const auto scaled =
        linear::to_scaled(design, {first, first + static_cast<std::ptrdiff_t>(each)});
    made.insert(made.end(), scaled.begin(), scaled.end());
  }
  return made;
}

}  // namespace

void check_checkpoint(const Parameters& p, const model::Model& checkpoint,
                      model::Messages& messages) {
  const auto* model = dynamic_cast<const GlmModel*>(&checkpoint);
  if (model == nullptr) {
    trees::refuse_checkpoint(checkpoint.header, "GLM", messages);
    return;
  }
  Parameters was;
  schema::read_form(Parameters::schema(), &was, model->header.parameters);
  if (p.response_column.name != model->header.roles.response) {
    trees::refuse_change("response_column", messages);
  }
  if (p.family != was.family) trees::refuse_change("family", messages);
  if (p.solver != was.solver) trees::refuse_change("solver", messages);
  if (p.solver != Solver::irlsm) {
    model::add_error(messages, "checkpoint",
                     "GLM checkpoint is supported only for IRLSM. Set solver to IRLSM, for the "
                     "first model too");
  }
  if (p.startval && !p.startval->empty()) {
    model::add_error(messages, "startval",
                     "a model goes on from its checkpoint's coefficients; leave startval out");
  }
  const std::int32_t done = model->path.fits.back().iterations;
  if (p.max_iterations >= 0 && p.max_iterations <= done) {
    model::add_error(messages, "max_iterations",
                     "If checkpoint is specified then max_iterations must be higher than " +
                         std::to_string(done) + ", which the checkpoint has");
  }
}

void GlmTrainer::go_on_from(const GlmModel& checkpoint, model::TrainContext& context) {
  const auto now = bare_model(context, start_);
  if (checkpoint.header.category != context.category ||
      checkpoint.coefficient_names() != now->coefficient_names() ||
      checkpoint.null_shares.size() != null_shares_.size()) {
    throw InputError::illegal_argument(
        "The predictors, their levels and the classes of the response must be the same as for the "
        "checkpointed model " +
        checkpoint.header.key + ".");
  }
  fit_.beta = scaled_of(checkpoint, prepared_->design);
  (void)clamp_into(penalty_at(plan_.submodels[0]), fit_.beta);
  known_ = false;
  last_pull_.clear();
  earlier_iterations_ = checkpoint.path.fits.back().iterations;
  iterations_ = earlier_iterations_;
  earlier_history_ = checkpoint.header.scoring_history;
}

}  // namespace neve::algos::glm
