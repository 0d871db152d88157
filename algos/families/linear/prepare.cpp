#include "algos/families/linear/prepare.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::linear {
namespace {

void check_usable(const Design& design, const MomentsTask::Partial& moments) {
  if (moments.smallest_weight < 0) {
    throw InputError::illegal_argument("The weights column holds a negative value, " +
                                       std::to_string(moments.smallest_weight) +
                                       "; weights must be at least 0.");
  }
  if (moments.rows == 0) {
    throw InputError::illegal_argument(
        "No row is left to train on: each has a missing response, weight or offset, a weight of 0, "
        "or a missing predictor while missing_values_handling is Skip.");
  }
  const auto check = [](const std::string& name, const Moments& column) {
    if (column.weight == 0 || (std::isfinite(column.min) && std::isfinite(column.max))) return;
    throw InputError::illegal_argument("Column '" + name +
                                       "' holds an infinite value; only finite "
                                       "numbers can be learnt from. Replace or remove those rows.");
  };
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    check(design.numerics[j].name, moments.numerics[j]);
  }
  check("response", moments.response);
  check("offset", moments.offset);
}

const double* find(const std::map<std::string, double>& values, const std::string& name) {
  const auto at = values.find(name);
  return at == values.end() ? nullptr : &at->second;
}

void set_numeric(NumericTerm& term, const Moments& seen, bool center, const Given& given) {
  const bool empty = seen.weight == 0;
  term.mean = empty ? 0 : seen.mean;
  term.center = center ? term.mean : 0;
  const double deviation = std::sqrt(seen.variance());
  term.scale = deviation > 0 && std::isfinite(deviation) ? deviation : 1;
  const double* fill = find(given.fills, term.name);
  term.fill = fill != nullptr ? *fill : term.mean;
  if (const double* other = find(given.centers, term.name); other != nullptr && center) {
    term.center = *other;
  }
  if (const double* other = find(given.scales, term.name)) term.scale = *other;
  const auto reach = [&](double value) { return std::fabs(value - term.center) / term.scale; };
  term.reach = reach(term.fill);
  if (!empty) term.reach = std::max({term.reach, reach(seen.min), reach(seen.max)});
}

}  // namespace

MomentsTask::Partial usable_moments(mr::Engine& engine, const mr::Inputs& inputs,
                                    const Design& bare, const mr::RunOptions& options) {
  auto moments = engine.run<MomentsTask>(inputs, bare, options);
  check_usable(bare, moments);
  return moments;
}

Prepared prepare(mr::Engine& engine, const mr::Inputs& inputs, Design bare,
                 const mr::RunOptions& options, const Given& given) {
  bare.place_coefficients();
  auto moments = usable_moments(engine, inputs, bare, options);
  return complete(std::move(bare), std::move(moments), given);
}

Prepared complete(Design bare, MomentsTask::Partial moments, const Given& given) {
  Prepared made{.design = std::move(bare), .moments = std::move(moments)};
  Design& design = made.design;
  const bool centered = design.intercept && given.centered;
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    NumericTerm& term = design.numerics[j];
    set_numeric(term, made.moments.numerics[j], centered, given);
  }
  for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
    CategoricalTerm& term = design.categoricals[c];
    const auto& weights = made.moments.level_weights[c];
    // The last place counts missing ones.
    const auto most = std::max_element(weights.begin(), weights.end() - 1);
    term.fill = static_cast<std::int32_t>(most - weights.begin());
    if (const double* fill = find(given.fills, term.name)) {
      term.fill = static_cast<std::int32_t>(*fill);
    }
  }
  return made;
}

}  // namespace neve::algos::linear
