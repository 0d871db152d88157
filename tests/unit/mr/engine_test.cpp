#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
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

/// Sums like SumTask, but kills a node in the middle.
struct KillTask : SumTask {
  static constexpr std::string_view name = "test.kill";
  static inline std::atomic<mr::LocalCluster*> victim_cluster{nullptr};
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs) {
    if (group.index.value() == 2) {
      if (mr::LocalCluster* cluster = victim_cluster.exchange(nullptr)) cluster->kill(1);
    }
    SumTask::map(group, state, partial, outputs);
  }
};

/// A running value per row, which each run changes: its bits tell whether every run was done once,
/// in order. A node dies in a fatal run, or calls fail though all live.
struct RunningTask {
  static constexpr std::string_view name = "test.running";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    double factor = 1;
    bool fatal = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(factor, fatal);
    }
  };
  struct Scratch {
    std::vector<double> values;
    [[nodiscard]] std::int64_t byte_size() const {
      return static_cast<std::int64_t>(values.size() * sizeof(double));
    }
  };
  using Partial = SumTask::Partial;
  static inline std::atomic<int> failures{0};
  static void rebuild(const mr::RowGroup& group, const State& /*state*/, Scratch& scratch) {
    scratch.values.assign(static_cast<std::size_t>(group.rows), 1.0);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial) {
    std::vector<double> values(scratch.values.size());
    group.columns[0].decode(0, std::span(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      scratch.values[i] = scratch.values[i] * state.factor + values[i];
      partial.sum += scratch.values[i];
    }
    partial.rows += group.rows;
    if (state.fatal && failures.fetch_sub(1) > 0) throw ClusterError("The line was cut.");
    if (!state.fatal || group.index.value() != 3) return;
    if (mr::LocalCluster* cluster = KillTask::victim_cluster.exchange(nullptr)) cluster->kill(1);
  }
  static void merge(Partial& left, const Partial& right) { SumTask::merge(left, right); }
};

