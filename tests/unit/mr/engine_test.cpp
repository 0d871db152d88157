#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include <neve/base/rng.hpp>
#include <neve/mr/engine.hpp>

#include "mr/api/compute_node.hpp"
#include "support/rpc_cluster.hpp"

namespace {

using namespace neve;
using neve::testing::RpcCluster;

/// Sum of doubles, whose bits depend on the order of additions.
struct SumTask {
  static constexpr std::string_view name = "test.sum";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    double scale = 1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(scale);
    }
  };
  struct Partial {
    double sum = 0;
    std::int64_t rows = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(sum, rows);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs) {
    std::vector<double> values(static_cast<std::size_t>(group.rows));
    group.columns[0].decode(0, std::span(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      partial.sum += values[i] * state.scale;
      if (outputs.count() > 0) outputs.doubles(0)[i] = values[i] * 2;
    }
    partial.rows += group.rows;
  }
  static void merge(Partial& left, const Partial& right) {
    left.sum += right.sum;
    left.rows += right.rows;
  }
};

/// Counts how often each row group's scratch was visited.
struct VisitTask {
  static constexpr std::string_view name = "test.visit";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = mr::Nothing;
  struct Scratch {
    std::int64_t rebuilt = 0;
    std::int64_t visits = 0;
    [[nodiscard]] std::int64_t byte_size() const { return 16; }
  };
  struct Partial {
    std::int64_t rebuilt = 0;
    std::int64_t visits = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rebuilt, visits);
    }
  };
  static void rebuild(const mr::RowGroup& /*group*/, const State& /*state*/, Scratch& scratch) {
    ++scratch.rebuilt;
  }
  static void map(const mr::RowGroup& /*group*/, const State& /*state*/, Scratch& scratch,
                  Partial& partial) {
    ++scratch.visits;
    partial.rebuilt += scratch.rebuilt;
    partial.visits += scratch.visits;
  }
  static void merge(Partial& left, const Partial& right) {
    left.rebuilt += right.rebuilt;
    left.visits += right.visits;
  }
};

/// Fails in one row group.
struct FailTask {
  static constexpr std::string_view name = "test.fail";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = mr::Nothing;
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& /*state*/, Partial& /*partial*/) {
    if (group.index.value() == 5) throw InputError::bad_request("row group 5");
  }
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

const mr::TaskList& tasks() {
  static const mr::TaskList kTasks = {&mr::task_entry<SumTask>(), &mr::task_entry<VisitTask>(),
                                      &mr::task_entry<FailTask>()};
  return kTasks;
}

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;
constexpr std::int64_t kRows = 300'000;

frame::Frame random_frame(mr::Engine& engine) {
  const CounterRng random(7);
  const auto layout = engine.new_layout(frame::row_cuts(kRows, 1));
  const ColumnId id = engine.new_column_id();
  for (std::int32_t g = 0; g < layout->groups(); ++g) {
    std::vector<double> values(static_cast<std::size_t>(layout->rows_of(GroupIndex(g))));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto row = static_cast<std::uint64_t>(layout->first_row(GroupIndex(g))) + i;
      values[i] = std::ldexp(random.uniform(row) - 0.5, static_cast<int>(random.below(row, 40)));
    }
    engine.put_chunk(*layout, id, GroupIndex(g), frame::encode_doubles(values));
  }
  const mr::OutputColumn kind;
  frame::Frame frame;
  frame.key = "random";
  frame.layout = layout;
  frame.add("x", engine.adopt({&id, 1}, {&kind, 1})[0]);
  return frame;
}

template <class Cluster = mr::LocalCluster>
double sum_on(int nodes, int threads, std::size_t asked) {
  Cluster cluster(nodes, threads, kMemory, tasks());
  mr::Engine& engine = cluster.node(asked).engine();
  const frame::Frame frame = random_frame(engine);
  mr::RunOptions options;
  options.outputs.resize(1);
  const auto first = engine.run_with_outputs<SumTask>(mr::inputs_of(frame), {1}, options);
  EXPECT_EQ(first.value.rows, kRows);
  const mr::Inputs doubled{frame.layout, {first.columns[0].id}};
  const double sum = engine.run<SumTask>(doubled, {0.5}).sum;
  EXPECT_EQ(sum, first.value.sum);
  return sum;
}

