#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/job/token.hpp>
#include <neve/model/common_parameters.hpp>
#include <neve/model/metrics/binomial.hpp>
#include <neve/model/metrics/metrics_header.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model::metrics {

/// Metrics of a classifier of any number of classes. The predicted class is the first one of the
/// largest probability.
struct Multinomial : MetricsHeader {
  double r2 = kNotComputed;
  std::optional<schema::Table> hit_ratio_table;
  std::optional<ConfusionMatrix> cm;
  double logloss = kNotComputed;
  double loglikelihood = kNotComputed;
  double AIC = kNotComputed;
  double mean_per_class_error = kNotComputed;
  double AUC = kNotComputed;
  double pr_auc = kNotComputed;
  std::optional<schema::Table> multinomial_auc_table;
  std::optional<schema::Table> multinomial_aucpr_table;

  // Not part of the JSON form.
  double classification_error = kNotComputed;

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    MetricsHeader::fields(archive);
    archive(r2, hit_ratio_table, cm, logloss, loglikelihood, AIC, mean_per_class_error, AUC, pr_auc,
            multinomial_auc_table, multinomial_aucpr_table, classification_error);
  }
};

/// With what a GLM knows beside; its four values are the algorithm's to fill.
struct MultinomialGlm : Multinomial {
  double residual_deviance = kNotComputed;
  double null_deviance = kNotComputed;
  std::int64_t null_degrees_of_freedom = 0;
  std::int64_t residual_degrees_of_freedom = 0;

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    Multinomial::fields(archive);
    archive(residual_deviance, null_deviance, null_degrees_of_freedom, residual_degrees_of_freedom);
  }
};

/// The same of an ordinal model, which has no areas under curves.
struct OrdinalGlm : MultinomialGlm {
  static const schema::Schema& schema();
};

/// Classes up to which there is a confusion matrix, as in H2O-3.
inline constexpr std::size_t kMostConfusionClasses = 1000;

/// Classes up to which AUCs of pairs of classes are computed, as in H2O-3.
inline constexpr std::size_t kMostAucClasses = 50;

/// Whether this type asks for AUCs of so many classes.
constexpr bool wants_auc(AucType type, std::size_t classes) {
  return type != AucType::automatic && type != AucType::none && classes <= kMostAucClasses;
}

/// What a pass over rows gathers for Multinomial; a Partial, or a member of one, of an ordered
/// reduction. Sizes itself at the first rows.
struct MultinomialPartial {
  std::int64_t rows = 0;
  double weight = 0;
  double squared_error = 0;
  double log_error = 0;
  std::vector<double> actual;  ///< weight of each class
  std::vector<double> right;   ///< weight of each class's rows with the right label
  std::vector<double> hits;    ///< weight of rows whose class is the k-th best guess
  std::vector<double>
      confusion;  ///< weight by actual · classes + predicted; empty for many classes

  bool keeps_scores =
      false;  ///< set before the first rows, for finish_aucs(): 8 bytes per row and class
  std::vector<ClassScores> scores;  ///< by actual · classes + class: probabilities of that class

  /// Adds rows: probabilities[k] is the column of class k, `codes` the class as a number; `weights`
  /// is empty where all are 1. Rows with NaN in any, a class that is not there or weight 0 do not
  /// count.
  void add_rows(std::span<const std::span<const double>> probabilities,
                std::span<const double> codes, std::span<const double> weights);
  void merge(const MultinomialPartial& other);
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, weight, squared_error, log_error, actual, right, hits, confusion, keeps_scores,
            scores);
  }

 private:
  void add_row(std::span<const double> row, std::size_t code, double row_weight);
};

Multinomial finish_multinomial(const MultinomialPartial& partial,
                               const std::vector<std::string>& domain);

/// Adds the AUCs of each class against the rest and of each pair of classes (Hand and Till 2001),
/// their means, and the one that `type` names. Does nothing unless wants_auc(); the partial keeps
/// scores.
void finish_aucs(Pool& pool, const MultinomialPartial& partial,
                 const std::vector<std::string>& domain, AucType type, Multinomial& out);

/// Columns to compare, of one layout.
struct MultinomialInputs {
  frame::LayoutPtr layout;
  std::vector<ColumnId> probabilities;  ///< in the order of the domain
  ColumnId actual;                      ///< codes of the domain, also as numbers
  std::optional<ColumnId> weights;
  std::vector<std::string> domain;
  AucType auc_type = AucType::automatic;
};

Multinomial compute_multinomial(mr::Engine& engine, const MultinomialInputs& inputs,
                                const job::TokenPtr& token = nullptr);

}  // namespace neve::model::metrics