const mr::TaskList& tasks() {
  static const mr::TaskList kTasks = {&mr::task_entry<SumTask>(), &mr::task_entry<VisitTask>(),

                                      &mr::task_entry<FailTask>(), &mr::task_entry<KillTask>(),
                                      &mr::task_entry<RunningTask>()};
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

TEST(Engine, AChunkThatIsPutAfterItsColumnWasDiscardedIsNotKept) {
  mr::LocalCluster cluster(3, 1, kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const auto layout = engine.new_layout({0, 1, 2, 3});
  const ColumnId id = engine.new_column_id();
  engine.discard({&id, 1});
  for (std::int32_t g = 0; g < layout->groups(); ++g) {
    const std::array values{1.0};
    cluster.node(1).engine().put_chunk(*layout, id, GroupIndex(g), frame::encode_doubles(values));
  }
  for (std::size_t n = 0; n < cluster.size(); ++n) {
    EXPECT_EQ(cluster.node(n).budget().used(), 0);
  }
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

/// Sum of the doubled column that a run wrote, on a cluster that keeps two copies and loses a node
/// at the given moment.
class Loss : public ::testing::Test {
 protected:
  mr::LocalCluster cluster_{
      {.nodes = 3, .threads_each = 2, .memory_bytes_each = kMemory, .copies = 2}, tasks()};
  mr::Engine& engine_ = cluster_.node(0).engine();
  frame::Frame frame_ = random_frame(engine_);

  double sum_of(const frame::Frame& frame) {
    return engine_.run<SumTask>(mr::inputs_of(frame), {1}).sum;
  }
  /// Whether each row group is on two nodes, and all chunks of the column are there.
  bool all_copied(ColumnId column) {
    const auto placement = engine_.placement(*frame_.layout);
    for (std::int32_t g = 0; g < placement->groups; ++g) {
      const std::vector<NodeId>& homes = placement->run_of(GroupIndex(g)).homes;
      if (homes.size() != 2) return false;
      for (std::size_t n = 0; n < cluster_.size(); ++n) {
        const bool is_home = std::ranges::find(homes, cluster_.node(n).id()) != homes.end();
        if (is_home && !cluster_.node(n).store().find(column, GroupIndex(g))) return false;
      }
    }
    return true;
  }
  /// Waits until the copies that a lost node held have been made again.
  bool wait_for_copies() {
    return cluster_.node(0).store().wait_for(
        [this](const store::Catalog&) { return all_copied(frame_.columns[0].id); },
        std::chrono::seconds(20));
  }
};

TEST_F(Loss, OfANodeLeavesFramesAndMakesCopiesAgain) {
  const double expected = sum_on(1, 1, 0);
  EXPECT_TRUE(all_copied(frame_.columns[0].id));
  cluster_.kill(1);
  EXPECT_EQ(sum_of(frame_), expected);
  ASSERT_TRUE(wait_for_copies());
  cluster_.kill(2);
  EXPECT_EQ(sum_of(frame_), expected);
}

TEST(LossOfAllCopies, IsSaidAtOnce) {
  mr::LocalCluster cluster(3, 1, kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = random_frame(engine);
  cluster.kill(1);
  try {
    engine.run<SumTask>(mr::inputs_of(frame), {1});
    ADD_FAILURE() << "a third of the rows is gone";
  } catch (const ClusterError& error) {
    EXPECT_NE(std::string(error.what()).find("Rows were lost"), std::string::npos);
  }
}

TEST_F(Loss, InTheMiddleOfARunChangesNoBit) {
  const double expected = sum_on(1, 1, 0);
  KillTask::victim_cluster = &cluster_;
  mr::RunOptions options;
  options.outputs.resize(1);
  const auto result = engine_.run_with_outputs<KillTask>(mr::inputs_of(frame_), {1}, options);
  EXPECT_EQ(result.value.sum, expected);
  EXPECT_EQ(result.value.rows, kRows);
  const mr::Inputs doubled{frame_.layout, {result.columns[0].id}};
  EXPECT_EQ(engine_.run<SumTask>(doubled, {0.5}).sum, expected);
  ASSERT_TRUE(wait_for_copies());
  EXPECT_TRUE(all_copied(result.columns[0].id));
}

/// The sums of five runs with one Scratch, the third of which is fatal or not.
std::vector<double> running_sums(mr::Engine& engine, const frame::Frame& frame, bool is_fatal) {
  std::vector<double> all;
  const mr::ScratchLease scratch(engine);
  mr::RunOptions options;
  options.scratch = scratch.id();
  for (const double factor : {0.5, 0.75, -0.3, 1.25, 0.1}) {
    const RunningTask::State state{factor, is_fatal && factor == -0.3};
    all.push_back(engine.run<RunningTask>(mr::inputs_of(frame), state, options).sum);
  }
  return all;
}

TEST_F(Loss, OfScratchIsMadeGoodByDoingItsRunsAgain) {
  const std::vector<double> expected = running_sums(engine_, frame_, false);
  KillTask::victim_cluster = &cluster_;
  EXPECT_EQ(running_sums(engine_, frame_, true), expected);
  EXPECT_EQ(cluster_.node(0).store().catalog().view()->size(), 2U);
  EXPECT_EQ(running_sums(engine_, frame_, false), expected);
}

/// Each row group has one home only: what it has done before its call failed is done again there.
TEST(Failure, OfCallsToNodesThatStayIsOvercome) {
  mr::LocalCluster cluster(3, 2, kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = random_frame(engine);
  const std::vector<double> expected = running_sums(engine, frame, false);
  RunningTask::failures = 4;
  EXPECT_EQ(running_sums(engine, frame, true), expected);
  EXPECT_LE(RunningTask::failures.exchange(0), 0) << "nothing has failed";
  EXPECT_EQ(cluster.node(0).store().catalog().view()->size(), 3U);
}

TEST_F(Loss, BetweenWritingAndAdoptingAColumnBringsItsChunks) {
  const ColumnId id = engine_.new_column_id();
  for (std::int32_t g = 0; g < frame_.layout->groups(); ++g) {
    const auto rows = static_cast<std::size_t>(frame_.layout->rows_of(GroupIndex(g)));
    engine_.put_chunk(*frame_.layout, id, GroupIndex(g),
                      frame::encode_doubles(std::vector<double>(rows, 1.0)));
  }
  cluster_.kill(2);
  const mr::OutputColumn kind;
  const frame::Column ones = engine_.adopt({&id, 1}, {&kind, 1})[0];
  EXPECT_EQ(engine_.run<SumTask>({frame_.layout, {ones.id}}, {1}).sum, kRows);
  ASSERT_TRUE(wait_for_copies());
  EXPECT_TRUE(all_copied(id));
}

TEST_F(Loss, OfTheWriterEndsWhatItStillWrites) {
  mr::Engine& other = cluster_.node(1).engine();
  const auto layout = other.new_layout({0, 10});
  const ColumnId id = other.new_column_id();
  other.put_chunk(*layout, id, GroupIndex(0), frame::encode_doubles(std::vector<double>(10, 0.5)));
  cluster_.kill(1);
  const mr::OutputColumn kind;
  EXPECT_THROW((void)other.adopt({&id, 1}, {&kind, 1}), ClusterError);
  ASSERT_TRUE(wait_for_copies());
}

TEST_F(Loss, OfANodeEndsItsLeasesAndSweepsWhatItNeverCommitted) {
  mr::Engine& other = cluster_.node(1).engine();
  frame::Frame held = random_frame(other);  // named by nobody but a lease of node 1
  const auto layout = other.new_layout({0, 10});
  other.put_chunk(*layout, other.new_column_id(), GroupIndex(0),
                  frame::encode_doubles(std::vector<double>(10, 0.5)));
  cluster_.kill(1);
  ASSERT_TRUE(wait_for_copies());
  const std::int64_t kept = engine_.column_bytes(mr::inputs_of(frame_).columns);
  std::int64_t all = 0;
  for (const std::size_t n : {0U, 2U}) all += cluster_.node(n).store().chunk_bytes();
  EXPECT_EQ(all, kept);
}

TEST_F(Loss, OfTheWriterLeavesADescriptionThatIsTooLongForACommand) {
  frame::Domain levels(100'000);
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = "level " + std::to_string(i);
  frame::Frame wide = frame_;
  wide.key = "wide";
  wide.columns[0].domain = std::make_shared<const frame::Domain>(levels);
  cluster_.node(1).frames().publish(wide);
  const auto placed = [this] {
    const auto entry = cluster_.node(0).store().catalog().find("wide");
    EXPECT_LT(entry->manifest->size(), 200U);
    return entry->columns.back();
  }();
  cluster_.kill(1);
  for (const std::size_t n : {0U, 2U}) {
    const auto found = cluster_.node(n).frames().find("wide");
    ASSERT_TRUE(found);
    EXPECT_EQ(*found->columns[0].domain, levels);
  }
  ASSERT_TRUE(wait_for_copies());
  EXPECT_TRUE(cluster_.node(2).frames().remove("wide"));
  EXPECT_EQ(engine_.column_bytes({&placed, 1}), 0);
}

TEST_F(Loss, OfADriverFreesTheScratchOfItsJobs) {
  mr::Engine& other = cluster_.node(1).engine();
  const auto scratch_bytes = [this](std::size_t n) {
    mr::ComputeNode& node = cluster_.node(n);
    return node.budget().used() - node.store().chunk_bytes();
  };
  mr::RunOptions options;
  options.scratch = other.new_scratch();
  other.run<RunningTask>(mr::inputs_of(frame_), {0.5, false}, options);
  for (const std::size_t n : {0U, 2U}) EXPECT_GT(scratch_bytes(n), 0);
  cluster_.kill(1);
  for (const std::size_t n : {0U, 2U}) {
    const auto freed = [&](const store::Catalog&) { return scratch_bytes(n) == 0; };
    EXPECT_TRUE(cluster_.node(n).store().wait_for(freed, std::chrono::seconds(20)));
  }
  ASSERT_TRUE(wait_for_copies());
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
