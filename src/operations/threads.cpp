#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <neve/base/clock.hpp>

#include "operations/process_figures.hpp"

namespace neve::operations {
namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string state_text(char state) {
  switch (state) {
    case 'R':
      return "running";
    case 'S':
      return "waiting";
    case 'D':
      return "waiting for a device";
    case 'T':
    case 't':
      return "stopped";
    case 'Z':
    case 'X':
      return "ended";
    default:
      return std::string("in state ") + state;
  }
}

/// Where in the kernel a thread waits; empty where it does not, or where the kernel keeps that to
/// itself.
std::string waits_in(const std::filesystem::path& thread) {
  const std::string place = first_line(thread / "wchan");
  return place.empty() || place == "0" ? "" : " in " + place;
}

/// `job  #123  running  1.25 s user, 0.03 s system, on CPU 1`; empty where the thread has just
/// ended.
std::string describe(const std::filesystem::path& thread) {
  const std::string stat = first_line(thread / "stat");
  // The name, in brackets, may hold anything, brackets too.
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 2 >= stat.size()) {
    return {};
  }
  const std::string name = stat.substr(open + 1, close - open - 1);
  std::istringstream words(stat.substr(close + 2));
  // Numbered as in proc(5), from which the first two are gone: state is 3, utime 14, stime 15,
  // processor 39.
  constexpr int kFirst = 3;
  constexpr int kUser = 14;
  constexpr int kSystem = 15;
  constexpr int kProcessor = 39;
  std::string state;
  double user = 0;
  double system = 0;
  std::string processor;
  const auto ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  int number = kFirst;
  for (std::string word; number <= kProcessor && words >> word; ++number) {
    if (number == kFirst) state = word;
    if (number == kUser) user = std::stod(word) / ticks_a_second;
    if (number == kSystem) system = std::stod(word) / ticks_a_second;
    if (number == kProcessor) processor = word;
  }
  if (state.empty()) return {};
  std::array<char, 96> times{};
  std::snprintf(times.data(), times.size(), "%.2f s user, %.2f s system", user, system);
  return "\"" + name + "\" #" + thread.filename().string() + " " + state_text(state[0]) +
         waits_in(thread) + "; " + times.data() + ", CPU " + processor;
}

}  // namespace

ThreadReport read_threads() {
  ThreadReport report;
  report.time_ms = now_ms();
  std::error_code error;
  std::filesystem::directory_iterator threads("/proc/self/task", error);
  for (; !error && threads != std::filesystem::directory_iterator(); threads.increment(error)) {
    std::string line = describe(threads->path());
    if (!line.empty()) report.lines.push_back(std::move(line));
  }
  std::ranges::sort(report.lines);
  return report;
}

}  // namespace neve::operations
