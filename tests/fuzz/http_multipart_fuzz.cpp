// Multipart bodies: any bytes, in any blocks, give the same parts or the same refusal.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <neve/base/error.hpp>

#include "rest/http/multipart.hpp"

namespace {

using namespace neve;

/// All that a parser tells about a body, as text.
std::string parse(std::span<const std::byte> body, std::size_t block_bytes) {
  std::string told;
  rest::http::MultipartParser parser(
      "b",
      [&](const rest::http::PartHead& head) {
        told += "|" + head.name + "|" + head.file_name + "|";
      },
      [&](std::span<const std::byte> data) {
        told.append(reinterpret_cast<const char*>(data.data()), data.size());
      });
  try {
    while (!body.empty()) {
      const auto block = body.first(std::min(block_bytes, body.size()));
      parser.write(block);
      body = body.subspan(block.size());
    }
    parser.finish();
  } catch (const InputError&) {
    return "refused";
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data, size));
  const std::size_t block = 1 + std::to_integer<std::size_t>(bytes[0]) % 64;
  const auto body = bytes.subspan(1);
  const std::string whole = parse(body, body.size() + 1);
  const std::string pieces = parse(body, block);
  NEVE_CHECK(whole == pieces, "a body depends on its blocks");
  return 0;
}
