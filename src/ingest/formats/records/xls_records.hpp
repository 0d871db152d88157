#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace neve::ingest {

/// One record of a workbook's stream, with those that continue it.
struct XlsRecord {
  std::uint16_t type = 0;
  std::size_t at = 0;                   ///< of its first byte in the stream
  std::vector<std::string_view> parts;  ///< its bytes; the first part, then the continuations'
};

/// The records of a stream, one after the other.
class XlsRecords {
 public:
  explicit XlsRecords(std::string_view stream) : stream_(stream) {}
  void move_to(std::size_t at) { at_ = at; }
  /// False at the end of the stream, or where the next record is cut: whole() tells which.
  bool next(XlsRecord& record);
  [[nodiscard]] bool whole() const { return at_ == stream_.size(); }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  [[nodiscard]] bool part_at(std::size_t at, std::uint16_t& type, std::string_view& bytes) const;
  std::string_view stream_;
  std::size_t at_ = 0;
};

/// The bytes of a record, in their order, over the borders of its parts.
class XlsBytes {
 public:
  explicit XlsBytes(const XlsRecord& record) : parts_(record.parts) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  double f64();
  void skip(std::size_t count);
  /// A text of so many UTF-16 units, behind its flags, as UTF-8. Where it goes on in the next part,
  /// that repeats how wide its characters are.
  std::string text(std::size_t units);
  /// Whether more was asked for than there is; what was read then is zeros.
  [[nodiscard]] bool cut() const { return cut_; }
  [[nodiscard]] bool empty();

 private:
  bool to_next_part();
  const std::vector<std::string_view>& parts_;
  std::size_t part_ = 0;
  std::size_t at_ = 0;  // in the part
  bool cut_ = false;
};

}  // namespace neve::ingest
