#include "algos/glm/glm_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/math.hpp>
#include <neve/model/score.hpp>

#include "algos/families/linear/classes.hpp"
#include "algos/glm/deviances.hpp"

namespace neve::algos::glm {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The level that counts for a code: its own, the fill, or -1 where the row has no prediction.
std::int32_t level_of(const linear::CategoricalTerm& term, std::int32_t code, bool skip) {
  if (code >= 0 && code < term.level_count()) return code;
  return skip ? -1 : term.fill;
}

double scaled_value(const linear::NumericTerm& term, double x, bool skip) {
  if (std::isnan(x)) {
    if (skip) return kNaN;
    x = term.fill;
  }
  return (x - term.center) * (1 / term.scale);
}

/// The same of many values, times a slope.
void add_scaled(const linear::NumericTerm& term, double slope, bool skip,
                std::span<const double> values, std::span<double> eta) {
  const double missing = skip ? kNaN : term.fill;
  const double center = term.center;
  const double by = 1 / term.scale;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = std::isnan(values[i]) ? missing : values[i];
    eta[i] += slope * ((x - center) * by);
  }
}

}  // namespace

std::vector<std::string> GlmModel::extra_outputs() const {
  if (!inference) return {};
  return {"StdErr"};
}

std::vector<std::string> GlmModel::coefficient_names() const {
  std::vector<std::string> names = design.coefficient_names();
  if (!design.intercept) names.emplace_back("Intercept");
  return names;
}

std::vector<std::string> GlmModel::full_coefficient_names() const {
  const auto names = coefficient_names();
  if (sets() == 1) return names;
  std::vector<std::string> full;
  for (const std::string& level : *header.roles.response_domain) {
    for (const std::string& name : names) full.push_back(name + "_" + level);
  }
  return full;
}

void GlmModel::settle_coefficients() {
  coefficients = raw_coefficients(*this, beta);
  standardized = with_intercept(*this, beta);
  rank = std::ranges::count_if(beta, [](double b) { return b != 0; });
}

void GlmModel::take_coefficients(std::vector<double> raw) {
  const auto each = raw.size() / sets();
  beta.clear();
  for (std::size_t k = 0; k < sets(); ++k) {
    const auto first = raw.begin() + static_cast<std::ptrdiff_t>(k * each);
    const auto scaled =
        linear::to_scaled(design, {first, first + static_cast<std::ptrdiff_t>(each)});
    beta.insert(beta.end(), scaled.begin(), scaled.end());
  }
  settle_coefficients();
  coefficients = std::move(raw);
  if (controls) controls = make_controls(controls->names, design, beta);
  inference.reset();
  dispersion = 0;
}

void GlmModel::keep_only(const Restrictions& kept) {
  if (!kept.controls) controls.reset();
  offset_removed = offset_removed && kept.offset;
}

namespace {

/// Slopes of the levels of a categorical times a numeric: all terms of a product at once.
struct LevelSlopes {
  const linear::Design& design;
  const TermBlock& block;
  std::size_t term;                ///< the first of them
  std::span<const double> slopes;  ///< of them

  void add_to(std::span<double> eta, bool skip) const {
    const linear::Product& product = *block.slopes(term);
    double base = 0;
    std::vector<double> by_level(static_cast<std::size_t>(product.level_count()), 0.0);
    std::vector<double> of_missing(by_level.size(), 0.0);
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      const linear::NumericTerm& of = design.numerics[term + k];
      const double slope = slopes[k] * (1 / of.scale);
      base -= slope * of.center;
      const std::size_t level = k + static_cast<std::size_t>(product.first_level);
      by_level[level] = slope;
      of_missing[level] = slope * of.fill;
    }
    const auto levels = block.slope_levels(term);
    const auto x = block.numbers(term);
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const auto level = static_cast<std::size_t>(levels[i]);
      const bool missing = std::isnan(x[i]);
      if (missing && skip) eta[i] = kNaN;
      eta[i] += base + (missing ? of_missing[level] : by_level[level] * x[i]);
    }
  }
};

}  // namespace

