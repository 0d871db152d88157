#include <neve/model/metrics/binomial.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>

#include "model/metrics/binomial_task.hpp"
#include "model/metrics/column_blocks.hpp"
#include "model/metrics/confusion_table.hpp"
#include "model/metrics/curve_area.hpp"
#include "model/metrics/gains_lift.hpp"
#include "model/metrics/schema_parts.hpp"
#include "model/metrics/threshold_tables.hpp"

namespace neve::model::metrics {
namespace {

constexpr std::size_t kBlock = kBlockRows;
constexpr double kSmallestProbability = 1e-15;  // bounds the logarithmic loss, as in H2O-3

bool is_class(double actual) { return actual == 0 || actual == 1; }

/// Adds a block's probabilities of the actual class, each clear of weights that are 1.
void add_errors(std::span<double> actual_probability, std::span<const double> weights,
                BinomialPartial& sums) {
  const auto weight = [&weights](std::size_t i) { return weights.empty() ? 1 : weights[i]; };
  double squares = 0;
  for (std::size_t i = 0; i < actual_probability.size(); ++i) {
    const double error = 1 - actual_probability[i];
    squares += weight(i) * error * error;
    actual_probability[i] = std::max(kSmallestProbability, actual_probability[i]);
  }
  math::log(actual_probability);
  double logs = 0;
  for (std::size_t i = 0; i < actual_probability.size(); ++i)
    logs += weight(i) * actual_probability[i];
  sums.squared_error += squares;
  sums.log_error -= logs;
}

/// Unweighted rows of one block, sorted into the classes without a branch per row.
void add_block(std::span<const double> p1, std::span<const double> actual, BinomialPartial& sums) {
  std::array<double, kBlock> negatives;
  std::array<double, kBlock> positives;
  std::array<double, kBlock> of_actual;
  std::size_t negative = 0;
  std::size_t positive = 0;
  for (std::size_t i = 0; i < p1.size(); ++i) {
    const bool counts = is_class(actual[i]) && !std::isnan(p1[i]);
    const bool event = actual[i] == 1;
    of_actual[negative + positive] = event ? p1[i] : 1 - p1[i];
    negatives[negative] = p1[i];
    positives[positive] = p1[i];
    negative += static_cast<std::size_t>(counts && !event);
    positive += static_cast<std::size_t>(counts && event);
  }
  sums.negatives.add(std::span(negatives).first(negative));
  sums.positives.add(std::span(positives).first(positive));
  sums.weight += static_cast<double>(negative + positive);
  sums.positive_weight += static_cast<double>(positive);
  add_errors(std::span(of_actual).first(negative + positive), {}, sums);
}

void add_weighted_block(std::span<const double> p1, std::span<const double> actual,
                        std::span<const double> weights, BinomialPartial& sums) {
  std::array<double, kBlock> of_actual;
  std::array<double, kBlock> kept_weights;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < p1.size(); ++i) {
    if (!is_class(actual[i]) || std::isnan(p1[i]) || !(weights[i] > 0)) continue;
    const bool event = actual[i] == 1;
    (event ? sums.positives : sums.negatives).add(p1[i], weights[i]);
    sums.weight += weights[i];
    sums.positive_weight += event ? weights[i] : 0;
    kept_weights[kept] = weights[i];
    of_actual[kept++] = event ? p1[i] : 1 - p1[i];
  }
  add_errors(std::span(of_actual).first(kept), std::span(kept_weights).first(kept), sums);
}

void set_means(const BinomialPartial& sums, Binomial& out) {
  out.nobs = sums.rows();
  if (sums.weight == 0) return;
  out.MSE = sums.squared_error / sums.weight;
  out.RMSE = std::sqrt(out.MSE);
  out.logloss = sums.log_error / sums.weight;
  const double share = sums.positive_weight / sums.weight;
  out.r2 = 1 - out.MSE / (share * (1 - share));
}

void set_labels(const ScoreCurve& curve, std::size_t point, const std::vector<std::string>& domain,
                Binomial& out) {
  const Outcome at = outcome_at(curve, point);
  const std::array weights = {at.tn, at.fp, at.fn, at.tp};
  out.default_threshold = curve.score(point);
  out.cm = ConfusionMatrix{confusion_table(weights, domain)};
  out.mean_per_class_error = mean_per_class_error(weights, 2);
  out.classification_error = (at.fp + at.fn) / (curve.positives() + curve.negatives());
}

}  // namespace

ScoreRun& ClassScores::own_run() {
  // A run that another copy sees too is left as it is.
  if (runs_.empty() || runs_.back().use_count() != 1) runs_.push_back(std::make_shared<ScoreRun>());
  return *runs_.back();
}

void ClassScores::add(double score, double weight) {
  ScoreRun& run = own_run();
  if (run.weights.empty() && weight != 1) run.weights.assign(run.scores.size(), 1);
  if (!run.weights.empty() || weight != 1) run.weights.push_back(weight);
  run.scores.push_back(score);
}

void ClassScores::add(std::span<const double> scores) {
  if (scores.empty()) return;
  ScoreRun& run = own_run();
  run.scores.insert(run.scores.end(), scores.begin(), scores.end());
  if (!run.weights.empty()) run.weights.resize(run.scores.size(), 1);
}

void ClassScores::append(const ClassScores& right) {
  runs_.insert(runs_.end(), right.runs_.begin(), right.runs_.end());
}

