#pragma once

#include <memory>

#include <neve/model/algorithm.hpp>

#include "algos/families/components/learn.hpp"
#include "algos/svd/parameters.hpp"
#include "algos/svd/svd_model.hpp"

namespace neve::algos::svd {

/// Learns in one step, which another node does again where this one is lost.
class SvdTrainer final : public model::Trainer {
 public:
  explicit SvdTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& /*context*/) override {}
  [[nodiscard]] wire::Bytes save() const override { return {}; }
  void resume(model::TrainContext& /*context*/, const wire::Bytes& /*saved*/) override {}
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  std::shared_ptr<const Parameters> parameters_;
  components::Learnt learnt_;
};

}  // namespace neve::algos::svd
