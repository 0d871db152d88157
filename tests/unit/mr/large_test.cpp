#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include <neve/mr/engine.hpp>

#include "mr/api/compute_node.hpp"

// Tasks whose Partial or State is large.
namespace {

using namespace neve;

/// Counts the visits of row groups; all nodes share the count of Scratch that was made.
struct VisitTask {
  static constexpr std::string_view name = "test.small_visit";
  static constexpr auto reduction = mr::Reduction::exact;
  static inline std::atomic<std::int64_t> rebuilds{0};
  using State = mr::Nothing;
  struct Scratch {
    std::int64_t visits = 0;
    [[nodiscard]] std::int64_t byte_size() const { return 8; }
  };
  struct Partial {
    std::int64_t visits = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(visits);
    }
  };
  static void rebuild(const mr::RowGroup& /*group*/, const State& /*state*/, Scratch& /*scratch*/) {
    ++rebuilds;
  }
  static void map(const mr::RowGroup& /*group*/, const State& /*state*/, Scratch& scratch,
                  Partial& partial) {
    partial.visits += ++scratch.visits;
  }
  static void merge(Partial& left, const Partial& right) { left.visits += right.visits; }
};

/// The same with a Partial so large that a thread should fill it from many row groups.
struct LargeVisitTask : VisitTask {
  static constexpr std::string_view name = "test.large_visit";
  static std::int64_t partial_bytes(const State& /*state*/) { return std::int64_t{1} << 40U; }
};

/// A running sum with a State that is too large to travel with each run.
struct LargeStateTask {
  static constexpr std::string_view name = "test.large_state";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::vector<double> factors;
    template <class Archive>
    void fields(Archive& archive) {
      archive(factors);
    }
  };
  struct Scratch {
    double sum = 0;
    [[nodiscard]] std::int64_t byte_size() const { return 8; }
  };
  struct Partial {
    double sum = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(sum);
    }
  };
  static void rebuild(const mr::RowGroup& /*group*/, const State& /*state*/, Scratch& scratch) {
    scratch.sum = 0;
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial) {
    std::vector<double> values(static_cast<std::size_t>(group.rows));
    group.columns[0].decode(0, std::span(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      scratch.sum += values[i] * state.factors[i % state.factors.size()];
    }
    partial.sum += scratch.sum;
  }
  static void merge(Partial& left, const Partial& right) { left.sum += right.sum; }
};

const mr::TaskList& tasks() {
  static const mr::TaskList kTasks = {&mr::task_entry<VisitTask>(),
                                      &mr::task_entry<LargeVisitTask>(),
                                      &mr::task_entry<LargeStateTask>()};
  return kTasks;
}

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;

/// A column of whole numbers in 13 row groups.
frame::Frame numbers(mr::Engine& engine) {
  const auto layout =
      engine.new_layout({0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300});
  const ColumnId id = engine.new_column_id();
  for (std::int32_t g = 0; g < layout->groups(); ++g) {
    std::vector<double> values(100);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * i) + g;
    engine.put_chunk(*layout, id, GroupIndex(g), frame::encode_doubles(values));
  }
  const mr::OutputColumn kind;
  frame::Frame frame;
  frame.key = "numbers";
  frame.layout = layout;
  frame.add("x", engine.adopt({&id, 1}, {&kind, 1})[0]);
  return frame;
}

TEST(LargePartials, OfExactTasksAreFilledWhereTheRowsLive) {
  mr::LocalCluster cluster(3, 2, kMemory, tasks());
  mr::Engine& engine = cluster.node(1).engine();
  const frame::Frame frame = numbers(engine);
  const mr::ScratchLease scratch(engine);
  mr::RunOptions options;
  options.scratch = scratch.id();
  VisitTask::rebuilds = 0;
  engine.run<VisitTask>(mr::inputs_of(frame), {}, options);
  engine.run<LargeVisitTask>(mr::inputs_of(frame), {}, options);
  const auto third = engine.run<VisitTask>(mr::inputs_of(frame), {}, options);
  EXPECT_EQ(third.visits, 3 * frame.layout->groups());
  EXPECT_EQ(VisitTask::rebuilds, frame.layout->groups());
}

/// Three runs, of which two have the same State, which no message of 64 KiB holds.
double large_state_sum(int nodes) {
  mr::LocalCluster cluster(nodes, 2, kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = numbers(engine);
  LargeStateTask::State state{std::vector<double>(20'000, 0.1)};
  double sum = 0;
  {
    const mr::ScratchLease scratch(engine);
    mr::RunOptions options;
    options.scratch = scratch.id();
    sum = engine.run<LargeStateTask>(mr::inputs_of(frame), state, options).sum;
    sum += engine.run<LargeStateTask>(mr::inputs_of(frame), state, options).sum;
    state.factors[1] = 0.3;
    sum += engine.run<LargeStateTask>(mr::inputs_of(frame), state, options).sum;
  }
  for (std::size_t n = 0; n < cluster.size(); ++n) {
    EXPECT_EQ(cluster.node(n).budget().used(), cluster.node(n).store().chunk_bytes());
  }
  if (nodes > 1) {
    const auto traffic = cluster.node(0).traffic().by_task();
    EXPECT_EQ(traffic.at("mr.state").calls, 2U * static_cast<std::uint64_t>(nodes - 1));
    EXPECT_LT(traffic.at("test.large_state").request_bytes, 10'000U);
  }
  return sum;
}

TEST(LargeStates, ReachEveryNodeAndGoWithTheJob) {
  const double expected = large_state_sum(1);
  EXPECT_EQ(large_state_sum(3), expected);
}

}  // namespace
