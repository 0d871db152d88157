#include "algos/families/linear/classes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <neve/base/math.hpp>

#include "algos/families/linear/block_reader.hpp"
#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

constexpr std::size_t kRows = BlockReader::kRows;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kSmallestShare = 1e-300;

std::size_t classes_of(const Point& point) {
  return static_cast<std::size_t>(point.design.response_classes);
}

void start(const mr::RowGroup& group, std::size_t values_each, const Point& point,
           FisherWeights& scratch) {
  scratch.values.resize(static_cast<std::size_t>(group.rows) * values_each);
  scratch.version = point.version;
}

/// What one block adds to the sums, from its probabilities.
void add_multinomial(const BlockReader& reader, const std::vector<double>& p,
                     std::vector<GradientSum>& gradients, LikelihoodTask::Partial& partial) {
  const auto prior = reader.weights();
  const auto y = reader.response();
  std::array<double, kRows> score;
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const double* share = p.data() + k * kRows;
    for (std::size_t i = 0; i < prior.size(); ++i) {
      const double hit = y[i] == static_cast<double>(k) ? 1 : 0;
      score[i] = prior[i] * (hit - share[i]);
      partial.largest_weight =
          std::max(partial.largest_weight, prior[i] * (share[i] * (1 - share[i])));
    }
    gradients[k].add(reader, {score.data(), prior.size()});
  }
}

void map_multinomial(const mr::RowGroup& group, const Point& point, FisherWeights& scratch,
                     LikelihoodTask::Partial& partial) {
  const std::size_t classes = classes_of(point);
  const auto size = static_cast<std::ptrdiff_t>(point.design.size());
  start(group, classes, point, scratch);
  std::vector<Predictor> predictors;
  for (std::size_t k = 0; k < classes; ++k) {
    const auto first = point.beta.begin() + static_cast<std::ptrdiff_t>(k) * size;
    predictors.emplace_back(point.design, std::vector<double>(first, first + size));
  }
  std::vector<double> p(classes * kRows);
  std::array<double, kRows> deviance;
  std::vector<GradientSum> gradients(classes, GradientSum(point.design));
  BlockReader reader = read_blocks(group, point, scratch);
  while (reader.next()) {
    const std::size_t rows = reader.rows();
    const auto prior = reader.weights();
    for (std::size_t k = 0; k < classes; ++k) {
      const std::span eta(p.data() + k * kRows, rows);
      predictors[k].predict(reader, eta);
      for (std::size_t i = 0; i < rows; ++i) {
        if (prior[i] == 0) eta[i] = 0;
        partial.largest_eta = std::max(partial.largest_eta, std::fabs(eta[i]));
      }
    }
    softmax(p, kRows, rows);
    for (std::size_t i = 0; i < rows; ++i) {
      deviance[i] = p[static_cast<std::size_t>(reader.response()[i]) * kRows + i];
    }
    math::log(std::span(deviance).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      deviance[i] = prior[i] == 0 ? 0 : -2 * prior[i] * deviance[i];
    }
    partial.deviance += sum({deviance.data(), rows});
    add_multinomial(reader, p, gradients, partial);
    for (std::size_t k = 0; k < classes; ++k) {
      std::copy_n(
          p.data() + k * kRows, rows,
          scratch.values.begin() + static_cast<std::ptrdiff_t>(k) * group.rows + reader.begin());
    }
  }
  for (std::size_t k = 0; k < classes; ++k) {
    const auto of_class = static_cast<std::size_t>(size);
    gradients[k].add_to(std::span(partial.gradient).subspan(k * of_class, of_class));
  }
}

/// The slopes' part of an ordinal model.
Predictor slopes_of(const Point& point) {
  const auto first = point.beta.begin();
  return {point.design, std::vector<double>(first, first + point.design.slopes())};
}

Thresholds thresholds_of(const Point& point) {
  return Thresholds(std::span(point.beta).subspan(static_cast<std::size_t>(point.design.slopes())));
}

/// The weight of a row of weight 1: how much is known of eta.
double information(const Thresholds& at) {
  double total = 0;
  for (std::size_t k = 0; k < at.shares().size(); ++k) {
    const double by = at.rise(k) - at.rise_before(k);
    total += by * by / std::max(at.shares()[k], kSmallestShare);
  }
  return total;
}

void map_ordinal(const mr::RowGroup& group, const Point& point, FisherWeights& scratch,
                 LikelihoodTask::Partial& partial) {
  start(group, 1, point, scratch);
  const auto slopes = static_cast<std::size_t>(point.design.slopes());
  const auto gradient = std::span(partial.gradient);
  const Predictor predictor = slopes_of(point);
  Thresholds at = thresholds_of(point);
  std::array<double, kRows> eta;
  std::array<double, kRows> score;
  GradientSum sum_of_slopes(point.design);
  BlockReader reader = read_blocks(group, point, scratch);
  while (reader.next()) {
    const std::size_t rows = reader.rows();
    const auto prior = reader.weights();
    predictor.predict(reader, {eta.data(), rows});
    for (std::size_t i = 0; i < rows; ++i) {
      double& weight = scratch.values[static_cast<std::size_t>(reader.begin()) + i];
      weight = score[i] = 0;
      if (prior[i] == 0) continue;
      at.look(eta[i]);
      const auto y = static_cast<std::size_t>(reader.response()[i]);
      const double share = at.shares()[y];
      if (!(share > kSmallestShare)) {
        partial.deviance = kInfinity;
        continue;
      }
      partial.deviance -= 2 * prior[i] * math::log(share);
      weight = prior[i] * information(at);
      score[i] = prior[i] * ((at.rise(y) - at.rise_before(y)) / share);
      if (y + 1 < at.shares().size()) gradient[slopes + y] += prior[i] * (at.rise(y) / share);
      if (y > 0) gradient[slopes + y - 1] -= prior[i] * (at.rise_before(y) / share);
      partial.largest_weight = std::max(partial.largest_weight, weight);
      partial.largest_eta = std::max(partial.largest_eta, std::fabs(eta[i]));
    }
    sum_of_slopes.add(reader, {score.data(), rows});
  }
  sum_of_slopes.add_to(gradient.first(slopes));
}

}  // namespace

