#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>
#include <neve/model/model_output.hpp>

#include "algos/families/components/expansion.hpp"

namespace neve::algos::aggregator {

/// Exemplars of a frame: rows that stand for the others.
class AggregatorModel final : public model::Model {
 public:
  components::Expansion expansion;
  double radius = 0;                 ///< rows are nearer to their exemplars; 0: each row is one
  std::vector<std::int64_t> rows;    ///< numbers of the exemplars in the frame, ascending
  std::vector<std::int64_t> counts;  ///< rows of each
  std::string output_frame;
  std::string mapping_frame;  ///< empty where it was not asked for

  /// Throws InputError: there is nothing to predict.
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header);
    learnt(archive);
    archive(output_frame, mapping_frame);
  }

 private:
  template <class Archive>
  void learnt(Archive& archive) {
    archive(expansion, radius, rows, counts);
  }
};

/// The object "output" of an aggregator model, by H2O's names.
struct AggregatorOutput : model::ModelOutput {
  schema::FrameRef output_frame;
  schema::FrameRef mapping_frame;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::aggregator
