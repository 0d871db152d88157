#include <gtest/gtest.h>

#include <neve/job/job.hpp>

namespace {

using namespace neve;

const job::Description kDescription{"Test", "thing", "Key<Frame>"};

TEST(Job, ReportsProgressAndEndsDone) {
  job::Jobs jobs("tag");
  const auto made = jobs.start(kDescription, [](job::Job& job) {
    job.progress(0.5, "half");
    job.progress(0.2);  // never back
    job.warn("careful");
  });
  made->wait();
  const job::Snapshot end = made->snapshot();
  EXPECT_EQ(end.status, job::Status::done);
  EXPECT_EQ(end.progress, 1);
  EXPECT_EQ(end.warnings, std::vector<std::string>{"careful"});
  EXPECT_EQ(jobs.find(made->key()), made);
  EXPECT_EQ(jobs.find("nobody"), nullptr);
}

TEST(Job, KeepsHowItFailed) {
  job::Jobs jobs("tag");
  const auto made =
      jobs.start(kDescription, [](job::Job&) { throw InputError::bad_request("no such thing"); });
  made->wait();
  EXPECT_EQ(made->snapshot().status, job::Status::failed);
  EXPECT_EQ(made->snapshot().exception, "no such thing");
}

TEST(Job, IsCancelledAtItsNextCheck) {
  job::Jobs jobs("tag");
  const auto made = jobs.start(kDescription, [](job::Job& job) {
    while (true) job.token()->check();
  });
  made->cancel();
  made->wait();
  EXPECT_EQ(made->snapshot().status, job::Status::cancelled);
}

TEST(Job, CallsBackOnceFinishedAlsoAfterwards) {
  job::Jobs jobs("tag");
  const auto made = jobs.start(kDescription, [](job::Job&) {});
  std::atomic<int> calls = 0;
  made->when_finished([&] { ++calls; });
  made->wait();
  made->when_finished([&] { ++calls; });
  jobs.stop();
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(made->first_look());
  EXPECT_FALSE(made->first_look());
}

TEST(Jobs, StopEndsWhatRuns) {
  job::Jobs jobs("tag");
  for (int i = 0; i < 3; ++i) {
    jobs.start(kDescription, [](job::Job& job) {
      while (true) job.token()->check();
    });
  }
  jobs.stop();
  for (const auto& job : jobs.list()) EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
}

}  // namespace
