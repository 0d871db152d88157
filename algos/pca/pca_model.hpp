#pragma once

#include <cstdint>
#include <string_view>

#include <neve/model/model.hpp>

#include "algos/families/components/projection.hpp"

namespace neve::algos::pca {

/// Trained principal components.
class PcaModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "pca.score";

  components::Projection projection;
  double objective = 0;  ///< GLRM: the squares that the components leave

  [[nodiscard]] std::size_t outputs() const override { return projection.count(); }
  [[nodiscard]] std::vector<std::string> output_names() const override {
    return components::score_names(projection.count());
  }
  void score(const model::ScoreBlock& block,
             std::span<const std::span<double>> out) const override {
    components::project(projection, block, out);
  }
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
    archive(projection, objective);
  }
};

}  // namespace neve::algos::pca
