#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>

namespace neve::rest {

/// How many requests a node has answered, and how long that took. Thread-safe.
class RequestCounts {
 public:
  /// Upper ends of the classes of durations, in seconds; a last one has no end.
  static constexpr std::array<double, 14> kSeconds = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  struct Counts {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, kSeconds.size() + 1> by_duration{};  ///< each on its own
    double seconds = 0;                                            ///< of all together
  };
  void add(int status, std::chrono::nanoseconds took);
  [[nodiscard]] Counts counts() const;
  /// Somebody works with data, rather than looking how the cluster is.
  void note_work();
  /// Since somebody last did.
  [[nodiscard]] std::chrono::milliseconds idle() const;

 private:
  mutable std::mutex mutex_;
  Counts counts_;
  std::chrono::steady_clock::time_point last_work_ = std::chrono::steady_clock::now();
};

}  // namespace neve::rest
