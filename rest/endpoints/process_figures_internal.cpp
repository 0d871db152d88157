#include "rest/endpoints/process_figures_internal.hpp"

#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <neve/base/clock.hpp>

namespace neve::rest::endpoints {

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

}  // namespace

ProcessFigures process_figures(const std::string& directory) {
  ProcessFigures figures;
  figures.process_id = ::getpid();
  figures.cores = static_cast<std::int32_t>(::sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t allowed;
  figures.allowed_cores = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0
                              ? static_cast<std::int32_t>(CPU_COUNT(&allowed))
                              : figures.cores;
  double load = 0;
  if (::getloadavg(&load, 1) == 1) figures.load = static_cast<float>(load);
  read_memory(figures);
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) == 0) {
    const auto block = static_cast<std::int64_t>(disk.f_frsize);
    figures.free_disk_bytes = static_cast<std::int64_t>(disk.f_bavail) * block;
    figures.disk_bytes = static_cast<std::int64_t>(disk.f_blocks) * block;
  }
  figures.open_files = count_open_files();
  return figures;
}

std::int64_t program_time_s() {
  struct stat file {};
  return ::stat("/proc/self/exe", &file) == 0 ? static_cast<std::int64_t>(file.st_mtime) : 0;
}

}  // namespace neve::rest::endpoints
