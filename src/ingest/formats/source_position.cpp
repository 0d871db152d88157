#include "ingest/formats/source_position.hpp"

#include <algorithm>
#include <vector>

namespace neve::ingest {

std::string describe_position(const ByteSource& source, std::int64_t offset) {
  std::vector<char> block(std::size_t{1} << 20);
  std::int64_t line = 1;
  std::int64_t line_start = 0;
  char before = '\0';
  for (std::int64_t at = 0; at < offset;) {
    const auto wanted = static_cast<std::size_t>(
        std::min<std::int64_t>(offset - at, static_cast<std::int64_t>(block.size())));
    const std::size_t got = source.read(at, {block.data(), wanted});
    if (got == 0) break;
    for (std::size_t i = 0; i < got; ++i) {
      const char c = block[i];
      // \r\n is one line end, at its second byte.
      if (c == '\n' || before == '\r') line_start = at + static_cast<std::int64_t>(i) + (c == '\n');
      line += c == '\n' || (before == '\r' && c != '\n');
      before = c;
    }
    at += static_cast<std::int64_t>(got);
  }
  return source.name() + ", line " + std::to_string(line) + ", column " +
         std::to_string(offset - line_start + 1);
}

}  // namespace neve::ingest
