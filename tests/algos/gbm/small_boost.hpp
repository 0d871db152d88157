#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/gbm/booster.hpp"
#include "algos/gbm/leaf_quantiles.hpp"
#include "algos/trees/small_table.hpp"
#include "mr/api/compute_node.hpp"

/// Boosting of small tables on nodes of this process, without models.
namespace neve::algos::gbm::testing {

inline const double kNaN = std::numeric_limits<double>::quiet_NaN();

mr::TaskList all_tasks();

using trees::testing::Table;

BoostSettings settings_of(Family family, std::int32_t depth);

/// What a booster learnt.
struct Learnt {
  double first_score = 0;
  std::vector<Iteration> iterations;
  std::vector<double> importance;
  [[nodiscard]] wire::Bytes bytes() const {
    wire::Writer writer;
    writer(first_score, iterations, importance);
    return writer.take();
  }
};

struct Machine {
  int nodes = 1;
  int threads = 2;
  int copies = 1;
  int lose_node_before_tree = -1;  ///< node 1 dies then
  std::int64_t memory = std::int64_t{1} << 30U;
};

Learnt boost(const Table& table, const BoostSettings& settings, int trees, Machine machine = {});

/// A number with missing values, a category, a number; a response that depends on all.
Table made_up(std::size_t rows, std::uint64_t seed, Family family);

/// The leaf that a row of a table comes to, found by walking down.
std::size_t leaf_of(const trees::Tree& tree, const Table& table, std::size_t row);

/// Each row as often as its weight says, or rows of weight 0 left out.
Table copied(const Table& table);

}  // namespace neve::algos::gbm::testing
