#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include <neve/base/budget.hpp>
#include <neve/base/wire.hpp>

namespace neve {

/// Results that trainings of one search need alike: each is made by whom needs it first and kept
/// until the search ends, while memory is plenty. A key names all that a result follows from, so
/// that nobody's result hangs on who made it. Lives on the node that drives; thread-safe.
class SharedResults {
 public:
  explicit SharedResults(Budget& budget) : budget_(budget) {}
  SharedResults(const SharedResults&) = delete;
  SharedResults& operator=(const SharedResults&) = delete;

  /// What make() gives, a T with byte_size(); others who need it meanwhile wait. Where make()
  /// throws, the next one makes it.
  template <class T, class Make>
  std::shared_ptr<const T> get(const wire::Bytes& key, const Make& make) {
    const std::shared_ptr<Entry> entry = entry_of(key);
    const std::lock_guard lock(entry->mutex);
    if (entry->value) return std::static_pointer_cast<const T>(entry->value);
    auto made = std::make_shared<const T>(make());
    keep(*entry, made, made->byte_size());
    return made;
  }

 private:
  struct Entry {
    std::mutex mutex;
    Reservation memory;
    std::shared_ptr<const void> value;
  };
  std::shared_ptr<Entry> entry_of(const wire::Bytes& key);
  void keep(Entry& entry, std::shared_ptr<const void> value, std::int64_t bytes);

  Budget& budget_;
  std::mutex mutex_;
  std::map<wire::Bytes, std::shared_ptr<Entry>> entries_;
};

}  // namespace neve
