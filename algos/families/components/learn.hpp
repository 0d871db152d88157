#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <neve/model/algorithm.hpp>

#include "algos/families/components/decompose.hpp"
#include "algos/families/components/expansion.hpp"
#include "algos/families/components/projection.hpp"

namespace neve::algos::components {

/// What is to be learnt, by whatever name the user asked for it.
struct TrainOrder {
  ExpansionOrder expansion;
  Method method = Method::gram_svd;
  std::int32_t count = 1;
  std::string count_field;  ///< the parameter that says so
  std::int32_t max_iterations = 1000;
};

/// What was learnt.
struct Learnt {
  Projection projection;
  std::int32_t iterations = 0;
};

/// Two passes over the rows (means and X'X), then a decomposition. Throws InputError where there
/// are fewer columns or rows than components, and what expand() throws.
Learnt learn(model::TrainContext& context, const TrainOrder& order);

}  // namespace neve::algos::components
