#pragma once

#include <memory>
#include <string_view>

namespace neve::ingest {

/// Takes the bytes of one file, block by block. Throws InputError where they cannot be kept. For
/// one thread.
class ByteSink {
 public:
  ByteSink() = default;
  virtual ~ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual void write(std::string_view bytes) = 0;
  /// All bytes have come; without it, nothing is left of them.
  virtual void finish() = 0;
};

using ByteSinkPtr = std::unique_ptr<ByteSink>;

}  // namespace neve::ingest
