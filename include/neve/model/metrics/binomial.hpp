#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/pool.hpp>
#include <neve/job/token.hpp>
#include <neve/model/metrics/metrics_header.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model::metrics {

/// Metrics of a classifier of two classes. AUC, PR-AUC and the maxima of the criteria are exact:
/// over all distinct scores. The table of thresholds has at most 400 rows, among them every row
/// that the table of maxima names; its counts are those of `score >= threshold` and exact too.
struct Binomial : MetricsHeader {
  double r2 = kNotComputed;
  double logloss = kNotComputed;
  double loglikelihood = kNotComputed;
  double AIC = kNotComputed;
  double AUC = kNotComputed;  ///< 1 without negatives, 0 without positives, as H2O-3 has it
  double pr_auc = kNotComputed;
  double Gini = kNotComputed;
  double mean_per_class_error = kNotComputed;
  std::optional<std::vector<std::string>> domain;
  std::optional<ConfusionMatrix> cm;  ///< at default_threshold
  std::optional<schema::Table> thresholds_and_metric_scores;
  std::optional<schema::Table> max_criteria_and_metric_scores;
  std::optional<schema::Table> gains_lift_table;

  // Not part of the JSON form.
  double default_threshold = 0.5;              ///< the largest one with the largest F1
  double classification_error = kNotComputed;  ///< share of wrong labels at default_threshold
  double lift_top_group = kNotComputed;        ///< of the first group of the gains/lift table

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    MetricsHeader::fields(archive);
    archive(r2, logloss, loglikelihood, AIC, AUC, pr_auc, Gini, mean_per_class_error, domain, cm,
            thresholds_and_metric_scores, max_criteria_and_metric_scores, gains_lift_table,
            default_threshold, classification_error, lift_top_group);
  }
};

/// With what a GLM knows beside; its four values are the algorithm's to fill.
struct BinomialGlm : Binomial {
  double residual_deviance = kNotComputed;
  double null_deviance = kNotComputed;
  std::int64_t null_degrees_of_freedom = 0;
  std::int64_t residual_degrees_of_freedom = 0;

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    Binomial::fields(archive);
    archive(residual_deviance, null_deviance, null_degrees_of_freedom, residual_degrees_of_freedom);
  }
};

/// Scores of rows of one class, in row order.
struct ScoreRun {
  std::vector<double> scores;
  std::vector<double> weights;  ///< empty while every weight is 1
  template <class Archive>
  void fields(Archive& archive) {
    archive(scores, weights);
  }
};

/// Scores of all rows of one class, in row order; runs are shared by copies and never copied.
class ClassScores {
 public:
  void add(double score, double weight);
  void add(std::span<const double> scores);  ///< of weight 1
  void append(const ClassScores& right);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const std::vector<std::shared_ptr<ScoreRun>>& runs() const { return runs_; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(runs_);
  }

 private:
  ScoreRun& own_run();
  std::vector<std::shared_ptr<ScoreRun>> runs_;
};

/// What a pass over rows gathers for Binomial, for tasks that score while they train: a Partial, or
/// a member of one, of an ordered reduction. Holds 8 bytes a row, 16 where weights differ from 1.
struct BinomialPartial {
  ClassScores negatives;
  ClassScores positives;
  double weight = 0;
  double positive_weight = 0;
  double squared_error = 0;
  double log_error = 0;

  /// Adds rows: `p1` the probability of the second class, `actual` the class (0 or 1); `weights` is
  /// empty where all are 1. Rows with NaN in any, another class or weight 0 do not count. The spans
  /// are of equal size.
  void add_rows(std::span<const double> p1, std::span<const double> actual,
                std::span<const double> weights);
  void merge(const BinomialPartial& right);
  [[nodiscard]] std::int64_t rows() const {
    return static_cast<std::int64_t>(negatives.size() + positives.size());
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(negatives, positives, weight, positive_weight, squared_error, log_error);
  }
};

struct BinomialOptions {
  std::vector<std::string> domain;  ///< two labels
  std::int32_t gainslift_bins =
      -1;  ///< groups of the gains/lift table; -1: 16 as H2O-3, 0: no table
};

/// Orders the scores and computes all metrics; the pool's threads share the work, and the result
/// does not depend on their number. A partial that is moved here is freed early.
Binomial finish_binomial(Pool& pool, BinomialPartial partial, const BinomialOptions& options);
/// Bytes that gathering a BinomialPartial of so many rows and finishing it take at most, where it
/// is moved.
std::int64_t binomial_bytes(std::int64_t rows, bool weighted);

/// Columns to compare, of one layout.
struct BinomialInputs {
  frame::LayoutPtr layout;
  ColumnId p1;      ///< probability of the second class
  ColumnId actual;  ///< 0 or 1, as numbers or codes
  std::optional<ColumnId> weights;
  BinomialOptions options;
};

Binomial compute_binomial(mr::Engine& engine, const BinomialInputs& inputs,
                          const job::TokenPtr& token = nullptr);

}  // namespace neve::model::metrics
