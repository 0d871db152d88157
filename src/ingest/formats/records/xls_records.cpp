#include "ingest/formats/records/xls_records.hpp"

#include <bit>

#include "ingest/formats/records/compound_file.hpp"

namespace neve::ingest {

namespace {

constexpr std::uint16_t kContinue = 0x3C;
constexpr std::size_t kHead = 4;  // type and size

// Flags of a text.
constexpr unsigned kWide = 0x01;
constexpr unsigned kHasPhonetics = 0x04;
constexpr unsigned kHasRuns = 0x08;

void append_utf8(std::uint32_t code, std::string& out) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// UTF-16 to UTF-8; halves of pairs that stand alone become replacement characters.
class Utf16 {
 public:
  explicit Utf16(std::string& out) : out_(out) {}
  void put(std::uint16_t unit) {
    constexpr std::uint32_t kReplacement = 0xFFFD;
    const bool second = unit >= 0xDC00 && unit < 0xE000;
    if (first_ != 0 && second) {
      append_utf8(0x10000 + ((first_ - 0xD800U) << 10U) + (unit - 0xDC00U), out_);
      first_ = 0;
      return;
    }
    finish();
    if (unit >= 0xD800 && unit < 0xDC00) {
      first_ = unit;
    } else {
      append_utf8(second ? kReplacement : unit, out_);
    }
  }
  void finish() {
    if (first_ != 0) append_utf8(0xFFFD, out_);
    first_ = 0;
  }

 private:
  std::string& out_;
  std::uint32_t first_ = 0;
};

}  // namespace

bool XlsRecords::part_at(std::size_t at, std::uint16_t& type, std::string_view& bytes) const {
  if (at > stream_.size() || stream_.size() - at < kHead) return false;
  type = u16_at(stream_, at);
  const std::size_t size = u16_at(stream_, at + 2);
  if (stream_.size() - at - kHead < size) return false;
  bytes = stream_.substr(at + kHead, size);
  return true;
}

bool XlsRecords::next(XlsRecord& record) {
  std::string_view bytes;
  record.at = at_;
  record.parts.clear();
  if (!part_at(at_, record.type, bytes)) return false;
  std::uint16_t type = kContinue;
  do {
    record.parts.push_back(bytes);
    at_ += kHead + bytes.size();
  } while (part_at(at_, type, bytes) && type == kContinue);
  return true;
}

bool XlsBytes::to_next_part() {
  while (part_ < parts_.size() && at_ == parts_[part_].size()) {
    ++part_;
    at_ = 0;
  }
  return part_ < parts_.size();
}

bool XlsBytes::empty() { return !to_next_part(); }

std::uint8_t XlsBytes::u8() {
  if (!to_next_part()) {
    cut_ = true;
    return 0;
  }
  return static_cast<std::uint8_t>(parts_[part_][at_++]);
}

std::uint16_t XlsBytes::u16() {
  const unsigned low = u8();
  return static_cast<std::uint16_t>(low | (unsigned{u8()} << 8U));
}

std::uint32_t XlsBytes::u32() {
  const std::uint32_t low = u16();
  return low | (std::uint32_t{u16()} << 16U);
}

double XlsBytes::f64() {
  const std::uint64_t low = u32();
  return std::bit_cast<double>(low | (std::uint64_t{u32()} << 32U));
}

void XlsBytes::skip(std::size_t count) {
  while (count != 0) {
    if (!to_next_part()) {
      cut_ = true;
      return;
    }
    const std::size_t here = std::min(count, parts_[part_].size() - at_);
    at_ += here;
    count -= here;
  }
}

std::string XlsBytes::text(std::size_t units) {
  unsigned flags = u8();
  const std::size_t runs = (flags & kHasRuns) != 0 ? u16() : 0;
  const std::size_t phonetics = (flags & kHasPhonetics) != 0 ? u32() : 0;
  std::string text;
  Utf16 out(text);
  for (std::size_t i = 0; i < units && !cut_; ++i) {
    const bool border = part_ < parts_.size() && at_ == parts_[part_].size();
    if (border && to_next_part()) flags = u8();
    out.put((flags & kWide) != 0 ? u16() : u8());
  }
  out.finish();
  skip(4 * runs);
  skip(phonetics);
  return text;
}

}  // namespace neve::ingest
