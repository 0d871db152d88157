#include "algos/glm/controls.hpp"

#include <algorithm>

namespace neve::algos::glm {

bool has_controls(const Parameters& parameters) {
  return parameters.control_variables && !parameters.control_variables->empty();
}

void check_controls(const Parameters& p, const frame::Frame& training, model::Messages& messages) {
  if (!has_controls(p)) return;
  const auto wrong = [&](const std::string& text) {
    model::add_error(messages, "control_variables", text);
  };
  const auto not_with = [&](bool given, const char* what) {
    if (given) wrong(std::string("Control variables option is not supported with ") + what + ".");
  };
  const bool interactions = (p.interactions && !p.interactions->empty()) ||
                            (p.interaction_pairs && !p.interaction_pairs->empty());
  not_with(interactions, "interactions");
  not_with(p.lambda_search, "Lambda search");
  not_with(p.nfolds > 0 || !p.fold_column.empty(), "cross-validation");
  const auto ignored = p.ignored_columns.value_or(std::vector<std::string>());
  for (const std::string& name : *p.control_variables) {
    const auto is_set = [&](bool given, const char* as) {
      if (given) wrong("Control variable '" + name + "' is set as " + as + ".");
    };
    if (!training.find(name)) wrong("Control variable '" + name + "' is not in the frame.");
    is_set(name == p.weights_column.name, "weight_column");
    is_set(name == p.offset_column.name, "offset_column");
    is_set(name == p.response_column.name, "response_column");
    is_set(std::ranges::find(ignored, name) != ignored.end(), "ignored_columns");
  }
}

Controls make_controls(const std::vector<std::string>& names, const linear::Design& design,
                       const std::vector<double>& beta) {
  std::vector<double> raw = linear::to_raw(design, beta);
  const auto is_control = [&](const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const linear::CategoricalTerm& term : design.categoricals) {
    if (!is_control(term.name)) continue;
    std::fill_n(raw.begin() + term.offset, term.coefficients(), 0.0);
  }
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    if (is_control(design.numerics[j].name)) raw[first + j] = 0;
  }
  return {names, linear::to_scaled(design, raw)};
}

}  // namespace neve::algos::glm
