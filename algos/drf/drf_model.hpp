#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/drf/votes.hpp"
#include "algos/families/trees/calibration.hpp"

namespace neve::algos::drf {

/// A trained random forest: trees whose leaves are mean responses, or shares of a class.
class DrfModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "drf.score";

  double mean_response = 0;  ///< of a response that is a number
  std::vector<Iteration> iterations;
  std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
  std::int32_t gainslift_groups = -1;
  std::vector<double> class_weights;  ///< of the training rows, where classes were balanced
  trees::Calibration calibration;

  /// Calibrated probabilities, where there are any.
  [[nodiscard]] std::vector<std::string> extra_outputs() const override {
    return calibration.outputs(header.roles);
  }
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] std::unique_ptr<const model::RowExplainer> explainer(
      model::RowQuestion question) const override;
  [[nodiscard]] std::optional<model::TreeView> tree(std::int32_t number,
                                                    const std::string& tree_class) const override;
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
    archive(mean_response, iterations, levels, gainslift_groups, class_weights, calibration);
  }
};

}  // namespace neve::algos::drf
