#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/deeplearning/inputs.hpp"
#include "algos/deeplearning/network.hpp"
#include "algos/deeplearning/objective.hpp"
#include "algos/deeplearning/optimizer.hpp"

namespace neve::algos::deeplearning {

/// How far training has come.
struct Progress {
  std::int64_t samples = 0;     ///< rows that were learnt, one as often as it was
  std::int64_t rows = 0;        ///< that count, of the training frame
  std::int64_t iterations = 0;  ///< scoring points
  std::int64_t batch_rows = 1;
  [[nodiscard]] double epochs() const {
    return rows == 0 ? 0 : static_cast<double>(samples) / static_cast<double>(rows);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(samples, rows, iterations, batch_rows);
  }
};

/// A trained network, with all that training needs to go on.
class DeepLearningModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "deeplearning.score";

  InputPlan plan;
  Network network;
  Objective objective;
  std::vector<double> class_weights;  ///< of the training rows, where classes were balanced
  Course course;
  Progress progress;
  std::int32_t gainslift_groups = -1;
  // Names of frames, not learnt; empty unless they were asked for.
  std::vector<std::string> weight_frames;
  std::vector<std::string> bias_frames;

  [[nodiscard]] bool is_autoencoder() const {
    return header.category == model::Category::auto_encoder;
  }
  /// Of an autoencoder all inputs.
  [[nodiscard]] std::size_t outputs() const override;
  [[nodiscard]] std::vector<std::string> output_names() const override;
  [[nodiscard]] std::unique_ptr<const model::RowExplainer> explainer(
      model::RowQuestion question) const override;
  [[nodiscard]] std::unique_ptr<const model::RowExplainer> hidden_features(
      std::int32_t layer) const override;
  /// Of an autoencoder.
  [[nodiscard]] model::metrics::Metrics measure_rows(mr::Engine& engine, const model::Dataset& data,
                                                     const job::TokenPtr& token) const override;
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] model::metrics::Deviance deviance() const override { return objective.deviance(); }
  [[nodiscard]] std::int32_t gainslift_bins() const override { return gainslift_groups; }
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header);
    learnt(archive);
    archive(weight_frames, bias_frames);
  }

 private:
  void reconstruct(std::size_t rows, std::span<const float> numbers,
                   std::span<const std::int32_t> codes,
                   std::span<const std::span<double>> out) const;
  template <class Archive>
  void learnt(Archive& archive) {
    archive(plan, network, objective, class_weights, course, progress, gainslift_groups);
  }
};

/// What a network says of rows, as predictions: out[k] has a place for each row. `offsets` are
/// empty, or as they are in the frame.
struct Predictor {
  const Network& network;
  const Objective& objective;
  std::span<const double> class_weights;
  void predict(const InputRows& inputs, std::span<const double> offsets,
               std::span<const std::span<double>> out) const;
};

}  // namespace neve::algos::deeplearning
