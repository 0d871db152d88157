#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>
#include <neve/model/model_output.hpp>

#include "algos/families/components/projection.hpp"

namespace neve::algos::svd {

/// A singular value decomposition X = U D V'. Scores are rows of X V.
class SvdModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "svd.score";

  components::Projection projection;
  std::string u_key;  ///< frame of U; empty where it was not kept
  std::string v_key;  ///< frame of V

  /// D: roots of the eigenvalues.
  [[nodiscard]] std::vector<double> singular_values() const;
  [[nodiscard]] std::size_t outputs() const override { return projection.count(); }
  [[nodiscard]] std::vector<std::string> output_names() const override {
    return components::score_names(projection.count());
  }
  void score(const model::ScoreBlock& block,
             std::span<const std::span<double>> out) const override {
    components::project(projection, block, out);
  }
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header, projection, u_key, v_key);
  }
};

/// The object "output" of a singular value decomposition, by H2O's names.
struct SvdOutput : model::ModelOutput {
  schema::FrameRef v_key;
  std::vector<double> d;
  schema::FrameRef u_key;
  static const schema::Schema& schema();
};

/// The singular values as a table.
schema::Table model_summary(const SvdModel& model);

}  // namespace neve::algos::svd
