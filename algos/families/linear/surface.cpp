#include "algos/families/linear/surface.hpp"

namespace neve::algos::linear {

mr::RunOptions Surface::options() const {
  return {.token = data_.token, .scratch = data_.scratch, .outputs = {}};
}

LikelihoodTask::Partial Surface::likelihood(const std::vector<double>& beta) {
  point_.beta = beta;
  ++point_.version;
  return data_.engine.run<LikelihoodTask>(data_.inputs, point_, options());
}

linalg::Symmetric Surface::gram(double largest_weight) {
  return gram_at(data_.engine, data_.inputs, point_, largest_weight, options());
}

}  // namespace neve::algos::linear
