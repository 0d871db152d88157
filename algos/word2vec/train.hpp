#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/word2vec/learner.hpp"
#include "algos/word2vec/parameters.hpp"
#include "algos/word2vec/text.hpp"

namespace neve::algos::word2vec {

/// Counts words, then goes through the text batch by batch, epoch by epoch, on the node that drives
/// the job: what a batch changes would take longer to send than to learn.
class Word2VecTrainer final : public model::Trainer {
 public:
  explicit Word2VecTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  /// What follows from past steps.
  struct Progress {
    std::int64_t epoch = 0;
    std::int64_t row = 0;  ///< of the epoch
    template <class Archive>
    void fields(Archive& archive) {
      archive(epoch, row);
    }
  };
  struct Saved;
  [[nodiscard]] bool is_given() const { return !parameters_->pre_trained.empty(); }
  void prepare(model::TrainContext& context);
  void begin(model::TrainContext& context, std::optional<Weights> weights);
  [[nodiscard]] float rate() const;
  std::shared_ptr<const Parameters> parameters_;
  Progress progress_;
  CountedWords words_;
  Tree tree_;
  std::size_t shards_ = 1;
  Reservation memory_;
  std::optional<Text> text_;
  std::optional<Learner> learner_;
  Batch batch_;
};

}  // namespace neve::algos::word2vec
