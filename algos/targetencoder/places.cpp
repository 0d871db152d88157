#include "algos/targetencoder/places.hpp"

namespace neve::algos::targetencoder {

Places::Places(const Group& group)
    : keys_(group.factors.back() * (static_cast<std::uint64_t>(group.levels.back()) + 1)) {}

std::size_t Places::hashed(std::uint64_t key, std::uint64_t variant) {
  const auto [found, added] = hashed_[key].try_emplace(variant, size_);
  if (added) ++size_;
  return found->second;
}

}  // namespace neve::algos::targetencoder
