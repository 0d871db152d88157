#pragma once

#include <memory>

#include <neve/model/algorithm.hpp>

#include "algos/naivebayes/counts.hpp"
#include "algos/naivebayes/naivebayes_model.hpp"
#include "algos/naivebayes/parameters.hpp"

namespace neve::algos::naivebayes {

/// Counts once; all else follows.
class NaiveBayesTrainer final : public model::Trainer {
 public:
  explicit NaiveBayesTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& /*context*/) override {}
  [[nodiscard]] wire::Bytes save() const override { return {}; }
  void resume(model::TrainContext& /*context*/, const wire::Bytes& /*saved*/) override {}
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  void measure(model::TrainContext& context, const std::shared_ptr<NaiveBayesModel>& model) const;
  std::shared_ptr<const Parameters> parameters_;
  CountTask::Partial counts_;
};

/// The model of these counts.
void fill_model(const CountTask::Partial& counts, const std::vector<std::int32_t>& levels,
                NaiveBayesModel& model);

}  // namespace neve::algos::naivebayes
