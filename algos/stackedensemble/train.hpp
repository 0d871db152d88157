#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/model/models.hpp>

#include "algos/stackedensemble/level_one.hpp"
#include "algos/stackedensemble/parameters.hpp"
#include "algos/stackedensemble/stack_model.hpp"

namespace neve::algos::stackedensemble {

/// Gathers what each base model says of rows that it has not seen, a model at a step, then trains
/// the metalearner on that (van der Laan, Polley and Hubbard, 2007). States are the metalearner's:
/// who takes over gathers again.
class StackTrainer final : public model::Trainer {
 public:
  explicit StackTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override { return {}; }
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  /// Of the next base model. False where all are there.
  bool gather(model::TrainContext& context);
  void train_metalearner(model::TrainContext& context);
  [[nodiscard]] OtherColumns others() const;
  [[nodiscard]] std::shared_ptr<StackModel> model_without_metalearner(
      const model::TrainContext& context) const;
  void describe_members(model::TrainContext& context, StackModel& model) const;
  void measure(model::TrainContext& context, const StackModel& model) const;

  std::shared_ptr<const Parameters> parameters_;
  std::vector<model::ModelPtr> bases_;
  std::optional<LevelOne> training_;
  std::optional<LevelOne> validation_;
  std::size_t gathered_ = 0;
  wire::Bytes saved_;  ///< of the metalearner's training; empty where that begins
  frame::Frame level_one_;
  std::shared_ptr<model::Model> metalearner_;
};

}  // namespace neve::algos::stackedensemble
