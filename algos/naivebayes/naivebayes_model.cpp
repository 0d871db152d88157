#include "algos/naivebayes/naivebayes_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <neve/base/math.hpp>

namespace neve::algos::naivebayes {
namespace {

/// The logarithm of a share, or of what stands in for one that is too small.
double log_share(double share, const Limits& limits) {
  return math::log(share <= limits.eps_prob ? limits.min_prob : share);
}

/// By class: the logarithms of the levels' shares, and of a level's that training did not see.
std::vector<double> logs_of(const Predictor& predictor, const NaiveBayesModel& model) {
  const auto levels = static_cast<std::size_t>(predictor.levels);
  const Limits& limits = model.limits;
  std::vector<double> logs;
  for (std::size_t of = 0; levels > 0 && of < model.priors.size(); ++of) {
    for (std::size_t level = 0; level < levels; ++level) {
      logs.push_back(log_share(predictor.probabilities[of * levels + level], limits));
    }
    const double rows = model.class_weights[of] + limits.laplace * predictor.levels;
    logs.push_back(log_share(rows == 0 ? 0 : limits.laplace / rows, limits));
  }
  return logs;
}

/// Adds to each row's score of a class what a categorical predictor says; `logs` are of the class.
void add_levels(std::span<const double> logs, std::span<const std::int32_t> codes,
                std::span<double> scores) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (codes[i] < 0) continue;
    scores[i] += logs[std::min(static_cast<std::size_t>(codes[i]), logs.size() - 1)];
  }
}

void add_numbers(const Predictor& predictor, std::span<const double> numbers, std::size_t of,
                 const Limits& limits, std::span<double> scores) {
  const double mean = std::isnan(predictor.means[of]) ? 0 : predictor.means[of];
  double deviation = predictor.deviations[of];
  if (std::isnan(deviation)) {
    deviation = 1;
  } else if (deviation <= limits.eps_sdev) {
    deviation = limits.min_sdev;
  }
  const double height = 1 / (deviation * std::sqrt(2 * std::numbers::pi));
  const double log_height = math::log(height);
  const double log_least = math::log(limits.min_prob);
  std::vector<double> exponents(scores.size());
  double lowest = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double distance = numbers[i] - mean;
    exponents[i] = -(distance * distance) / (2 * deviation * deviation);
    lowest = exponents[i] < lowest ? exponents[i] : lowest;
  }
  // Far above what counts as too small, and above what has no exponential.
  constexpr double kLeastExponent = -700;
  const double safe = std::max(kLeastExponent, math::log(limits.eps_prob) + 1);
  if (lowest > kLeastExponent && lowest + log_height > safe) {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i] += std::isnan(numbers[i]) ? 0.0 : exponents[i] + log_height;
    }
    return;
  }
  std::vector<double> densities = exponents;
  math::exp(densities);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(numbers[i])) continue;
    const bool too_small = densities[i] * height <= limits.eps_prob;
    scores[i] += too_small ? log_least : exponents[i] + log_height;
  }
}

/// Logarithms of joint probabilities to probabilities of the classes.
void normalise(std::span<const std::span<double>> out, std::size_t rows) {
  std::vector<double> largest(out[0].begin(), out[0].begin() + static_cast<std::ptrdiff_t>(rows));
  for (const auto& scores : out) {
    for (std::size_t i = 0; i < rows; ++i) largest[i] = std::max(largest[i], scores[i]);
  }
  std::vector<double> sum(rows, 0.0);
  for (const auto& scores : out) {
    for (std::size_t i = 0; i < rows; ++i) scores[i] -= largest[i];
    math::exp(scores.first(rows));
    for (std::size_t i = 0; i < rows; ++i) sum[i] += scores[i];
  }
  for (const auto& scores : out) {
    for (std::size_t i = 0; i < rows; ++i) scores[i] /= sum[i];
  }
}

}  // namespace

void NaiveBayesModel::score(const model::ScoreBlock& block,
                            std::span<const std::span<double>> out) const {
  std::call_once(logs_->once, [this] {
    for (const Predictor& predictor : predictors) {
      logs_->shares.push_back(logs_of(predictor, *this));
    }
  });
  for (std::size_t k = 0; k < priors.size(); ++k) {
    const std::span<double> scores = out[k].first(block.rows);
    std::ranges::fill(scores, math::log(priors[k]));
    if (priors[k] == 0) continue;
    for (std::size_t c = 0; c < predictors.size(); ++c) {
      if (predictors[c].levels > 0) {
        const auto width = static_cast<std::size_t>(predictors[c].levels) + 1;
        const std::span<const double> all = logs_->shares[c];
        add_levels(all.subspan(k * width, width), block.codes[c], scores);
      } else {
        add_numbers(predictors[c], block.numbers[c], k, limits, scores);
      }
    }
  }
  normalise(out.first(priors.size()), block.rows);
}

bool NaiveBayesModel::is_sound() const {
  const model::ColumnRoles& roles = header.roles;
  const auto classes = static_cast<std::size_t>(roles.classes());
  if (!model::is_classifier(header.category) || predictors.size() != roles.predictors.size() ||
      class_weights.size() != classes || priors.size() != classes || classes < 2) {
    return false;
  }
  for (std::size_t c = 0; c < predictors.size(); ++c) {
    const Predictor& predictor = predictors[c];
    const auto levels = static_cast<std::size_t>(level_count(roles.domains[c]));
    const std::size_t numbers = roles.domains[c] ? 0 : classes;
    if (static_cast<std::size_t>(predictor.levels) != levels ||
        predictor.probabilities.size() != classes * levels || predictor.means.size() != numbers ||
        predictor.deviations.size() != numbers) {
      return false;
    }
  }
  return true;
}

wire::Bytes NaiveBayesModel::encode() const { return wire::encode(*this); }

wire::Bytes NaiveBayesModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<NaiveBayesModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::naivebayes
