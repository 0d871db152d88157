#include "rest/http/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace neve::rest::http {
namespace {

TEST(WorkerPool, RunsBlockedWorkSideBySide) {
  WorkerPool pool;
  std::latch all_there(8);
  std::latch done(8);
  for (int i = 0; i < 8; ++i) {
    pool.submit([&] {
      all_there.arrive_and_wait();  // returns only if all eight run at once
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(pool.threads(), 8U);
}

TEST(WorkerPool, QueuesBeyondItsLimit) {
  WorkerPool pool({.max_threads = 2, .idle = std::chrono::milliseconds{5'000}});
  std::atomic<int> count = 0;
  std::latch done(100);
  for (int i = 0; i < 100; ++i) {
    pool.submit([&] {
      ++count;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(count, 100);
  EXPECT_LE(pool.threads(), 2U);
}

TEST(WorkerPool, LetsIdleThreadsEnd) {
  WorkerPool pool({.max_threads = 4, .idle = std::chrono::milliseconds{1}});
  for (int i = 0; i < 50; ++i) {
    std::latch done(1);
    pool.submit([&] { done.count_down(); });
    done.wait();
    while (pool.threads() != 0) std::this_thread::yield();
  }
}

}  // namespace
}  // namespace neve::rest::http
