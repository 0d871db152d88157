#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include <neve/operations/node_figures.hpp>

namespace neve::operations {

/// Reads what the operating system says about this process. Thread-safe.
class ProcessWatch {
 public:
  /// `directory` tells which disk is meant.
  explicit ProcessWatch(std::string directory) : directory_(std::move(directory)) {}
  /// Takes some 100 us.
  ProcessFigures figures();

 private:
  struct Sample {
    std::chrono::steady_clock::time_point at = {};
    double own_seconds = 0;
    std::int64_t machine_busy = 0;  ///< ticks
    std::int64_t machine_all = 0;
  };
  void measure_use(ProcessFigures& figures);

  const std::string directory_;
  std::mutex mutex_;  ///< of what follows
  Sample last_;
  std::int32_t percent_ = -1;
  std::int32_t machine_percent_ = -1;
};

/// Of each CPU, from /proc/stat.
CpuTicks read_cpu_ticks();

/// Of this process, from /proc/self/io; zeros where the kernel keeps that to itself.
IoCounts read_io_counts();

/// A line for each thread of this process: name, state, CPU time, what it waits for.
ThreadReport read_threads();

}  // namespace neve::operations
