#include "algos/deeplearning/inputs.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/rng.hpp>

namespace neve::algos::deeplearning {

std::int32_t InputPlan::input_of(const Predictor& predictor, std::int32_t code) const {
  const std::int32_t dropped = all_levels ? 0 : 1;
  const bool known = code >= 0 && code < predictor.levels;
  // Behind the levels.
  const std::int32_t place = (known ? code : predictor.levels) - dropped;
  if (place < 0) return -1;
  const std::int32_t input = predictor.first + place;
  if (hashed_from == 0) return input;
  constexpr std::uint64_t kSeed = 0x5EEDULL;
  return static_cast<std::int32_t>(CounterRng(kSeed).below(static_cast<std::uint64_t>(input),
                                                           static_cast<std::uint64_t>(sparse)));
}

void InputPlan::append(const model::ScoreBlock& block, std::vector<float>& to_numbers,
                       std::vector<std::int32_t>& to_codes) const {
  std::size_t number = to_numbers.size();
  std::size_t code = to_codes.size();
  to_numbers.resize(number + block.rows * numbers);
  to_codes.resize(code + block.rows * categories);
  for (std::size_t c = 0; c < predictors.size(); ++c) {
    const Predictor& predictor = predictors[c];
    if (predictor.categorical) {
      std::int32_t* out = to_codes.data() + code++;
      for (std::size_t i = 0; i < block.rows; ++i, out += categories)
        *out = input_of(predictor, block.codes[c][i]);
      continue;
    }
    float* out = to_numbers.data() + number++;
    for (std::size_t i = 0; i < block.rows; ++i, out += numbers) {
      const double value = block.numbers[c][i];
      const double filled = std::isnan(value) ? predictor.fill : value;
      *out = static_cast<float>((filled - predictor.center) * predictor.scale);
    }
  }
}

void InputPlan::write_out(const InputRows& rows, std::span<float> out) const {
  const auto inputs_of_categories = static_cast<std::size_t>(sparse);
  const std::size_t inputs = inputs_of_categories + numbers;
  std::ranges::fill(out, 0.0F);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    for (std::size_t c = 0; c < categories; ++c) {
      const std::int32_t input = rows.codes[row * categories + c];
      if (input >= 0) out[row * inputs + static_cast<std::size_t>(input)] += 1;
    }
    std::copy_n(rows.numbers.data() + row * numbers, numbers,
                out.data() + row * inputs + inputs_of_categories);
  }
}

std::vector<std::string> InputPlan::names(const model::ColumnRoles& roles) const {
  std::vector<std::string> made;
  if (hashed_from > 0) {
    for (std::int32_t i = 0; i < sparse; ++i) made.push_back("hashed." + std::to_string(i));
  }
  for (std::size_t c = 0; hashed_from == 0 && c < predictors.size(); ++c) {
    if (!predictors[c].categorical) continue;
    const auto& domain = *roles.domains[c];
    for (std::size_t level = all_levels ? 0 : 1; level < domain.size(); ++level)
      made.push_back(roles.predictors[c] + "." + domain[level]);
    if (all_levels || !domain.empty()) made.push_back(roles.predictors[c] + ".missing(NA)");
  }
  for (std::size_t c = 0; c < predictors.size(); ++c) {
    if (!predictors[c].categorical) made.push_back(roles.predictors[c]);
  }
  return made;
}

bool InputPlan::is_sound(const model::ColumnRoles& roles) const {
  if (predictors.size() != roles.predictors.size()) return false;
  std::int64_t inputs = 0;
  std::size_t with_levels = 0;
  for (std::size_t c = 0; c < predictors.size(); ++c) {
    const Predictor& predictor = predictors[c];
    const auto& domain = roles.domains[c];
    const std::int64_t levels = domain ? static_cast<std::int64_t>(domain->size()) : 0;
    if (predictor.levels != levels || predictor.categorical != (domain != nullptr)) return false;
    if (!predictor.categorical) continue;
    if (predictor.first != inputs) return false;
    inputs += levels + (all_levels ? 1 : 0);
    ++with_levels;
  }
  const bool shared = hashed_from > 0;
  return categories == with_levels && numbers == predictors.size() - with_levels &&
         (shared ? hashed_from == inputs && sparse > 0 && sparse < inputs : sparse == inputs);
}

InputPlan plan_inputs(const model::ColumnRoles& roles, const std::vector<NumberFigures>& figures,
                      const PlanChoices& choices) {
  InputPlan made;
  made.all_levels = choices.all_levels;
  for (std::size_t c = 0; c < roles.predictors.size(); ++c) {
    InputPlan::Predictor& predictor = made.predictors.emplace_back();
    if (roles.domains[c]) {
      predictor.categorical = true;
      predictor.levels = static_cast<std::int32_t>(roles.domains[c]->size());
      predictor.first = made.sparse;
      made.sparse += predictor.levels + (choices.all_levels ? 1 : 0);
      ++made.categories;
      continue;
    }
    ++made.numbers;
    const NumberFigures& known = figures[c];
    predictor.fill = known.mean;
    if (!choices.standardize) continue;
    predictor.center = known.mean;
    predictor.scale = known.deviation > 0 ? 1 / known.deviation : 1;
  }
  if (made.sparse > choices.most_sparse) {
    made.hashed_from = made.sparse;
    made.sparse = choices.most_sparse;
  }
  return made;
}

}  // namespace neve::algos::deeplearning
