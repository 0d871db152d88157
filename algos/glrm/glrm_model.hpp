#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/glrm/components.hpp"
#include "algos/glrm/represent.hpp"
#include "algos/glrm/space.hpp"

namespace neve::algos::glrm {

/// A trained generalized low rank model: Y, and how rows are fitted to it.
class GlrmModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "glrm.score";

  Factors factors;
  Penalty on_y;
  double objective = 0;
  double average_change = 0;  ///< of the objective in the last iteration, by cell
  double step_size = 0;
  std::int32_t iterations = 0;
  std::int32_t updates = 0;
  bool original_units = false;  ///< predictions are in the units of the data
  Components components;
  bool shows_components = false;
  std::vector<double> importance;  ///< variance of each component, then of all
  std::string representation;      ///< name of the frame of X

  /// A column for each predictor, "reconstr_age".
  [[nodiscard]] std::size_t outputs() const override { return factors.space.features.size(); }
  [[nodiscard]] std::vector<std::string> output_names() const override;
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  /// Answers reconstructions and representations.
  [[nodiscard]] std::unique_ptr<const model::RowExplainer> explainer(
      model::RowQuestion question) const override;
  [[nodiscard]] bool reconstructs_in_original_units(model::RowQuestion question) const;
  [[nodiscard]] std::optional<model::PointFrame> archetype_points(
      bool original_units) const override;
  [[nodiscard]] model::metrics::Metrics measure_rows(mr::Engine& engine, const model::Dataset& data,
                                                     const job::TokenPtr& token) const override;
  [[nodiscard]] static model::metrics::LowRank metrics_of(const RowSums& sums);
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header, representation);
    learnt(archive);
  }

 private:
  template <class Archive>
  void learnt(Archive& archive) {
    archive(factors, on_y, objective, average_change, step_size, iterations, updates,
            original_units, components, shows_components, importance);
  }
};

}  // namespace neve::algos::glrm
