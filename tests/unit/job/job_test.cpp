#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/job/job.hpp>
#include <neve/store/store.hpp>

#include "cluster/api/transport.hpp"

namespace {

using namespace neve;

const job::Description kDescription{"Test", "thing", "Key<Frame>"};
constexpr std::string_view kKind = "test";

/// Bytes that all nodes reach.
class SharedBlobs final : public store::Blobs {
 public:
  std::pair<store::Blob, std::shared_ptr<const store::ColumnLease>> keep(
      std::span<const std::byte> bytes) override {
    const ColumnId id = store_->new_column_id();
    store_->commit({.new_columns = {.ids = {id}}});
    (*all_)[id] = {bytes.begin(), bytes.end()};
    return {{id, {}, static_cast<std::int64_t>(bytes.size())},
            std::make_shared<const store::ColumnLease>(*store_, id)};
  }
  wire::Bytes fetch(const store::Blob& blob) override {
    EXPECT_TRUE(store_->catalog().has_column(blob.column)) << "the state was freed";
    return all_->at(blob.column);
  }
  store::Store* store_ = nullptr;
  std::map<ColumnId, wire::Bytes>* all_ = nullptr;
};

/// Nodes with jobs of one kind, which do what the test says.
class Nodes {
 public:
  explicit Nodes(std::size_t count, job::Jobs::Work work) : work_(std::move(work)) {
    for (std::size_t i = 0; i < count; ++i) add(i);
    view_.epoch = 1;
    sequencer_.change_view(view_);
  }
  ~Nodes() {
    for (auto& node : nodes_) node->jobs->stop();
  }
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;
  job::Jobs& jobs(std::size_t i) { return *nodes_.at(i)->jobs; }
  store::Store& store(std::size_t i) { return nodes_.at(i)->store; }
  std::shared_ptr<job::Job> start(std::string_view request = "go") {
    const auto bytes = std::as_bytes(std::span(request));
    return jobs(0).start(kDescription, {.kind = kKind, .request = {bytes.begin(), bytes.end()}});
  }
  void kill(std::size_t i) {
    const NodeId gone(i + 1);
    network_.leave(gone);
    sequencer_.remove(store(i));
    ++view_.epoch;
    std::erase_if(view_.members, [gone](const cluster::Member& m) { return m.id == gone; });
    sequencer_.change_view(view_);
  }

 private:
  struct Node {
    Node(store::Sequencer& sequencer, cluster::QueueNetwork& network, NodeId id)
        : store(budget, sequencer, id), transport(network, id) {}
    Budget budget{1 << 20U};
    store::Store store;
    cluster::QueueTransport transport;
    cluster::Inbox inbox;
    SharedBlobs blobs;
    std::unique_ptr<job::Jobs> jobs;
  };
  void add(std::size_t i) {
    const NodeId id(i + 1);
    auto made = std::make_unique<Node>(sequencer_, network_, id);
    made->blobs.store_ = &made->store;
    made->blobs.all_ = &bytes_;
    made->jobs =
        std::make_unique<job::Jobs>(job::Jobs::Parts{id, made->store, made->blobs, made->transport,
                                                     std::chrono::milliseconds(0)},
                                    "tag");
    made->jobs->define(std::string(kKind), work_);
    made->jobs->serve(made->inbox);
    sequencer_.add(made->store);
    network_.join(id, made->inbox);
    view_.members.push_back(
        {.id = id, .address = "", .peer = {}, .number = static_cast<std::uint32_t>(i)});
    nodes_.push_back(std::move(made));
  }
  job::Jobs::Work work_;
  cluster::QueueNetwork network_;
  store::LocalSequencer sequencer_;
  cluster::View view_;
  std::map<ColumnId, wire::Bytes> bytes_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

void until_cancelled(job::Job& job) {
  while (true) job.token()->check();
}

TEST(Job, ReportsProgressAndEndsDone) {
  Nodes nodes(1, [](job::Job& job, auto) {
    job.progress(0.5, "half");
    job.progress(0.2);  // never back
    job.warn("careful");
  });
  const auto made = nodes.start();
  made->wait();
  const job::Snapshot end = made->snapshot();
  EXPECT_EQ(end.status, job::Status::done);
  EXPECT_EQ(end.progress, 1);
  EXPECT_EQ(end.warnings, std::vector<std::string>{"careful"});
  EXPECT_EQ(nodes.jobs(0).find(made->key()), made);
  EXPECT_EQ(nodes.jobs(0).find("nobody"), nullptr);
}

TEST(Job, KeepsHowItFailed) {
  Nodes nodes(1, [](job::Job&, auto) { throw InputError::bad_request("no such thing"); });
  const auto made = nodes.start();
  made->wait();
  EXPECT_EQ(made->snapshot().status, job::Status::failed);
  EXPECT_EQ(made->snapshot().exception, "no such thing");
}

TEST(Job, IsCancelledAtItsNextCheck) {
  Nodes nodes(1, [](job::Job& job, auto) { until_cancelled(job); });
  const auto made = nodes.start();
  made->cancel();
  made->wait();
  EXPECT_EQ(made->snapshot().status, job::Status::cancelled);
}

TEST(Job, CallsBackOnceFinishedAlsoAfterwards) {
  Nodes nodes(1, [](job::Job&, auto) {});
  const auto made = nodes.start();
  std::atomic<int> calls = 0;
  made->when_finished([&] { ++calls; });
  made->wait();
  made->when_finished([&] { ++calls; });
  nodes.jobs(0).stop();
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(made->first_look());
  EXPECT_FALSE(made->first_look());
}

TEST(Job, CallsNobodyBackWhoWasForgotten) {
  Nodes nodes(1, [](job::Job& job, auto) { until_cancelled(job); });
  const auto made = nodes.start();
  std::atomic<int> calls = 0;
  const std::uint64_t first = made->when_finished([&] { calls += 1; });
  made->when_finished([&] { calls += 10; });
  made->forget(first);
  made->cancel();
  nodes.jobs(0).stop();
  EXPECT_EQ(calls, 10);
}

TEST(Jobs, StopEndsWhatRuns) {
  Nodes nodes(1, [](job::Job& job, auto) { until_cancelled(job); });
  const std::vector all = {nodes.start(), nodes.start(), nodes.start()};
  nodes.jobs(0).stop();
  for (const auto& job : all) EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
}

TEST(Jobs, AreSeenAndCancelledFromOtherNodes) {
  Nodes nodes(2, [](job::Job& job, auto) {
    job.progress(0.25, "quarter");
    until_cancelled(job);
  });
  const auto made = nodes.start();
  while (made->snapshot().progress == 0) {
  }
  const auto seen = nodes.jobs(1).look(made->key());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->progress, 0.25);
  EXPECT_EQ(seen->message, "quarter");
  EXPECT_EQ(nodes.jobs(1).list().size(), 1U);
  EXPECT_FALSE(nodes.jobs(1).cancel("nobody"));
  EXPECT_TRUE(nodes.jobs(1).cancel(made->key()));
  made->wait();
  EXPECT_EQ(nodes.jobs(1).look(made->key())->status, job::Status::cancelled);
}

TEST(Jobs, TheEndOutlivesItsNode) {
  Nodes nodes(3, [](job::Job&, auto) { throw InputError::bad_request("no such thing"); });
  const auto made = nodes.start();
  made->wait();
  nodes.kill(0);
  for (std::size_t i : {1U, 2U}) {
    const auto seen = nodes.jobs(i).look(made->key());
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->status, job::Status::failed);
    EXPECT_EQ(seen->exception, "no such thing");
    EXPECT_EQ(nodes.jobs(i).find(made->key()), nullptr);
  }
}

