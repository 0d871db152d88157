#pragma once

#include <cstdint>
#include <string>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

/// What a writer writes, as text.
class TextOutput final : public Output {
 public:
  bool write(const void* bytes, std::int64_t count) noexcept override {
    text.append(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
    return true;
  }
  std::string text;
};

}  // namespace neve::ingest::columnar
