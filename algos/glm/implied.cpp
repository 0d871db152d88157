#include "algos/glm/implied.hpp"

#include <algorithm>

#include <neve/base/java_number.hpp>

namespace neve::algos::glm {
namespace {

using linear::Family;
using model::Messages;

void wrong(Messages& messages, const char* field, const std::string& text) {
  model::add_error(messages, field, text);
}

bool has_lambdas(const Parameters& p) { return p.lambda_ && !p.lambda_->empty(); }

/// What only responses of the tweedie family ask.
void check_tweedie(const Parameters& p, Messages& messages) {
  const double power = p.tweedie_variance_power;
  if (!(power > 1)) wrong(messages, "tweedie_variance_power", " must exceed 1.");
  if (power == 2 && p.fix_tweedie_variance_power) {
    wrong(
        messages, "tweedie_variance_power",
        "Tweedie family with tweedie_variance_power=2.0 is equivalent to the Gamma family.  Please "
        "use Gamma family instead.");
  }
  if (!(p.dispersion_learning_rate > 0)) {
    wrong(messages, "dispersion_learning_rate",
          "must > 0 and is only used with tweedie dispersion parameter estimation using ml.");
  }
  if (!(p.tweedie_epsilon > 0)) wrong(messages, "tweedie_epsilon", " must exceed 0.");
}

void check_likeliest(const Parameters& p, Family family, Messages& messages) {
  const bool tweedie = family == Family::tweedie;
  if (family != Family::gamma && !tweedie && family != Family::negativebinomial) {
    wrong(messages, "dispersion_parameter_method",
          "ml can only be used for family gamma, tweedie, negative binomial.");
  }
  if (is_penalised(p)) {
    wrong(messages, "dispersion_parameter_method", "ML is supported only without regularization!");
  }
  if (p.max_iterations_dispersion <= 0) {
    wrong(messages, "max_iterations_dispersion", " must > 0.");
  }
  if (!(p.dispersion_epsilon >= 0)) wrong(messages, "dispersion_epsilon", " must >= 0.");
  if (tweedie) check_tweedie(p, messages);
}

}  // namespace

bool is_penalised(const Parameters& p) {
  if (!has_lambdas(p)) return true;
  return *std::ranges::max_element(*p.lambda_) > 0;
}

Parameters implied(const Parameters& given) {
  Parameters p = given;
  if (p.calc_like && p.family == FamilyChoice::tweedie) {
    p.dispersion_parameter_method = DispersionMethod::ml;
  }
  const bool unpenalised = p.influence || p.dispersion_parameter_method == DispersionMethod::ml ||
                           !p.linear_constraints.empty();
  if (unpenalised && !has_lambdas(p) && !p.lambda_search) p.lambda_ = std::vector<double>{0};
  if (!p.influence) return p;
  if (p.solver == Solver::automatic) p.solver = Solver::irlsm;
  // Else check_influence() says what is wrong.
  if (is_penalised(p) || p.solver != Solver::irlsm) return p;
  p.compute_p_values = true;
  p.remove_collinear_columns = true;
  return p;
}

void check_dispersion(const Parameters& p, Family family, Messages& messages) {
  const bool likeliest = p.dispersion_parameter_method == DispersionMethod::ml;
  const bool negative_binomial = family == Family::negativebinomial;
  const bool estimable = family == Family::gamma || family == Family::tweedie || negative_binomial;
  if (p.fix_dispersion_parameter && !estimable) {
    wrong(messages, "fix_dispersion_parameter",
          " is only allowed for tweedie, gamma and negativebinomial families");
  }
  if (p.fix_dispersion_parameter && negative_binomial && p.init_dispersion_parameter != 1) {
    wrong(
        messages, "init_dispersion_parameter",
        "is not supported when fix_dispersion_parameter == True for negative binomial family, use "
        "parameter theta instead.");
  }
  if (!p.fix_tweedie_variance_power && family != Family::tweedie) {
    wrong(messages, "fix_tweedie_variance_power", " can only be set to false for tweedie family.");
  } else if (!p.fix_tweedie_variance_power && !likeliest) {
    wrong(messages, "fix_tweedie_variance_power",
          "is false: the power is estimated by maximum likelihood only; set "
          "dispersion_parameter_method to ml");
  }
  if (likeliest) check_likeliest(p, family, messages);
}

void check_influence(const Parameters& p, Messages& messages) {
  if (!p.influence) return;
  if (p.nfolds > 0 || !p.fold_column.empty()) {
    wrong(messages, "influence",
          " cross-validation is not allowed when influence is set to dfbetas.");
  }
  if (p.lambda_search) {
    wrong(messages, "lambda_search",
          "lambda_search and regularization are not allowed when influence is set to dfbetas.");
  } else if (is_penalised(p)) {
    wrong(messages, "regularization",
          "regularization is not allowed when influence is set to dfbetas.  Please set all lambdas "
          "to 0.0.");
  }
  if (p.solver != Solver::irlsm) {
    wrong(messages, "solver",
          "regression influence diagnostic is only calculated for IRLSM solver.");
  }
}

void check_influence(const Parameters& p, Family family, Messages& messages) {
  if (!p.influence || family == Family::gaussian || family == Family::binomial) return;
  wrong(messages, "influence", " can only be specified for the gaussian and binomial families.");
}

void check_course(const Parameters& p, Messages& messages) {
  if (p.lambda_search && p.stopping_rounds > 0) {
    wrong(messages, "early stop",
          " cannot run when lambda_search=True.  Lambda_search has its own early-stopping "
          "mechanism");
  }
  if (p.max_active_predictors != -1 && p.max_active_predictors < 1) {
    wrong(messages, "max_active_predictors",
          "max_active_predictors is " + std::to_string(p.max_active_predictors) +
              "; it must be at least 1, or -1");
  } else if (p.max_active_predictors != -1 && !p.lambda_search) {
    model::add_warning(messages, "max_active_predictors",
                       "ends a lambda path; it has no effect without lambda_search");
  }
}

void check_null_model(const Parameters& p, Family family, Messages& messages) {
  if (!p.build_null_model || family == Family::tweedie || family == Family::gamma ||
      family == Family::negativebinomial) {
    return;
  }
  wrong(messages, "build_null_model",
        " is only supported for tweedie, gamma and negativebinomial familes");
}

void check_offset_effects(const Parameters& p, Family family, Messages& messages) {
  if (!p.remove_offset_effects) return;
  const auto refuse = [&](bool applies, const std::string& text) {
    if (applies) wrong(messages, "remove_offset_effects", text);
  };
  const std::string option = "Remove offset effects option ";
  refuse(p.offset_column.empty(),
         option + "(remove_offset_effects=True) requires the offset_column to be specified.");
  const bool classes = family == Family::multinomial || family == Family::ordinal;
  refuse(classes, "The " + std::string(family == Family::ordinal ? "ordinal" : "multinomial") +
                      " distribution is not supported with remove offset effects.");
  const bool interacts = (p.interactions && !p.interactions->empty()) ||
                         (p.interaction_pairs && !p.interaction_pairs->empty());
  refuse(interacts, option + "is not supported with interactions.");
  refuse(p.lambda_search, option + "is not supported with Lambda search.");
  refuse(p.nfolds > 0 || !p.fold_column.empty(),
         option + "is not supported with cross-validation.");
}

}  // namespace neve::algos::glm
