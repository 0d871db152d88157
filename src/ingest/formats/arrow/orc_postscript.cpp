// The ORC specification, version 1, chapters "File Tail" and "Compression", and the encoding of
// protocol buffers that the postscript has.
#include "ingest/formats/arrow/orc_postscript.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "ingest/formats/arrow/bridge.hpp"

namespace neve::ingest::columnar {

namespace {

constexpr std::uint64_t kBlockField = 3;               // compressionBlockSize
constexpr std::uint64_t kMostBlock = 8 * 1024 * 1024;  // a block states its length in 23 bits

/// The fields of a message, which may be damaged.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool done() const { return bytes_.empty(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    throw Problem{"its postscript is damaged"};
  }

  void skip(std::uint64_t count) {
    if (count > bytes_.size()) throw Problem{"its postscript is damaged"};
    bytes_.remove_prefix(count);
  }

  /// The rest of a field of this wire type.
  void skip_value(std::uint64_t wire_type) {
    constexpr std::uint64_t kNumber = 0, kEight = 1, kBytes = 2, kFour = 5;
    if (wire_type == kNumber) {
      number();
    } else if (wire_type == kBytes) {
      skip(number());
    } else if (wire_type == kEight || wire_type == kFour) {
      skip(wire_type == kEight ? 8 : 4);
    } else {
      throw Problem{"its postscript is damaged"};
    }
  }

 private:
  std::string_view bytes_;
};

/// The bytes before the last one, which is their number.
std::string postscript(Input& input) {
  std::string tail(static_cast<std::size_t>(std::min<std::int64_t>(input.size(), 256)), '\0');
  const auto size = static_cast<std::int64_t>(tail.size());
  if (input.read(input.size() - size, tail.data(), size) != size || tail.empty()) return {};
  const std::size_t length = static_cast<std::uint8_t>(tail.back());
  tail.pop_back();
  return length < tail.size() ? tail.substr(tail.size() - length) : tail;
}

}  // namespace

void check_orc_postscript(Input& input) {
  const std::string bytes = postscript(input);
  for (Fields fields(bytes); !fields.done();) {
    const std::uint64_t key = fields.number();
    if (key != kBlockField << 3) {
      fields.skip_value(key & 7);
    } else if (const std::uint64_t block = fields.number(); block > kMostBlock) {
      throw Problem{"its postscript states blocks of " + std::to_string(block) +
                    " bytes, where the format has at most " + std::to_string(kMostBlock)};
    }
  }
}

}  // namespace neve::ingest::columnar
