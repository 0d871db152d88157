#include "operations/process_figures.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

#include <neve/base/clock.hpp>

namespace neve::operations {

namespace {

/// The number behind `name` in /proc/self/status, which counts in KiB.
void read_memory(ProcessFigures& figures) {
  std::ifstream status("/proc/self/status");
  constexpr std::int64_t kKiB = 1024;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) figures.resident_bytes = std::stoll(line.substr(6)) * kKiB;
    if (line.starts_with("VmSwap:")) figures.swapped_bytes = std::stoll(line.substr(7)) * kKiB;
  }
}

std::int32_t count_open_files() {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  std::int32_t count = 0;
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) ++count;
  return count;
}

double own_cpu_seconds() {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// user nice system idle iowait irq softirq steal, of a line of /proc/stat; guests count as user.
std::vector<std::int64_t> ticks_of(const std::string& line) {
  std::istringstream words(line);
  std::string name;
  words >> name;
  constexpr std::size_t kKinds = 8;
  std::vector<std::int64_t> ticks;
  for (std::int64_t tick = 0; ticks.size() < kKinds && words >> tick;) ticks.push_back(tick);
  ticks.resize(kKinds);
  return ticks;
}

constexpr std::size_t kIdle = 3;
constexpr std::size_t kWaitsForDisk = 4;

}  // namespace

void ProcessWatch::measure_use(ProcessFigures& figures) {
  constexpr std::chrono::seconds kLeast(1);
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_.at >= kLeast) {
    std::ifstream stat("/proc/stat");
    std::string line;
    std::getline(stat, line);
    const std::vector<std::int64_t> ticks = ticks_of(line);
    Sample next{now, figures.cpu_seconds, 0, std::accumulate(ticks.begin(), ticks.end(), 0LL)};
    next.machine_busy = next.machine_all - ticks[kIdle] - ticks[kWaitsForDisk];
    if (last_.at != std::chrono::steady_clock::time_point{}) {
      const double seconds = std::chrono::duration<double>(now - last_.at).count();
      percent_ = static_cast<std::int32_t>(100 * (next.own_seconds - last_.own_seconds) /
                                           (seconds * std::max(1, figures.cores)));
      const auto all = std::max<std::int64_t>(1, next.machine_all - last_.machine_all);
      machine_percent_ =
          static_cast<std::int32_t>(100 * (next.machine_busy - last_.machine_busy) / all);
    }
    last_ = next;
  }
  figures.cpu_percent = percent_;
  figures.machine_cpu_percent = machine_percent_;
}

ProcessFigures ProcessWatch::figures() {
  ProcessFigures figures;
  figures.process_id = ::getpid();
  figures.cores = static_cast<std::int32_t>(::sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t allowed;
  figures.allowed_cores = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0
                              ? static_cast<std::int32_t>(CPU_COUNT(&allowed))
                              : figures.cores;
  double load = 0;
  if (::getloadavg(&load, 1) == 1) figures.load = static_cast<float>(load);
  figures.cpu_seconds = own_cpu_seconds();
  measure_use(figures);
  read_memory(figures);
  struct statvfs disk {};
  if (::statvfs(directory_.c_str(), &disk) == 0) {
    const auto block = static_cast<std::int64_t>(disk.f_frsize);
    figures.free_disk_bytes = static_cast<std::int64_t>(disk.f_bavail) * block;
    figures.disk_bytes = static_cast<std::int64_t>(disk.f_blocks) * block;
  }
  figures.open_files = count_open_files();
  return figures;
}

CpuTicks read_cpu_ticks() {
  std::ifstream stat("/proc/stat");
  CpuTicks all;
  for (std::string line; std::getline(stat, line);) {
    // "cpu0 …"; the line "cpu …" sums them up.
    if (!line.starts_with("cpu") || line.starts_with("cpu ")) continue;
    const std::vector<std::int64_t> ticks = ticks_of(line);
    const std::int64_t programs = ticks[0] + ticks[1];
    const std::int64_t system = ticks[2];
    const std::int64_t others = std::accumulate(ticks.begin() + kWaitsForDisk, ticks.end(), 0LL);
    all.push_back({programs, system, others, ticks[kIdle]});
  }
  return all;
}

IoCounts read_io_counts() {
  std::ifstream file("/proc/self/io");
  IoCounts counts;
  std::string name;
  for (std::int64_t count = 0; file >> name >> count;) {
    if (name == "rchar:") counts.read_bytes = count;
    if (name == "wchar:") counts.written_bytes = count;
    if (name == "syscr:") counts.reads = count;
    if (name == "syscw:") counts.writes = count;
  }
  return counts;
}

std::int64_t program_time_s() {
  struct stat file {};
  return ::stat("/proc/self/exe", &file) == 0 ? static_cast<std::int64_t>(file.st_mtime) : 0;
}

}  // namespace neve::operations
