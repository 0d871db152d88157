#include "algos/kmeans/validate.hpp"

#include <string>

namespace neve::algos::kmeans {
namespace {

void check_sizes(const Parameters& p, model::Messages& messages) {
  if (!p.cluster_size_constraints) return;
  const auto error = [&](std::string text) {
    model::add_error(messages, "cluster_size_constraints", std::move(text));
  };
  if (p.cluster_size_constraints->size() != static_cast<std::size_t>(p.k)) {
    error("The number of cluster size constraints (" +
          std::to_string(p.cluster_size_constraints->size()) +
          ") is not equal to k = " + std::to_string(p.k) + ".");
  }
  for (const std::int32_t size : *p.cluster_size_constraints) {
    if (size >= 1) continue;
    error("A cluster size constraint must be 1 at least; one is " + std::to_string(size) + ".");
    return;
  }
}

}  // namespace

void validate(const Parameters& p, model::Messages& messages) {
  if (p.init == Initialization::user && p.user_points.empty()) {
    model::add_error(messages, "user_points",
                     "Must specify initial cluster centers: init User begins with user_points.");
  }
  if (p.estimate_k && !p.user_points.empty()) {
    model::add_error(messages, "estimate_k", "Cannot estimate k if user_points are provided.");
  }
  if (p.estimate_k && p.cluster_size_constraints) {
    model::add_error(messages, "estimate_k",
                     "Cannot estimate k if cluster_size_constraints are provided.");
  }
  check_sizes(p, messages);
}

}  // namespace neve::algos::kmeans