TEST(Engine, GivesTheSameBitsOnAnyThreadsAndNodes) {
  const double expected = sum_on(1, 1, 0);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(sum_on(1, threads, 0), expected);
  for (const std::size_t asked : {0U, 1U, 2U}) {
    EXPECT_EQ(sum_on(3, 2, asked), expected);
    EXPECT_EQ(sum_on<RpcCluster>(3, 2, asked), expected);
  }
}

template <class Cluster>
void check_scratch(int nodes) {
  Cluster cluster(nodes, 2, kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = random_frame(engine);
  const std::int64_t groups = frame.layout->groups();
  {
    const mr::ScratchLease scratch(engine);
    mr::RunOptions options;
    options.scratch = scratch.id();
    engine.run<VisitTask>(mr::inputs_of(frame), {}, options);
    const auto second = engine.run<VisitTask>(mr::inputs_of(frame), {}, options);
    EXPECT_EQ(second.rebuilt, groups);
    EXPECT_EQ(second.visits, 2 * groups);
    EXPECT_GE(cluster.node(0).budget().used() - cluster.node(0).store().chunk_bytes(), 16);
  }
  for (std::size_t n = 0; n < cluster.size(); ++n) {
    EXPECT_EQ(cluster.node(n).budget().used(), cluster.node(n).store().chunk_bytes());
  }
}

TEST(Engine, ScratchIsBuiltOnceAndKept) {
  check_scratch<mr::LocalCluster>(1);
  check_scratch<mr::LocalCluster>(3);
  check_scratch<RpcCluster>(3);
}

template <class Cluster>
void check_failures(int nodes) {
  Cluster cluster(nodes, 2, kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = random_frame(engine);
  std::vector<std::int64_t> before;
  for (std::size_t n = 0; n < cluster.size(); ++n)
    before.push_back(cluster.node(n).budget().used());
  EXPECT_THROW(engine.run<FailTask>(mr::inputs_of(frame), {}), InputError);
  mr::RunOptions cancelled;
  cancelled.token = std::make_shared<job::Token>();
  cancelled.token->cancel();
  cancelled.outputs.resize(1);
  EXPECT_THROW(engine.run_with_outputs<SumTask>(mr::inputs_of(frame), {1}, cancelled), Cancelled);
  for (std::size_t n = 0; n < cluster.size(); ++n) {
    EXPECT_EQ(cluster.node(n).budget().used(), before[n]);
  }
}

TEST(Engine, AFailedOrCancelledRunLeavesNothingBehind) {
  check_failures<mr::LocalCluster>(1);
  check_failures<mr::LocalCluster>(3);
  check_failures<RpcCluster>(3);
}

TEST(Engine, ColumnsLiveWhileAFrameOrALeaseNamesThem) {
  mr::LocalCluster cluster(3, 1, kMemory, tasks());
  mr::ComputeNode& node = cluster.node(1);
  const auto total = [&] {
    std::int64_t sum = 0;
    for (std::size_t n = 0; n < cluster.size(); ++n) sum += cluster.node(n).store().chunk_bytes();
    return sum;
  };
  {
    const frame::Frame frame = random_frame(node.engine());
    node.frames().publish(frame);
  }
  EXPECT_GT(total(), 0);
  {
    const auto held = cluster.node(2).frames().find("random");
    ASSERT_TRUE(held.has_value());
    EXPECT_TRUE(node.frames().remove("random"));
    EXPECT_GT(total(), 0) << "a lease keeps the data";
    EXPECT_FALSE(cluster.node(0).frames().find("random").has_value());
  }
  EXPECT_EQ(total(), 0);
}

/// Has the name of another task.
struct ImpostorTask : FailTask {
  static constexpr std::string_view name = SumTask::name;
};

TEST(Engine, TwoTasksOfOneNameAreRefusedAndOneTwiceIsNot) {
  mr::TaskList twice = tasks();
  twice.push_back(twice[0]);
  EXPECT_NO_THROW(mr::LocalCluster(1, 1, kMemory, twice));
  twice.push_back(&mr::task_entry<ImpostorTask>());
  EXPECT_THROW(mr::LocalCluster(1, 1, kMemory, twice), InternalError);
}

}  // namespace
