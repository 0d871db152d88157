#pragma once

#include <memory>

#include <neve/model/algorithm.hpp>

#include "algos/families/components/learn.hpp"
#include "algos/pca/parameters.hpp"

namespace neve::algos::pca {

/// Principal components as their family learns them.
class PcaTrainer final : public components::ComponentsTrainer {
 public:
  explicit PcaTrainer(std::shared_ptr<const Parameters> parameters);
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  std::shared_ptr<const Parameters> parameters_;
};

}  // namespace neve::algos::pca
