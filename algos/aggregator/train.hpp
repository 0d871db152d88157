#pragma once

#include <cstdint>
#include <memory>

#include <neve/model/algorithm.hpp>

#include "algos/aggregator/cover.hpp"
#include "algos/aggregator/parameters.hpp"
#include "algos/aggregator/radius_search.hpp"

namespace neve::algos::aggregator {

/// How far a training is; what another driver goes on from.
struct Progress {
  RadiusSearch search;
  Exemplars found;      ///< of the radius that is tried
  double furthest = 0;  ///< squared, of rows to these
  std::int32_t passes = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(search, found, furthest, passes);
  }
};

/// Tries radii until one gives about as many exemplars as are wanted; a step is a pass over the
/// rows. Then assigns each row to its nearest exemplar.
class AggregatorTrainer final : public model::Trainer {
 public:
  explicit AggregatorTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  [[nodiscard]] bool takes_all_rows(const model::TrainContext& context) const;
  [[nodiscard]] std::int64_t most_exemplars(const model::TrainContext& context) const;
  void reserve(model::TrainContext& context);
  /// Ends the radius that is tried; begins the next one unless it is the last.
  void next_radius(model::TrainContext& context, bool too_many);
  void tell(model::TrainContext& context);

  std::shared_ptr<const Parameters> parameters_;
  RowsPlan rows_;
  Reservation memory_;
  Progress progress_;
};

}  // namespace neve::algos::aggregator
