#pragma once

#include <cstdint>
#include <span>

#include <neve/model/model_output.hpp>

#include "algos/extendedisolationforest/parameters.hpp"
#include "algos/extendedisolationforest/plane_tree.hpp"

namespace neve::algos::extendedisolationforest {

inline constexpr const char* kMetricsDescription = "Extended Isolation Forest Metrics";

/// The object "output" of an extended isolation forest, by H2O's names.
struct ExtendedIsolationForestOutput : model::ModelOutput {
  static const schema::Schema& schema();
};

/// What was asked for, and what the trees are like: depths, leaves, rows that are alone in theirs,
/// rows that are not, and sides of tests that no row was on.
schema::Table model_summary(const Parameters& parameters, std::uint64_t seed,
                            std::span<const PlaneTree> trees);

}  // namespace neve::algos::extendedisolationforest
