#include "algos/gbm/small_boost.hpp"

namespace neve::algos::gbm::testing {

mr::TaskList all_tasks() {
  mr::TaskList tasks = trees::tasks();
  tasks.push_back(&mr::task_entry<ResidualTask>());
  tasks.push_back(&mr::task_entry<LeafTask>());
  tasks.push_back(&mr::task_entry<StartTask>());
  tasks.push_back(&mr::task_entry<CountKeysTask>());
  tasks.push_back(&mr::task_entry<CollectKeysTask>());
  return tasks;
}

BoostSettings settings_of(Family family, std::int32_t depth) {
  BoostSettings made;
  made.distribution.family = family;
  made.grow.max_depth = depth;
  made.grow.rules.min_rows = 1;
  made.grow.rules.seed = 1;
  made.grow.sampling.seed = 1;
  made.largest_leaf = std::numeric_limits<double>::max();
  return made;
}

Learnt boost(const Table& table, const BoostSettings& settings, int trees, Machine machine) {
  mr::LocalCluster cluster({.nodes = machine.nodes,
                            .threads_each = machine.threads,
                            .memory_bytes_each = machine.memory,
                            .copies = machine.copies},
                           all_tasks());
  mr::Engine& engine = cluster.node(0).engine();
  std::vector<frame::Column> held;
  const mr::Inputs inputs = put(engine, table, held);
  trees::RowColumns columns;
  std::vector<trees::PredictorKind> kinds;
  const auto width = static_cast<std::int32_t>(table.predictors.size());
  for (std::int32_t c = 0; c < width; ++c) {
    columns.predictors.push_back(c);
    kinds.push_back(
        {table.levels[static_cast<std::size_t>(c)] > 0, table.levels[static_cast<std::size_t>(c)]});
  }
  columns.response = width;
  columns.class_weights = table.class_weights;
  if (!table.weights.empty()) columns.weights = width + 1;
  if (settings.distribution.family == Family::multinomial) columns.classes = 3;
  Booster booster(engine, inputs, columns, kinds, settings, {});
  booster.load();
  for (int i = 0; i < trees; ++i) {
    if (i == machine.lose_node_before_tree) cluster.kill(1);
    booster.iterate();
  }
  Learnt learnt{booster.first_score(), {}, booster.importance()};
  learnt.iterations = booster.take_iterations();
  return learnt;
}

Table made_up(std::size_t rows, std::uint64_t seed, Family family) {
  Table table;
  table.levels = {0, 9, 0};
  table.predictors.resize(3);
  const CounterRng random(seed);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double x = std::floor(random.uniform(8 * i) * 50);
    const double k = std::floor(random.uniform(8 * i + 1) * 9);
    const double z = random.uniform(8 * i + 2);
    const bool lost = random.uniform(8 * i + 3) < 0.1;
    table.predictors[0].push_back(lost ? kNaN : x);
    table.predictors[1].push_back(k);
    table.predictors[2].push_back(z);
    const double mean = (lost ? 0.4 : x / 50) + (std::fmod(k, 3) == 1 ? 0.5 : 0) - 0.3 * z;
    const double u = random.uniform(8 * i + 4);
    if (family == Family::gaussian) table.response.push_back(mean + u);
    if (Distribution{.family = family}.leaf_quantile()) {
      // Also values that many rows have.
      table.response.push_back(i % 3 == 0 ? std::floor(4 * mean) : 4 * mean + u * u * u * u);
    }
    if (family == Family::bernoulli) table.response.push_back(u < mean ? 1 : 0);
    if (family == Family::multinomial)
      table.response.push_back(std::clamp(std::floor(mean * 2 + u), 0.0, 2.0));
    if (family == Family::tweedie) table.response.push_back(u < 0.3 ? 0 : std::max(0.0, mean) * u);
    if (family == Family::poisson) table.response.push_back(std::floor(4 * mean * u + 1));
  }
  return table;
}

std::size_t leaf_of(const trees::Tree& tree, const Table& table, std::size_t row) {
  std::size_t at = 0;
  while (!tree.nodes[at].is_leaf()) {
    const trees::Tree::Node& node = tree.nodes[at];
    const double value = table.predictors[static_cast<std::size_t>(node.column)][row];
    bool right = false;
    if (node.set >= 0) {
      const auto& set = tree.sets[static_cast<std::size_t>(node.set)].right;
      const auto code = static_cast<std::size_t>(value);
      right = ((set[code / 32] >> (code % 32)) & 1U) != 0;
    } else {
      right = std::isnan(value) ? node.missing_right : value >= static_cast<double>(node.threshold);
    }
    at = static_cast<std::size_t>(node.left) + (right ? 1 : 0);
  }
  return at;
}

Table copied(const Table& table) {
  Table made;
  made.levels = table.levels;
  made.predictors.resize(table.predictors.size());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (int copy = 0; copy < static_cast<int>(table.weights[i]); ++copy) {
      for (std::size_t c = 0; c < table.predictors.size(); ++c) {
        made.predictors[c].push_back(table.predictors[c][i]);
      }
      made.response.push_back(table.response[i]);
    }
  }
  return made;
}

}  // namespace neve::algos::gbm::testing
