#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <neve/mr/task.hpp>

namespace neve::mr {

/// A Partial that covers blocks [k·2^h, (k+1)·2^h) ∩ [0, n).
struct Subtree {
  std::int32_t height = 0;
  std::int64_t place = 0;
  std::shared_ptr<void> partial;
};

/// Merges the Partials of n blocks on the aligned binary tree, each pair as soon as both are there:
/// the same merges in the same places, whichever thread or node made the parts. Thread-safe.
class TreeReducer {
 public:
  TreeReducer(const TaskEntry& task, std::int64_t blocks) : task_(task), blocks_(blocks) {}
  void add(Subtree part);
  /// What could not be merged further here, lowest place first: one root where all blocks came.
  std::vector<Subtree> take();

 private:
  [[nodiscard]] std::int64_t nodes_at(std::int32_t height) const;
  const TaskEntry& task_;
  std::int64_t blocks_;
  std::mutex mutex_;
  std::map<std::pair<std::int32_t, std::int64_t>, std::shared_ptr<void>> waiting_;
};

}  // namespace neve::mr
