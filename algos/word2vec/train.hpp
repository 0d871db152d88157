#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/word2vec/learner.hpp"
#include "algos/word2vec/parameters.hpp"
#include "algos/word2vec/random_index.hpp"
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
    /// Words get the vectors from which they learn.
    static constexpr std::int64_t kBefore = -1;
    std::int64_t epoch = kBefore;
    std::int64_t row = 0;    ///< of the epoch
    std::int64_t words = 0;  ///< learnt from, in all epochs
    template <class Archive>
    void fields(Archive& archive) {
      archive(epoch, row, words);
    }
  };
  struct Saved;
  [[nodiscard]] bool is_given() const { return !parameters_->pre_trained.empty(); }
  void prepare(model::TrainContext& context);
  void begin(model::TrainContext& context, std::optional<Weights> weights);
  [[nodiscard]] float rate() const;
  [[nodiscard]] std::string message() const;
  [[nodiscard]] RandomIndex random_index() const {
    return {static_cast<std::size_t>(parameters_->vec_size),
            static_cast<std::size_t>(parameters_->window_size)};
  }
  void take(const Batch& batch, Pool& pool);
  void end_epoch(Pool& pool);
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
