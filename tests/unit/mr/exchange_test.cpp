#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/mr/engine.hpp>

#include "mr/api/compute_node.hpp"
#include "mr/api/exchange.hpp"

namespace {

using namespace neve;

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;
constexpr std::int32_t kGroups = 12;
constexpr std::int64_t kRowsEach = 5000;

/// Each row group holds its row numbers, `copies` times.
struct NumbersTask {
  static constexpr std::string_view name = "test.numbers";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::int64_t copies = 1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(copies);
    }
  };
  struct Scratch {
    std::vector<std::int64_t> numbers;
    [[nodiscard]] std::int64_t byte_size() const {
      return static_cast<std::int64_t>(numbers.size() * sizeof(std::int64_t));
    }
  };
  using Partial = mr::Nothing;
  struct Question {
    std::int64_t modulus = 1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(modulus);
    }
  };
  struct Answer {
    std::vector<std::int64_t> numbers;
    template <class Archive>
    void fields(Archive& archive) {
      archive(numbers);
    }
  };
  static inline std::atomic<int> rebuilt{0};
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
    ++rebuilt;
    for (std::int64_t copy = 0; copy < state.copies; ++copy) {
      for (std::int64_t i = 0; i < group.rows; ++i) scratch.numbers.push_back(group.first_row + i);
    }
  }
  static void map(const mr::RowGroup& /*group*/, const State& /*state*/, Scratch& /*scratch*/,
                  Partial& /*partial*/) {}
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
  static Answer answer(const Scratch& scratch, const Question& question) {
    Answer answer;
    for (const std::int64_t n : scratch.numbers) {
      if (n % question.modulus == 0) answer.numbers.push_back(n);
    }
    return answer;
  }
};

/// Sums what all row groups answer: one question for all, or one each.
struct AskTask {
  static constexpr std::string_view name = "test.ask";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    mr::Source from;
    bool one_each = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(from, one_each);
    }
  };
  struct Partial {
    std::int64_t sum = 0;
    bool ordered = true;
    template <class Archive>
    void fields(Archive& archive) {
      archive(sum, ordered);
    }
  };
  static inline std::atomic<mr::LocalCluster*> victim_cluster{nullptr};
  static void map(const mr::RowGroup& group, const State& state, Partial& partial) {
    if (group.index.value() == 1) {
      if (mr::LocalCluster* cluster = victim_cluster.exchange(nullptr)) cluster->kill(1);
    }
    std::vector<GroupIndex> groups;
    std::vector<NumbersTask::Question> questions;
    for (std::int32_t g = kGroups - 1; g >= 0; --g) {
      groups.emplace_back(g);
      if (state.one_each || questions.empty()) questions.push_back({state.one_each ? g + 1 : 1});
    }
    const auto answers =
        group.peers->ask<NumbersTask::Question, NumbersTask::Answer>(state.from, groups, questions);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const auto& numbers = answers.of[i]->numbers;
      partial.sum = std::accumulate(numbers.begin(), numbers.end(), partial.sum);
      partial.ordered = partial.ordered && numbers.front() / kRowsEach == groups[i].value();
    }
  }
  static void merge(Partial& left, const Partial& right) {
    left.sum += right.sum;
    left.ordered = left.ordered && right.ordered;
  }
};

const mr::TaskList& tasks() {
  static const mr::TaskList kTasks = {&mr::task_entry<NumbersTask>(), &mr::task_entry<AskTask>()};
  return kTasks;
}

std::vector<std::int64_t> even_cuts(std::int32_t groups) {
  std::vector<std::int64_t> cuts;
  for (std::int32_t g = 0; g <= groups; ++g) cuts.push_back(g * kRowsEach);
  return cuts;
}

/// Copies of the numbers, so that a node's answers take a few messages.
constexpr std::int64_t kCopies = 20;

AskTask::Partial ask_all(mr::LocalCluster& cluster, std::int32_t askers, bool one_each) {
  mr::Engine& engine = cluster.node(0).engine();
  const auto held = engine.new_layout(even_cuts(kGroups));
  const mr::ScratchLease scratch(engine);
  mr::RunOptions options{.token = nullptr, .scratch = scratch.id(), .outputs = {}};
  engine.run<NumbersTask>({held, {}}, {kCopies}, options);
  const auto asking = engine.new_layout(even_cuts(askers));
  return engine.run<AskTask>({asking, {}},
                             {engine.source(NumbersTask::name, held, scratch.id()), one_each});
}

constexpr std::int64_t kSum = kCopies * (kGroups * kRowsEach) * (kGroups * kRowsEach - 1) / 2;

TEST(Exchange, AnswersComeWholeAndInTheOrderOfTheGroups) {
  for (const int nodes : {1, 3}) {
    mr::LocalCluster cluster(nodes, 2, kMemory, tasks());
    NumbersTask::rebuilt = 0;
    const auto found = ask_all(cluster, 5, false);
    EXPECT_EQ(found.sum, 5 * kSum);
    EXPECT_TRUE(found.ordered);
    EXPECT_EQ(NumbersTask::rebuilt, kGroups) << "what is there is not made again";
  }
}

TEST(Exchange, EachGroupIsAskedItsOwnQuestion) {
  mr::LocalCluster cluster(3, 1, kMemory, tasks());
  std::int64_t expected = 0;
  for (std::int64_t n = 0; n < kGroups * kRowsEach; ++n) {
    if (n % (n / kRowsEach + 1) == 0) expected += n * kCopies;
  }
  EXPECT_EQ(ask_all(cluster, 1, true).sum, expected);
}

TEST(Exchange, WhatALostNodeHeldIsMadeAgain) {
  mr::LocalCluster cluster(
      {.nodes = 3, .threads_each = 1, .memory_bytes_each = kMemory, .copies = 2}, tasks());
  AskTask::victim_cluster = &cluster;
  NumbersTask::rebuilt = 0;
  const auto found = ask_all(cluster, 5, false);
  EXPECT_EQ(found.sum, 5 * kSum);
  EXPECT_TRUE(found.ordered);
  EXPECT_GT(NumbersTask::rebuilt, kGroups);
}

TEST(Exchange, LeavesNothingBehind) {
  mr::LocalCluster cluster(3, 1, kMemory, tasks());
  ask_all(cluster, 5, false);
  for (std::size_t n = 0; n < cluster.size(); ++n) EXPECT_EQ(cluster.node(n).budget().used(), 0);
}

TEST(Exchange, AnswersThatDoNotFitAreRefused) {
  mr::LocalCluster cluster(2, 1, std::int64_t{7} << 20U, tasks());
  EXPECT_THROW(ask_all(cluster, 2, false), OutOfMemoryError);
  for (std::size_t n = 0; n < cluster.size(); ++n) EXPECT_EQ(cluster.node(n).budget().used(), 0);
}

}  // namespace
