#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/trees/block_scorer.hpp"
#include "algos/families/trees/late.hpp"
#include "algos/families/trees/row_answers.hpp"
#include "algos/isolationforest/grow.hpp"

namespace neve::algos::isolationforest {

/// A trained isolation forest: trees whose values are path lengths. A row's score is 1 where its
/// paths together are as short as any training row's, and 0 where they are as long.
class IsolationForestModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "isolationforest.score";

  trees::TreeGrid iterations;        ///< of one tree each
  std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
  std::int64_t least_path = 0;       ///< of a training row in all trees
  std::int64_t largest_path = 0;
  std::vector<ColumnSplits> splits;  ///< per predictor

  /// Whether a threshold tells anomalies from the rest.
  [[nodiscard]] bool flags_anomalies() const { return header.default_threshold >= 0; }
  /// The score of paths of that length together.
  [[nodiscard]] double normalised(double path) const;
  /// "predict", or "score" where predictions are flags; and the mean path length.
  [[nodiscard]] std::vector<std::string> output_names() const override;
  [[nodiscard]] std::vector<std::string> extra_outputs() const override { return {"mean_length"}; }
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] std::unique_ptr<const model::RowExplainer> explainer(
      model::RowQuestion question) const override;
  [[nodiscard]] std::optional<model::TreeView> tree(std::int32_t number,
                                                    const std::string& tree_class) const override;
  /// Means of the scores; where the data has the response, how well scores tell its two classes.
  [[nodiscard]] model::metrics::Metrics measure_rows(mr::Engine& engine, const model::Dataset& data,
                                                     const job::TokenPtr& token) const override;
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
    archive(iterations, levels, least_path, largest_path, splits);
  }
  trees::Late<trees::BlockScorer> scorer_;
};

}  // namespace neve::algos::isolationforest