/// Counts to nine, keeping the count; the first driver stops at five and waits.
void count(job::Job& job, std::atomic<bool>& first, std::atomic<int>& began_at) {
  int at = job.saved() == nullptr ? 0 : wire::decode<std::int32_t>(*job.saved());
  began_at = at;
  const bool waits = first.exchange(false);
  while (at < 9) {
    ++at;
    job.progress(at / 10.0);
    job.keep([&] { return wire::encode(std::int32_t{at}); });
    if (waits && at == 5) until_cancelled(job);
  }
}

TEST(Jobs, GoOnElsewhereFromTheStateThatWasKept) {
  std::atomic<bool> first = true;
  std::atomic<int> began_at = -1;
  Nodes nodes(3, [&](job::Job& job, auto request) {
    EXPECT_EQ(request.size(), 100'000U);
    count(job, first, began_at);
  });
  const auto made = nodes.start(std::string(100'000, 'x'));
  while (made->snapshot().progress < 0.5) {
  }
  // The state of step five may be on its way still.
  const auto kept = [&](const store::Catalog& catalog) {
    return catalog.find(made->key())->columns.size() == 2;
  };
  ASSERT_TRUE(nodes.store(1).wait_for(kept, std::chrono::seconds(20)));
  nodes.kill(0);
  const auto ended = [&](const store::Catalog& catalog) {
    return !catalog.find(made->key())->owner.has_value();
  };
  ASSERT_TRUE(nodes.store(1).wait_for(ended, std::chrono::seconds(20)));
  EXPECT_GE(began_at, 4);
  EXPECT_LE(began_at, 5);
  EXPECT_EQ(nodes.jobs(1).look(made->key())->status, job::Status::done);
  EXPECT_TRUE(nodes.store(1).catalog().find(made->key())->columns.empty());
}

TEST(Jobs, GoOnElsewhereWhenTheirNodeStops) {
  std::atomic<bool> first = true;
  std::atomic<int> began_at = -1;
  Nodes nodes(2, [&](job::Job& job, auto) { count(job, first, began_at); });
  const auto made = nodes.start();
  while (made->snapshot().progress < 0.5) {
  }
  nodes.jobs(0).stop();
  EXPECT_FALSE(nodes.jobs(1).look(made->key())->finished());
  nodes.kill(0);
  const auto ended = [&](const store::Catalog& catalog) {
    return !catalog.find(made->key())->owner.has_value();
  };
  ASSERT_TRUE(nodes.store(1).wait_for(ended, std::chrono::seconds(20)));
  EXPECT_EQ(nodes.jobs(1).look(made->key())->status, job::Status::done);
}

TEST(Jobs, AreGivenUpWhenAllTheirNodesDie) {
  std::atomic<int> drivers = 0;
  Nodes nodes(8, [&](job::Job& job, auto) {
    ++drivers;
    until_cancelled(job);
  });
  const auto made = nodes.start();
  std::set<std::size_t> left = {0, 1, 2, 3, 4, 5, 6, 7};
  const auto owner = [&](const store::Catalog& catalog) {
    return catalog.find(made->key())->owner;
  };
  for (int i = 1; i <= 6; ++i) {
    while (drivers < i) {
    }
    const std::size_t at = owner(nodes.store(*left.begin()).catalog())->value() - 1;
    left.erase(at);
    nodes.kill(at);
  }
  const auto ended = [&](const store::Catalog& catalog) { return !owner(catalog).has_value(); };
  ASSERT_TRUE(nodes.store(*left.begin()).wait_for(ended, std::chrono::seconds(20)));
  const auto seen = nodes.jobs(*left.begin()).look(made->key());
  EXPECT_EQ(seen->status, job::Status::failed);
  EXPECT_NE(seen->exception.find("given up"), std::string::npos);
  EXPECT_EQ(drivers, 6);
}

}  // namespace
