#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace neve::ingest::columnar {

/// Readers that nobody uses now, as opening one reads a file's whole directory. Thread-safe.
template <class Reader>
class IdleReaders {
 public:
  /// Null where there is none.
  std::unique_ptr<Reader> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }
  void give_back(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_;
};

}  // namespace neve::ingest::columnar
