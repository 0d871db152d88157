#include <neve/base/shared_results.hpp>

namespace neve {

std::shared_ptr<SharedResults::Entry> SharedResults::entry_of(const wire::Bytes& key) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Entry>& entry = entries_[key];
  if (!entry) entry = std::make_shared<Entry>();
  return entry;
}

void SharedResults::keep(Entry& entry, std::shared_ptr<const void> value, std::int64_t bytes) {
  // It saves time only: what is scarce is left to who cannot do without.
  constexpr std::int64_t kShare = 8;
  if (bytes > budget_.free() / kShare) return;
  entry.memory = budget_.reserve(bytes, "What the models of a search share");
  entry.value = std::move(value);
}

}  // namespace neve
