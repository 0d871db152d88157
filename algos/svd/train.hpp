#pragma once

#include <memory>

#include <neve/model/algorithm.hpp>

#include "algos/families/components/learn.hpp"
#include "algos/svd/parameters.hpp"
#include "algos/svd/svd_model.hpp"

namespace neve::algos::svd {

/// Singular values and right vectors as their family learns them, and left vectors from these.
class SvdTrainer final : public components::ComponentsTrainer {
 public:
  explicit SvdTrainer(std::shared_ptr<const Parameters> parameters);
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  std::shared_ptr<const Parameters> parameters_;
};

}  // namespace neve::algos::svd
