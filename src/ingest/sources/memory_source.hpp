#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Bytes that are in memory already; `owner` keeps them there.
class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::string_view bytes,
               std::shared_ptr<const void> owner = nullptr)
      : ByteSource(std::move(name)), bytes_(bytes), owner_(std::move(owner)) {}
  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(bytes_.size());
  }
  std::size_t read(std::int64_t offset, std::span<char> out) const override {
    if (offset >= size() || out.empty()) return 0;
    const std::string_view part = bytes_.substr(static_cast<std::size_t>(offset), out.size());
    std::memcpy(out.data(), part.data(), part.size());
    return part.size();
  }

 private:
  std::string_view bytes_;
  std::shared_ptr<const void> owner_;
};

}  // namespace neve::ingest
