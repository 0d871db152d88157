#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include <neve/model/model.hpp>

#include "algos/families/points/distances.hpp"
#include "algos/families/points/space.hpp"

namespace neve::algos::kmeans {

/// A trained k-means model.
class KMeansModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "kmeans.score";

  points::Space space;
  points::Points centers;     ///< in that space
  bool standardized = false;  ///< its numbers are standard deviations
  std::int32_t iterations = 0;

  /// Writes the number of the nearest center, from 0 on.
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] model::metrics::Metrics measure_rows(mr::Engine& engine, const model::Dataset& data,
                                                     const job::TokenPtr& token) const override;
  /// Metrics of rows in this model's space.
  [[nodiscard]] model::metrics::Clustering metrics_of(model::metrics::ClusterSums sums) const;
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
    archive(space, centers, standardized, iterations);
  }
  /// The centers laid out for measuring; made at first use.
  struct Laid {
    std::once_flag once;
    std::optional<points::CenterTable> table;
  };
  std::shared_ptr<Laid> laid_ = std::make_shared<Laid>();
};

}  // namespace neve::algos::kmeans
