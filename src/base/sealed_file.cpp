#include "base/api/sealed_file.hpp"

#include <cstring>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>

namespace neve {
namespace {

constexpr std::string_view kEnd = "NEVEEND\n";
constexpr std::size_t kHeadBytes = 24;
constexpr std::size_t kEndBytes = 16;
constexpr std::size_t kNameBytes = 8;

template <class T>
void put(std::vector<std::byte>& bytes, T value) {
  const auto* begin = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof value);
}

void put(std::vector<std::byte>& bytes, std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  bytes.insert(bytes.end(), begin, begin + text.size());
}

template <class T>
T number_at(std::span<const std::byte> bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool has_text(std::span<const std::byte> bytes, std::size_t at, std::string_view text) {
  return std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

}  // namespace

void refuse(const SealedFile& file, const std::string& source, const std::string& why) {
  throw InputError::illegal_argument(
      "File " + source + " cannot be loaded as " + std::string(file.what) + ": " + why,
      {{"file", source}});
}

std::vector<std::byte> seal(const SealedFile& file, std::span<const std::byte> body) {
  NEVE_CHECK(file.head.size() == kNameBytes);
  std::vector<std::byte> bytes;
  bytes.reserve(kHeadBytes + body.size() + kEndBytes);
  put(bytes, file.head);
  put(bytes, file.version);
  put(bytes, std::uint32_t{0});
  put(bytes, static_cast<std::uint64_t>(body.size()));
  bytes.insert(bytes.end(), body.begin(), body.end());
  put(bytes, kEnd);
  put(bytes, hash_bytes(bytes));
  return bytes;
}

std::span<const std::byte> unseal(const SealedFile& file, std::span<const std::byte> bytes,
                                  const std::string& source) {
  if (bytes.size() < kHeadBytes + kEndBytes || !has_text(bytes, 0, file.head)) {
    const std::string_view what = file.what.substr(file.what.find(' ') + 1);
    refuse(file, source, "it is not a saved " + std::string(what) + " of Neve.");
  }
  const auto version = number_at<std::uint32_t>(bytes, kNameBytes);
  if (version != file.version || number_at<std::uint32_t>(bytes, kNameBytes + 4) != 0) {
    refuse(file, source,
           "it is of version " + std::to_string(version) + ", this server reads version " +
               std::to_string(file.version) + ".");
  }
  const std::size_t body = bytes.size() - kHeadBytes - kEndBytes;
  if (number_at<std::uint64_t>(bytes, 16) != body) {
    refuse(file, source, "it is longer or shorter than it says.");
  }
  const std::size_t checksum_at = bytes.size() - 8;
  if (!has_text(bytes, kHeadBytes + body, kEnd) ||
      number_at<std::uint64_t>(bytes, checksum_at) != hash_bytes(bytes.first(checksum_at))) {
    refuse(file, source, "it is damaged: its checksum is another one.");
  }
  return bytes.subspan(kHeadBytes, body);
}

}  // namespace neve
