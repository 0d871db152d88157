#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace neve::ingest {

/// The bytes of one file, uncompressed, wherever they come from. Immutable; read() may be called by
/// any number of threads at once.
class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// How users know it: a path, a URL, the key of an upload.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] virtual std::int64_t size() const = 0;
  /// Fills `out` from `offset` on; returns how many bytes there were. Throws InputError where the
  /// file can no longer be read.
  virtual std::size_t read(std::int64_t offset, std::span<char> out) const = 0;

 private:
  std::string name_;
};

using ByteSourcePtr = std::shared_ptr<const ByteSource>;

}  // namespace neve::ingest
