#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace neve::ingest {

/// What shows that a file was changed.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;  ///< its time of change, since the epoch
  template <class Archive>
  void fields(Archive& archive) {
    archive(size, changed_ns);
  }
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

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
  /// Of a file of this machine, whose path is its name: how it is now. Nothing for others, which
  /// cannot change.
  [[nodiscard]] virtual std::optional<FileStamp> stamp() const { return std::nullopt; }

 private:
  std::string name_;
};

using ByteSourcePtr = std::shared_ptr<const ByteSource>;

}  // namespace neve::ingest