std::size_t ClassScores::size() const {
  std::size_t rows = 0;
  for (const auto& run : runs_) rows += run->scores.size();
  return rows;
}

void BinomialPartial::add_rows(std::span<const double> p1, std::span<const double> actual,
                               std::span<const double> weights) {
  for (std::size_t begin = 0; begin < p1.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, p1.size() - begin);
    if (weights.empty()) {
      add_block(p1.subspan(begin, count), actual.subspan(begin, count), *this);
    } else {
      add_weighted_block(p1.subspan(begin, count), actual.subspan(begin, count),
                         weights.subspan(begin, count), *this);
    }
  }
}

void BinomialPartial::merge(const BinomialPartial& right) {
  negatives.append(right.negatives);
  positives.append(right.positives);
  weight += right.weight;
  positive_weight += right.positive_weight;
  squared_error += right.squared_error;
  log_error += right.log_error;
}

std::int64_t binomial_bytes(std::int64_t rows, bool weighted) {
  // A row's score and weight, then as much sorted; of the weighted curve the sums beside that.
  return rows * (weighted ? 16 + 16 + 24 : 8 + 16);
}

Binomial finish_binomial(Pool& pool, BinomialPartial partial, const BinomialOptions& options) {
  NEVE_CHECK(options.domain.size() == 2, "binomial metrics of two classes");
  Binomial out;
  out.model_category = Category::binomial;
  out.domain = options.domain;
  set_means(partial, out);
  if (partial.rows() == 0) return out;
  const ScoreCurve curve(pool, std::move(partial));
  const CurveAreas areas = areas_of(pool, curve);
  out.AUC = areas.roc;
  out.pr_auc = areas.precision_recall;
  out.Gini = 2 * out.AUC - 1;
  const BestPoints best = best_points(pool, curve);
  if (const auto point = best[static_cast<std::size_t>(Criterion::f1)]) {
    set_labels(curve, *point, options.domain, out);
  }
  ThresholdTables tables = threshold_tables(curve, best);
  out.thresholds_and_metric_scores = std::move(tables.scores);
  out.max_criteria_and_metric_scores = std::move(tables.maxima);
  if (auto gains = gains_lift(pool, curve, options.gainslift_bins)) {
    out.gains_lift_table = std::move(gains->table);
    out.lift_top_group = gains->top_lift;
  }
  return out;
}

void BinomialTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  for_blocks(group, [&partial](std::span<const std::span<const double>> columns) {
    partial.add_rows(columns[0], columns[1], optional_column(columns, 2));
  });
}

Binomial compute_binomial(mr::Engine& engine, const BinomialInputs& inputs,
                          const job::TokenPtr& token) {
  const Reservation memory = engine.budget().reserve(
      binomial_bytes(inputs.layout->rows(), inputs.weights.has_value()), "binomial metrics");
  const auto run_inputs = inputs_with(inputs.layout, {inputs.p1, inputs.actual}, inputs.weights);
  mr::RunOptions run_options;
  run_options.token = token;
  auto partial = engine.run<BinomialTask>(run_inputs, {}, run_options);
  return finish_binomial(engine.pool(), std::move(partial), inputs.options);
}

const schema::Schema& Binomial::schema() {
  using B = Binomial;
  static const schema::Schema kSchema =
      family_schema<B>("ModelMetricsBinomialV3", "ModelMetricsBinomial", "ModelMetricsBaseV3")
          .field<&B::r2>("Share of the response's variance that the probabilities explain.")
          .field<&B::logloss>("Mean negative logarithm of the actual class's probability.")
          .field<&B::loglikelihood>("Log-likelihood, where the algorithm has one.")
          .field<&B::AIC>("Akaike's information criterion, where the algorithm has one.")
          .field<&B::AUC>("Area under the ROC curve, over all distinct scores.")
          .field<&B::pr_auc>("Area under the precision-recall curve, over all distinct scores.")
          .field<&B::Gini>("Gini coefficient: 2 AUC - 1.")
          .field<&B::mean_per_class_error>("Mean over both classes of the share of wrong labels.")
          .field<&B::domain>("Labels of the two classes.")
          .field<&B::cm>("Confusion matrix at the threshold of the largest F1.")
          .as_type("ConfusionMatrix", "ConfusionMatrixV3")
          .field<&B::thresholds_and_metric_scores>("Counts and criteria at up to 400 thresholds.")
          .field<&B::max_criteria_and_metric_scores>(
              "The largest value of each criterion and its threshold.")
          .field<&B::gains_lift_table>("Response rates of groups of rows by falling score.");
  return kSchema;
}

const schema::Schema& BinomialGlm::schema() {
  using B = Binomial;
  static const schema::Schema kSchema = with_deviances(
      family_schema<BinomialGlm>("ModelMetricsBinomialGLMV3", "ModelMetricsBinomialGLM",
                                 "ModelMetricsBinomialV3")
          .inherit<&B::r2, &B::logloss, &B::loglikelihood, &B::AIC, &B::AUC, &B::pr_auc, &B::Gini,
                   &B::mean_per_class_error, &B::domain, &B::cm, &B::thresholds_and_metric_scores,
                   &B::max_criteria_and_metric_scores, &B::gains_lift_table>(B::schema()));
  return kSchema;
}

}  // namespace neve::model::metrics