void softmax(std::span<double> values, std::size_t stride, std::size_t rows) {
  const std::size_t classes = values.size() / stride;
  std::array<double, kRows> total;
  std::array<double, kRows> most;
  std::copy_n(values.begin(), rows, most.begin());
  for (std::size_t k = 1; k < classes; ++k) {
    for (std::size_t i = 0; i < rows; ++i) most[i] = std::max(most[i], values[k * stride + i]);
  }
  total.fill(0);
  for (std::size_t k = 0; k < classes; ++k) {
    const auto row = values.subspan(k * stride, rows);
    for (std::size_t i = 0; i < rows; ++i) row[i] -= most[i];
    math::exp(row);
    for (std::size_t i = 0; i < rows; ++i) total[i] += row[i];
  }
  for (std::size_t k = 0; k < classes; ++k) {
    for (std::size_t i = 0; i < rows; ++i) values[k * stride + i] /= total[i];
  }
}

void Thresholds::look(double eta) {
  double before = -kInfinity;
  for (std::size_t k = 0; k < shares_.size(); ++k) {
    const double here = k < values_.size() ? values_[k] + eta : kInfinity;
    // From the side that is closer to 0, where less is lost.
    shares_[k] = before > 0 ? math::logistic(-before) - math::logistic(-here)
                            : math::logistic(here) - math::logistic(before);
    if (k < values_.size()) rises_[k] = math::logistic(here) * math::logistic(-here);
    before = here;
  }
}

void map_classes(const mr::RowGroup& group, const Point& point, FisherWeights& scratch,
                 LikelihoodTask::Partial& partial) {
  if (point.response.family == Family::ordinal) {
    map_ordinal(group, point, scratch, partial);
  } else {
    map_multinomial(group, point, scratch, partial);
  }
}

ThresholdGramTask::Partial ThresholdGramTask::zero(const State& point) {
  const std::size_t thresholds = classes_of(point) - 1;
  Partial partial;
  partial.slopes.assign(thresholds * static_cast<std::size_t>(point.design.slopes()), 0.0);
  partial.diagonal.assign(thresholds, 0.0);
  partial.next.assign(thresholds - 1, 0.0);
  return partial;
}

std::int64_t ThresholdGramTask::partial_bytes(const State& point) {
  const auto thresholds = static_cast<std::int64_t>(classes_of(point)) - 1;
  return thresholds * (point.design.slopes() + 2) * static_cast<std::int64_t>(sizeof(double));
}

void ThresholdGramTask::map(const mr::RowGroup& group, const State& point, Partial& partial) {
  const std::size_t thresholds = partial.diagonal.size();
  const auto slopes = static_cast<std::size_t>(point.design.slopes());
  const Predictor predictor = slopes_of(point);
  Thresholds at = thresholds_of(point);
  std::array<double, kRows> eta;
  std::vector<double> with_eta(thresholds * kRows);
  std::vector<GradientSum> sums(thresholds, GradientSum(point.design));
  BlockReader reader(point.design, group, BlockReader::Zeros::left_out);
  while (reader.next()) {
    const std::size_t rows = reader.rows();
    const auto prior = reader.weights();
    predictor.predict(reader, {eta.data(), rows});
    for (std::size_t i = 0; i < rows; ++i) {
      at.look(eta[i]);
      const auto inverse = [&](std::size_t k) {
        return 1 / std::max(at.shares()[k], kSmallestShare);
      };
      for (std::size_t k = 0; k < thresholds; ++k) {
        const double rise = prior[i] * at.rise(k);
        const double below = (at.rise(k) - at.rise_before(k)) * inverse(k);
        const double above = (at.rise(k + 1) - at.rise(k)) * inverse(k + 1);
        with_eta[k * kRows + i] = rise * (below - above);
        partial.diagonal[k] += rise * at.rise(k) * (inverse(k) + inverse(k + 1));
        if (k + 1 < thresholds) partial.next[k] -= rise * at.rise(k + 1) * inverse(k + 1);
      }
    }
    for (std::size_t k = 0; k < thresholds; ++k) {
      sums[k].add(reader, {with_eta.data() + k * kRows, rows});
    }
  }
  for (std::size_t k = 0; k < thresholds; ++k) {
    sums[k].add_to(std::span(partial.slopes).subspan(k * slopes, slopes));
  }
}

void ThresholdGramTask::merge(Partial& left, const Partial& right) {
  for (auto part : {&Partial::slopes, &Partial::diagonal, &Partial::next}) {
    for (std::size_t i = 0; i < (left.*part).size(); ++i) (left.*part)[i] += (right.*part)[i];
  }
}

}  // namespace neve::algos::linear
