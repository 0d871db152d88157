#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/base/isa.hpp>
#include <neve/base/log.hpp>

#include "cluster/api/cluster_node.hpp"
#include "server/cluster_command.hpp"
#include "server/cpu_check.hpp"
#include "server/node.hpp"

namespace neve {
namespace {

/// How long a graceful stop may take before the process is ended.
constexpr unsigned kStopSeconds = 15;

/// Larger pieces of memory go back to the system as soon as they are freed. Smaller ones, such as
/// the Partials and messages of a run, are kept for the next run: memory that is new at every run
/// costs more than what is done with it. Jobs give back what is left as they end. Each arena of
/// malloc keeps some free, so there are no more of them than threads that compute, and one for the
/// rest.
void keep_small_memory(int computing_threads) {
  constexpr int kLargeBytes = 4 << 20;
  constexpr int kMostKeptBytes = 16 << 20;  // free at the end of an arena
  ::mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  ::mallopt(M_TRIM_THRESHOLD, kMostKeptBytes);
  ::mallopt(M_ARENA_MAX, computing_threads + 1);
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void open_log(const server::Options& options, std::uint16_t port) {
  std::filesystem::create_directories(options.ice_root);
  std::filesystem::create_directories(options.log_directory);
  log::open({.directory = options.log_directory,
             .file_stem = "neve_" + std::to_string(port),
             .level = options.log_level,
             .max_file_bytes = options.max_log_file_bytes});
  log::info(std::string("Neve ") + server::kNeveVersion + ", cluster " + options.name + ", " +
            std::to_string(options.threads) + " threads, " + readable_bytes(options.memory_bytes) +
            " for data, kernels for x86-64-" + std::string(isa_text(process_isa())));
  for (const std::string& option : options.ignored) {
    log::info("Option " + option + " has no meaning here and is ignored");
  }
}

/// The line for which H2O's Python client waits on standard output, in the form of a log line.
void announce(const std::string& url) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  std::array<char, 32> time{};
  std::strftime(time.data(), time.size(), "%m-%d %H:%M:%S", &parts);
  std::printf("%s INFO neve: Open H2O Flow in your web browser: %s\n", time.data(), url.c_str());
  std::fflush(stdout);
}

/// Waits for the signals that end the process on a thread of its own: a node that looks for its
/// cluster may be told to stop, too, and has nothing to end then.
class StopSignal {
 public:
  StopSignal() : thread_([this] { watch(); }) { thread_.detach(); }
  /// From now on the signal is waited for.
  int wait() {
    std::unique_lock lock(mutex_);
    serving_ = true;
    changed_.wait(lock, [this] { return signal_ != 0; });
    return signal_;
  }

 private:
  void watch() {
    const sigset_t signals = stop_signals();
    int signal = 0;
    sigwait(&signals, &signal);
    const std::lock_guard lock(mutex_);
    if (!serving_) {
      log::info("Stopped while looking for the cluster");
      log::flush();
      std::_Exit(0);
    }
    signal_ = signal;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool serving_ = false;
  int signal_ = 0;
  std::thread thread_;  // lives as long as the process
};

/// The addresses of the others, as far as they are known, where the node is to start anew, with a
/// new id, as they have gone on without it.
std::optional<std::string> serve(const server::Options& options, StopSignal& stop) try {
  server::Ports ports = server::open_ports(options);
  open_log(options, ports.rest.port());
  const auto end = [] { ::kill(::getpid(), SIGTERM); };
  std::atomic<bool> again{false};
  server::Node node(options, std::move(ports), end, [&again, end] {
    again = true;
    end();
  });
  log::info("Listening on " + node.url());
  announce(node.url());
  const int signal = stop.wait();
  log::info(again ? "The cluster has gone on without this node; it starts anew"
                  : "Stopping on signal " + std::to_string(signal));
  alarm(kStopSeconds);
  const std::string others = node.others();
  node.stop();
  if (!again) return std::nullopt;
  return others;
} catch (const cluster::EvictedError& error) {
  log::warn(error.what());
  return "";
}

/// Replaces this process by a new start of the same program, which knows that there is a cluster,
/// and where.
void start_anew(const server::Options& options, std::vector<char*> arguments, std::string others) {
  std::string returning = "--returning";
  std::string join = "--join=" + std::move(others);
  if (!options.returning) arguments.push_back(returning.data());
  if (options.join.empty() && options.flatfile.empty()) arguments.push_back(join.data());
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
}

int run(int argc, char** argv) {
  server::require_x86_64_v3();
  if (argc > 1 && std::strcmp(argv[1], "cluster") == 0) {
    return server::run_cluster_command({argv + 2, argv + argc});
  }
  const server::Options options =
      server::parse_options({argv + 1, argv + argc}, server::Machine::here());
  if (options.ends) {
    std::fputs(options.text.c_str(), options.exit_code == 0 ? stdout : stderr);
    return options.exit_code;
  }
  keep_small_memory(options.threads);
  try {
    process_isa();
  } catch (const Error& error) {
    std::fprintf(stderr, "neve: %s\n", error.what());
    return server::kUsageExit;
  }
  // Before any thread starts, so that all of them leave the signals to sigwait.
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  static StopSignal stop;
  try {
    if (auto others = serve(options, stop)) {
      log::flush();
      alarm(0);
      pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
      start_anew(options, {argv, argv + argc}, *std::move(others));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "neve: %s\n", error.what());
    return 1;
  }
  log::info("Stopped");
  log::flush();
  return 0;
}

}  // namespace
}  // namespace neve

int main(int argc, char** argv) { return neve::run(argc, argv); }
