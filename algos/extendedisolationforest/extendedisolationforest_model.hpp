#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/extendedisolationforest/plane_scorer.hpp"
#include "algos/extendedisolationforest/plane_tree.hpp"
#include "algos/families/trees/late.hpp"

namespace neve::algos::extendedisolationforest {

/// A trained extended isolation forest. A row's score is 2^(-l / c), of its mean path length l and
/// the mean length c of a search among as many rows as a tree grew on: near to 1 for anomalies,
/// below 1/2 for rows amid others.
class ExtendedIsolationForestModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "extendedisolationforest.score";

  std::vector<PlaneTree> trees;
  std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
  std::int64_t sample_size = 0;      ///< rows that each tree grew on

  [[nodiscard]] std::vector<std::string> output_names() const override { return {"anomaly_score"}; }
  [[nodiscard]] std::vector<std::string> extra_outputs() const override { return {"mean_length"}; }
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  /// Means of scores and of path lengths.
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
    archive(trees, levels, sample_size);
  }
  trees::Late<PlaneScorer> scorer_;
};

}  // namespace neve::algos::extendedisolationforest
