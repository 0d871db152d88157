#include "algos/families/linear/design.hpp"

#include <neve/base/error.hpp>

namespace neve::algos::linear {

void Design::place_coefficients() {
  std::int32_t next = 0;
  for (CategoricalTerm& term : categoricals) {
    term.offset = next;
    next += term.coefficients();
  }
}

std::int32_t Design::categorical_size() const {
  if (categoricals.empty()) return 0;
  return categoricals.back().offset + categoricals.back().coefficients();
}

double Design::scale_of(std::size_t coefficient) const {
  const auto first = static_cast<std::size_t>(categorical_size());
  const bool numeric = coefficient >= first && coefficient < first + numerics.size();
  return numeric ? numerics[coefficient - first].scale : 1;
}

std::vector<std::string> Design::coefficient_names() const {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(size()));
  for (const CategoricalTerm& term : categoricals) {
    for (std::int32_t level = term.first_level; level < term.level_count(); ++level) {
      names.push_back(term.name + "." + term.levels[static_cast<std::size_t>(level)]);
    }
  }
  for (const NumericTerm& term : numerics) names.push_back(term.name);
  if (intercept) names.emplace_back("Intercept");
  return names;
}

std::vector<double> to_raw(const Design& design, const std::vector<double>& scaled) {
  NEVE_CHECK(scaled.size() == static_cast<std::size_t>(design.size()));
  std::vector<double> raw = scaled;
  if (!design.intercept) raw.push_back(0);
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    const NumericTerm& term = design.numerics[j];
    raw[first + j] /= term.scale;
    raw.back() -= raw[first + j] * term.center;
  }
  return raw;
}

std::vector<double> to_scaled(const Design& design, const std::vector<double>& raw) {
  NEVE_CHECK(raw.size() == static_cast<std::size_t>(design.slopes()) + 1);
  std::vector<double> scaled = raw;
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    const NumericTerm& term = design.numerics[j];
    scaled.back() += raw[first + j] * term.center;
    scaled[first + j] *= term.scale;
  }
  if (!design.intercept) scaled.pop_back();
  return scaled;
}

}  // namespace neve::algos::linear
