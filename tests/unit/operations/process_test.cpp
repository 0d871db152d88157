#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <semaphore>
#include <thread>

#include <neve/base/thread_name.hpp>

#include "operations/process_figures.hpp"

namespace neve::operations {
namespace {

TEST(ProcessWatch, TellsOfThisProcess) {
  ProcessWatch watch("/");
  const ProcessFigures figures = watch.figures();
  EXPECT_EQ(figures.process_id, ::getpid());
  EXPECT_GE(figures.cores, figures.allowed_cores);
  EXPECT_GT(figures.resident_bytes, 100'000);
  EXPECT_GT(figures.disk_bytes, figures.free_disk_bytes);
  EXPECT_GE(figures.open_files, 3);
  EXPECT_EQ(figures.cpu_percent, -1) << "one look says nothing about a length of time";
}

TEST(ProcessWatch, TicksOfEachCpuOnlyGrow) {
  const CpuTicks before = read_cpu_ticks();
  const CpuTicks after = read_cpu_ticks();
  ASSERT_FALSE(before.empty());
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t cpu = 0; cpu < before.size(); ++cpu) {
    ASSERT_EQ(before[cpu].size(), 4U);
    EXPECT_GT(std::accumulate(before[cpu].begin(), before[cpu].end(), 0LL), 0);
    for (std::size_t kind = 0; kind < 4; ++kind) EXPECT_LE(before[cpu][kind], after[cpu][kind]);
  }
}

TEST(Threads, AreToldByNameWhateverItHolds) {
  std::binary_semaphore named(0);
  std::binary_semaphore seen(0);
  std::jthread other([&] {
    name_this_thread("a) long (name that is cut");
    named.release();
    seen.acquire();
  });
  named.acquire();
  const ThreadReport report = read_threads();
  seen.release();
  EXPECT_GE(report.lines.size(), 2U);
  EXPECT_TRUE(std::ranges::any_of(report.lines, [](const std::string& line) {
    return line.starts_with("\"a) long (name t\" #") && line.find(" s user, ") != std::string::npos;
  })) << report.lines[0];
}

}  // namespace
}  // namespace neve::operations