void GlmModel::predict_block(const TermBlock& block, std::span<const double> slopes,
                             std::span<double> eta) const {
  const bool skip = design.missing == linear::Missing::skip;
  const double intercept = design.intercept ? slopes.back() : 0;
  const bool without = block.offset().empty() || offset_removed;
  for (std::size_t i = 0; i < block.rows(); ++i) {
    eta[i] = without ? intercept : intercept + block.offset()[i];
  }
  for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
    const linear::CategoricalTerm& term = design.categoricals[c];
    const auto codes = block.codes(c);
    for (std::size_t i = 0; i < block.rows(); ++i) {
      const std::int32_t level = level_of(term, codes[i], skip);
      if (level < 0) {
        eta[i] = kNaN;
      } else if (level >= term.first_level) {
        eta[i] += slopes[static_cast<std::size_t>(term.offset + level - term.first_level)];
      }
    }
  }
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    if (const linear::Product* product = block.slopes(j)) {
      const auto columns = static_cast<std::size_t>(product->columns());
      LevelSlopes{design, block, j, slopes.subspan(first + j, columns)}.add_to(
          eta.first(block.rows()), skip);
      j += columns - 1;
      continue;
    }
    const linear::NumericTerm& term = design.numerics[j];
    const auto values = block.numbers(j);
    const double slope = slopes[first + j];
    if (slope == 0 && !skip) continue;
    add_scaled(term, slope, skip, values.first(block.rows()), eta);
  }
}

/// Square root of x'Vx on the scale of the linear predictor, over the few entries of x not 0.
void GlmModel::add_standard_errors(const TermBlock& block, std::span<double> out) const {
  const bool skip = design.missing == linear::Missing::skip;
  std::vector<std::pair<std::size_t, double>> x;
  for (std::size_t i = 0; i < block.rows(); ++i) {
    x.clear();
    bool known = true;
    for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
      const linear::CategoricalTerm& term = design.categoricals[c];
      const std::int32_t level = level_of(term, block.codes(c)[i], skip);
      known = known && level >= 0;
      if (level >= term.first_level) {
        x.emplace_back(static_cast<std::size_t>(term.offset + level - term.first_level), 1.0);
      }
    }
    const auto first = static_cast<std::size_t>(design.categorical_size());
    for (std::size_t j = 0; j < design.numerics.size(); ++j) {
      x.emplace_back(first + j, scaled_value(design.numerics[j], block.number(j, i), skip));
    }
    if (design.intercept) x.emplace_back(beta.size() - 1, 1.0);
    double variance = 0;
    for (const auto& [j, xj] : x) {
      for (const auto& [k, xk] : x) variance += xj * xk * inference->scaled_covariance.get(j, k);
    }
    out[i] = known ? std::sqrt(variance) : kNaN;
  }
}

std::span<const double> GlmModel::predicting(std::size_t set) const {
  const auto size = static_cast<std::size_t>(design.size());
  return std::span(controls ? controls->beta : beta).subspan(set * size, size);
}

void GlmModel::answer(std::span<double> eta, std::span<const std::span<double>> out) const {
  const std::size_t rows = eta.size() / sets();
  if (sets() == 1) {
    const bool binomial = header.category == model::Category::binomial;
    const std::span<double> mean = out[binomial ? 1 : 0].first(rows);
    linear::apply_inverse_link(response, eta);
    std::ranges::copy(eta, mean.begin());
    if (!binomial) return;
    for (std::size_t i = 0; i < rows; ++i) out[0][i] = 1 - mean[i];
    return;
  }
  if (response.family == linear::Family::multinomial) {
    linear::softmax(eta, rows, rows);
    for (std::size_t k = 0; k < sets(); ++k) {
      std::copy_n(eta.begin() + static_cast<std::ptrdiff_t>(k * rows), rows, out[k].begin());
    }
    return;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    double below = 0;
    for (std::size_t k = 0; k + 1 < sets(); ++k) {
      const double here = math::logistic(eta[k * rows + i]);
      out[k][i] = here - below;
      below = here;
    }
    out[sets() - 1][i] = 1 - below;
  }
}

void GlmModel::score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const {
  const TermBlock terms(expansion, design, block);
  std::vector<double> eta(sets() * block.rows);
  for (std::size_t k = 0; k < sets(); ++k) {
    predict_block(terms, predicting(k), std::span(eta).subspan(k * block.rows, block.rows));
  }
  answer(eta, out);
  if (inference) add_standard_errors(terms, out[out.size() - 1]);
}

