#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <neve/base/budget.hpp>

#include "ingest/sources/byte_source.hpp"
#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest {

/// The plain bytes of a packed file, all members one after the other, read a megabyte at a time.
/// For one thread; file and packing outlive it.
class UnpackStream {
 public:
  UnpackStream(const ByteSource& file, const Packing& packing, Budget& budget);
  /// Fills `out`; returns how many bytes there were, fewer only at the end. Throws InputError with
  /// the file and the byte where what is packed is damaged or cut off, OutOfMemoryError.
  std::size_t read(std::span<char> out);

 private:
  [[nodiscard]] std::string_view window() const;
  [[nodiscard]] bool all_seen() const { return next_ == file_.size(); }
  /// Has the window show more of the file; false where there is no more.
  bool show_more();
  /// False where no member follows.
  bool begin_member();
  [[noreturn]] void end_early();
  [[noreturn]] void damaged(const std::string& why) const;

  const ByteSource& file_;
  const Packing& packing_;
  UnpackerPtr unpacker_;
  std::string buffer_;
  std::size_t at_ = 0;     // of the window's first byte in the buffer
  std::size_t shown_ = 0;  // behind its last
  std::int64_t next_ = 0;  // byte of the file behind the window
  bool in_member_ = false;
  bool any_member_ = false;
};

/// "path, byte 12: the gzip data is damaged (why)."
[[noreturn]] void refuse_damaged(const ByteSource& file, std::string_view packing,
                                 std::int64_t byte, const std::string& why);

}  // namespace neve::ingest
