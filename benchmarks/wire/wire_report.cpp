#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "algos/families/linear/irls.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/families/linear/tasks.hpp"
#include "algos/gbm/booster.hpp"
#include "mr/api/compute_node.hpp"

// Bytes between the nodes of one process while a GBM and a GLM are fitted to rows like flights: a
// line of JSON for each task and number of nodes. Bytes do not depend on the machine or its load.
namespace neve::algos {
namespace {

constexpr std::int64_t kMemory = std::int64_t{4} << 30U;
constexpr int kTrees = 10;
constexpr std::int32_t kDepth = 6;

/// Months, days, weekdays, carriers, origins, destinations.
constexpr std::array kLevels = {12, 31, 7, 22, 300, 300};
constexpr std::size_t kNumbers = 2;

mr::TaskList all_tasks() {
  mr::TaskList tasks = trees::tasks();
  for (const mr::TaskEntry* task : linear::tasks()) tasks.push_back(task);
  tasks.push_back(&mr::task_entry<gbm::ResidualTask>());
  tasks.push_back(&mr::task_entry<gbm::LeafTask>());
  tasks.push_back(&mr::task_entry<gbm::StartTask>());
  return tasks;
}

/// Columns of drawn values: categories, numbers, and a class that hangs on both.
class Flights {
 public:
  Flights(mr::Engine& engine, std::int64_t rows) : engine_(engine) {
    const auto columns = static_cast<std::int64_t>(kLevels.size() + kNumbers + 1);
    inputs_.layout = engine.new_layout(frame::row_cuts(rows, columns));
    for (std::size_t c = 0; c < kLevels.size(); ++c) {
      add([&](std::uint64_t row) { return code(c, row); }, true);
    }
    for (std::size_t c = 0; c < kNumbers; ++c) {
      add([&](std::uint64_t row) { return number(c, row); }, false);
    }
    add([&](std::uint64_t row) { return is_late(row) ? 1.0 : 0.0; }, false);
  }
  [[nodiscard]] const mr::Inputs& inputs() const { return inputs_; }

 private:
  [[nodiscard]] double draw(std::uint64_t stream, std::uint64_t row) const {
    return random_.uniform(16 * row + stream);
  }
  /// Few levels have most rows.
  [[nodiscard]] double code(std::size_t c, std::uint64_t row) const {
    return std::floor(std::pow(draw(c, row), 2) * kLevels[c]);
  }
  [[nodiscard]] double number(std::size_t c, std::uint64_t row) const {
    return std::floor(draw(kLevels.size() + c, row) * 2000);
  }
  [[nodiscard]] bool is_late(std::uint64_t row) const {
    const double log_odds = std::sin(code(4, row)) + number(0, row) / 1000 - 1.5 +
                            std::cos(code(0, row)) * number(1, row) / 2000;
    return draw(15, row) < 1 / (1 + std::exp(-log_odds));
  }
  template <class Value>
  void add(const Value& value, bool codes) {
    const ColumnId id = engine_.new_column_id();
    const frame::Layout& layout = *inputs_.layout;
    for (std::int32_t g = 0; g < layout.groups(); ++g) {
      const auto first = static_cast<std::uint64_t>(layout.first_row(GroupIndex(g)));
      std::vector<double> values(static_cast<std::size_t>(layout.rows_of(GroupIndex(g))));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(first + i);
      const std::vector<std::int32_t> as_codes(values.begin(), values.end());
      engine_.put_chunk(layout, id, GroupIndex(g),
                        codes ? frame::encode_codes(as_codes) : frame::encode_doubles(values));
    }
    mr::OutputColumn kind;
    if (codes) kind = {.kind = mr::OutputKind::codes, .type = frame::ColumnType::categorical};
    held_.push_back(engine_.adopt({&id, 1}, {&kind, 1})[0]);
    inputs_.columns.push_back(id);
  }

  mr::Engine& engine_;
  CounterRng random_{20};
  mr::Inputs inputs_;
  std::vector<frame::Column> held_;
};

void fit_gbm(mr::Engine& engine, const mr::Inputs& inputs) {
  gbm::BoostSettings settings;
  settings.distribution.family = gbm::Family::bernoulli;
  settings.grow.max_depth = kDepth;
  trees::RowColumns columns;
  std::vector<trees::PredictorKind> kinds;
  for (std::size_t c = 0; c < kLevels.size() + kNumbers; ++c) {
    columns.predictors.push_back(static_cast<std::int32_t>(c));
    kinds.push_back({c < kLevels.size(), c < kLevels.size() ? kLevels[c] : 0});
  }
  columns.response = static_cast<std::int32_t>(kinds.size());
  gbm::Booster booster(engine, inputs, columns, kinds, settings, {});
  booster.load();
  for (int tree = 0; tree < kTrees; ++tree) booster.iterate();
}

void fit_glm(mr::Engine& engine, const mr::Inputs& inputs) {
  linear::Design bare;
  for (const int levels : kLevels) {
    linear::CategoricalTerm term{.name = "c", .levels = {}};
    for (int level = 0; level < levels; ++level) term.levels.push_back(std::to_string(level));
    term.first_level = 1;
    bare.categoricals.push_back(term);
  }
  for (std::size_t j = 0; j < kNumbers; ++j) bare.numerics.push_back({.name = "x"});
  const linear::Prepared prepared = linear::prepare(engine, inputs, bare, {});
  const mr::ScratchLease scratch(engine);
  const linear::Response response{linear::Family::binomial, linear::Link::logit};
  linear::Surface surface({engine, inputs, nullptr, scratch.id()}, prepared.design, response,
                          1 / prepared.moments.weight);
  constexpr double kRidge = 1e-4;
  const auto slopes = static_cast<std::size_t>(prepared.design.slopes());
  linear::Penalty penalty{.l1 = std::vector<double>(slopes + 1),
                          .l2 = std::vector<double>(slopes, kRidge)};
  penalty.l2.push_back(0);
  std::vector<double> beta(slopes, 0.0);
  beta.push_back(response.eta_of(prepared.moments.response.mean));
  linear::Irls irls(surface, penalty, {.null_deviance = surface.likelihood(beta).deviance});
  linear::FitState state = irls.start(beta, nullptr);
  while (irls.step(state)) {
  }
}

/// Both models on so many nodes of one thread.
void report(int nodes, std::int64_t rows) {
  mr::LocalCluster cluster(nodes, 1, kMemory, all_tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const Flights flights(engine, rows);
  fit_gbm(engine, flights.inputs());
  fit_glm(engine, flights.inputs());
  for (const auto& [task, traffic] : cluster.node(0).traffic().by_task()) {
    std::printf(
        "{\"nodes\": %d, \"task\": \"%s\", \"runs\": %llu, \"calls\": %llu, "
        "\"request_bytes\": %llu, \"reply_bytes\": %llu, \"partials\": %llu, "
        "\"partial_bytes\": %llu}\n",
        nodes, task.c_str(), static_cast<unsigned long long>(traffic.runs),
        static_cast<unsigned long long>(traffic.calls),
        static_cast<unsigned long long>(traffic.request_bytes),
        static_cast<unsigned long long>(traffic.reply_bytes),
        static_cast<unsigned long long>(traffic.partials),
        static_cast<unsigned long long>(traffic.partial_bytes));
  }
}

}  // namespace
}  // namespace neve::algos

/// wire_report [rows]
int main(int argc, char** argv) {
  std::int64_t rows = 1'000'000;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), rows);
  for (const int nodes : {1, 2, 4, 8}) neve::algos::report(nodes, rows);
  return 0;
}