model::metrics::Deviance GlmModel::deviance() const {
  using model::metrics::DevianceFamily;
  if (response.family == linear::Family::poisson) return {.family = DevianceFamily::poisson};
  if (response.family == linear::Family::gamma) return {.family = DevianceFamily::gamma};
  const double power = response.variance_power;
  if (response.family == linear::Family::tweedie && power > 1 && power < 2) {
    return {.family = DevianceFamily::tweedie, .tweedie_power = power};
  }
  return {};
}

void GlmModel::complete_metrics(mr::Engine& engine, const model::Dataset& data,
                                const model::Scored& scored,
                                model::metrics::Metrics& metrics) const {
  if (sets() > 1 || response.family == linear::Family::fractionalbinomial) {
    // What is counted for all kinds of models is not all that counts here.
    metrics = measure(engine, std::make_shared<GlmModel>(*this), data, nullptr);
    return;
  }
  const auto& columns = scored.predictions.columns;
  const ColumnId mean = columns[columns.size() - extra_outputs().size() - 1].id;
  add_deviances(*this, deviances_of(engine, *this, data, mean), metrics);
}

namespace {

/// Coefficients where they belong.
bool is_sound(const linear::Design& design) {
  linear::Design placed = design;
  placed.place_coefficients();
  for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
    const linear::CategoricalTerm& term = design.categoricals[c];
    const bool fits = term.first_level >= 0 && term.first_level <= 1 &&
                      term.level_count() >= term.first_level && term.fill >= 0 &&
                      term.fill < std::max(1, term.level_count()) &&
                      placed.categoricals[c].offset == term.offset;
    if (!fits) return false;
  }
  return true;
}

bool is_sound(const CoefficientErrors& errors, std::size_t size) {
  return errors.standard_errors.size() == size && errors.z_values.size() == size &&
         errors.p_values.size() == size;
}

bool is_sound(const Inference& inference, const linear::Design& design) {
  const auto size = static_cast<std::size_t>(design.size());
  return is_sound(static_cast<const CoefficientErrors&>(inference), size) &&
         inference.scaled_covariance.size() == size &&
         inference.scaled_covariance.values().size() == size * size;
}

}  // namespace

bool GlmModel::is_sound() const {
  using model::Category;
  const Category category = header.category;
  const bool by_class = category == Category::multinomial || category == Category::ordinal;
  if (!by_class && category != Category::binomial && category != Category::regression) return false;
  const frame::DomainPtr& domain = header.roles.response_domain;
  if (design.response_classes < 1 || (by_class ? !domain || domain->size() != sets() : sets() != 1))
    return false;
  if (!glm::is_sound(design) || !expansion.is_sound(design, header.roles)) return false;
  const std::size_t size = static_cast<std::size_t>(design.size()) * sets();
  const std::size_t all = size + (design.intercept ? 0 : sets());
  const bool submodels = std::ranges::all_of(path.fits, [&](const SubmodelFit& fit) {
    return fit.beta.size() == size &&
           (!fit.errors || (!by_class && glm::is_sound(*fit.errors, size)));
  });
  return submodels && beta.size() == size && coefficients.size() == all &&
         standardized.size() == all && null_shares.size() == (by_class ? sets() : 0) &&
         (!controls || (!by_class && controls->beta.size() == size)) &&
         (inflation_factors.empty() || inflation_factors.size() == design.numerics.size()) &&
         (!inference || (!by_class && glm::is_sound(*inference, design)));
}

std::vector<double> with_intercept(const GlmModel& model, const std::vector<double>& beta) {
  if (model.design.intercept) return beta;
  const auto each = static_cast<std::size_t>(model.design.size());
  std::vector<double> made;
  for (std::size_t j = 0; j < beta.size(); ++j) {
    made.push_back(beta[j]);
    if ((j + 1) % each == 0) made.push_back(0);
  }
  return made;
}

std::vector<double> raw_coefficients(const GlmModel& model, const std::vector<double>& beta) {
  const auto each = static_cast<std::ptrdiff_t>(model.design.size());
  std::vector<double> made;
  for (auto first = beta.begin(); first != beta.end(); first += each) {
    const auto raw = linear::to_raw(model.design, {first, first + each});
    made.insert(made.end(), raw.begin(), raw.end());
  }
  return made;
}

wire::Bytes GlmModel::encode() const { return wire::encode(*this); }

wire::Bytes GlmModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<GlmModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::glm
