#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/targetencoder/parameters.hpp"
#include "algos/targetencoder/targetencoder_model.hpp"

namespace neve::algos::targetencoder {

/// Columns that are encoded together, by name.
using ColumnGroups = std::vector<std::vector<std::string>>;

/// Those that the parameters name, or each categorical column that is a predictor.
ColumnGroups groups_of(const Parameters& parameters, const frame::Frame& training);
/// Checks of names against the training frame.
void check_training(const Parameters& parameters, const frame::Frame& training,
                    model::Messages& messages);

/// Adds up responses by level in one pass; all else follows.
class TargetEncoderTrainer final : public model::Trainer {
 public:
  explicit TargetEncoderTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& /*context*/) override {}
  [[nodiscard]] wire::Bytes save() const override { return {}; }
  void resume(model::TrainContext& /*context*/, const wire::Bytes& /*saved*/) override {}
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  std::shared_ptr<const Parameters> parameters_;
  ColumnGroups groups_;
  std::vector<Cells> cells_;
};

}  // namespace neve::algos::targetencoder
