#include "mr/tree_reducer.hpp"

#include <algorithm>

namespace neve::mr {

std::int64_t TreeReducer::nodes_at(std::int32_t height) const {
  const std::int64_t width = std::int64_t{1} << height;
  return (blocks_ + width - 1) / width;
}

void TreeReducer::add(Subtree part) {
  while (true) {
    const std::int64_t nodes = nodes_at(part.height);
    const bool alone = part.place == nodes - 1 && part.place % 2 == 0;
    if (nodes > 1 && alone) {
      ++part.height;
      part.place /= 2;
      continue;
    }
    std::shared_ptr<void> sibling;
    {
      const std::lock_guard lock(mutex_);
      const auto at = nodes > 1 ? waiting_.find({part.height, part.place ^ 1}) : waiting_.end();
      if (at == waiting_.end()) {
        waiting_[{part.height, part.place}] = std::move(part.partial);
        return;
      }
      sibling = std::move(at->second);
      waiting_.erase(at);
    }
    if (part.place % 2 == 1) std::swap(sibling, part.partial);
    task_.merge(part.partial.get(), sibling.get());
    ++part.height;
    part.place /= 2;
  }
}

std::vector<Subtree> TreeReducer::take() {
  const std::lock_guard lock(mutex_);
  std::vector<Subtree> parts;
  for (auto& [where, partial] : waiting_) {
    parts.push_back({where.first, where.second, std::move(partial)});
  }
  waiting_.clear();
  std::ranges::sort(parts, {}, [](const Subtree& s) { return s.place << s.height; });
  return parts;
}

}  // namespace neve::mr
