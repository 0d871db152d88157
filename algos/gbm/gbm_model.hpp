#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/trees/calibration.hpp"
#include "algos/families/trees/late.hpp"
#include "algos/families/trees/row_answers.hpp"
#include "algos/gbm/iteration_scores.hpp"
#include "algos/gbm/sample_answers.hpp"

namespace neve::algos::gbm {

/// A trained gradient boosting machine: the first score and the trees whose values add up to it.
class GbmModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "gbm.score";

  Distribution distribution;
  double first_score = 0;
  std::vector<Iteration> iterations;
  std::int32_t gainslift_groups = -1;
  std::vector<double> class_weights;  ///< of the training rows, where classes were balanced
  trees::Calibration calibration;
  Samplings samplings;  ///< not learnt, and told: which rows the trees grew on

  /// Calibrated probabilities, where there are any.
  [[nodiscard]] std::vector<std::string> extra_outputs() const override;
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] std::unique_ptr<const model::RowExplainer> explainer(
      model::RowQuestion question) const override;
  [[nodiscard]] std::optional<model::TreeView> tree(std::int32_t number,
                                                    const std::string& tree_class) const override;
  /// Turns scores, as scores_to_outputs() takes them, into uncalibrated predictions.
  void finish_scores(std::span<const std::span<double>> values) const;
  [[nodiscard]] model::metrics::Deviance deviance() const override;
  /// The deviance of huber, which needs a quantile of the errors.
  void complete_metrics(mr::Engine& engine, const model::Dataset& data, const model::Scored& scored,
                        model::metrics::Metrics& metrics) const override;
  [[nodiscard]] std::int32_t gainslift_bins() const override { return gainslift_groups; }
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header);
    learnt(archive);
    archive(samplings);
  }

 private:
  template <class Archive>
  void learnt(Archive& archive) {
    archive(distribution, first_score, iterations, gainslift_groups, class_weights, calibration);
  }
  trees::Late<trees::BlockScorer> scorer_;
  /// The trees as they are asked: every row group asks.
  trees::Late<std::shared_ptr<const trees::TreeGrid>> asked_;
};

/// The deviance of a distribution, for metrics.
model::metrics::Deviance deviance_of(const Distribution& distribution);

}  // namespace neve::algos::gbm
