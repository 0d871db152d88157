#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

namespace neve::algos::naivebayes {

/// What stands in for figures that too few rows gave.
struct Limits {
  double laplace = 0;
  double min_sdev = 0.001;
  double eps_sdev = 0;
  double min_prob = 0.001;
  double eps_prob = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(laplace, min_sdev, eps_sdev, min_prob, eps_prob);
  }
};

/// Levels of a predictor with that domain: 0 for a number, 1 at least for a category.
inline std::int32_t level_count(const frame::DomainPtr& domain) {
  return domain ? std::max(1, static_cast<std::int32_t>(domain->size())) : 0;
}

/// A predictor within each class.
struct Predictor {
  std::int32_t levels = 0;            ///< 0 for a number
  std::vector<double> probabilities;  ///< by class and level
  std::vector<double> means;          ///< of numbers, by class; NaN without rows
  std::vector<double> deviations;     ///< NaN with fewer than two
  template <class Archive>
  void fields(Archive& archive) {
    archive(levels, probabilities, means, deviations);
  }
};

/// A trained naive Bayes model.
class NaiveBayesModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "naivebayes.score";

  Limits limits;
  std::vector<double> class_weights;  ///< of the rows that counted
  std::vector<double> priors;
  std::vector<Predictor> predictors;  ///< as in the roles
  std::int32_t gainslift_groups = -1;

  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] std::int32_t gainslift_bins() const override { return gainslift_groups; }
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header);
    learnt(archive);
  }

 private:
  template <class Archive>
  void learnt(Archive& archive) {
    archive(limits, class_weights, priors, predictors, gainslift_groups);
  }
  /// Logarithms of shares by predictor, class and level, unseen ones last; made at first use.
  struct Logs {
    std::once_flag once;
    std::vector<std::vector<double>> shares;
  };
  std::shared_ptr<Logs> logs_ = std::make_shared<Logs>();
};

}  // namespace neve::algos::naivebayes
