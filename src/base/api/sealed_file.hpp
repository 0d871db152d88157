#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace neve {

/// The frame of a file whose content is checked before it is read (docs/model-file.md): head (8
/// bytes), version (4), flags (4, none), length of the body (8); body; "NEVEEND\n" and XXH3-64 of
/// everything before. Little-endian.
struct SealedFile {
  std::string_view head;  ///< 8 bytes that tell such a file
  std::uint32_t version = 1;
  std::string_view what;  ///< "a model"
};

std::vector<std::byte> seal(const SealedFile& file, std::span<const std::byte> body);
/// The body. Throws InputError naming `source` where the bytes are not those of such a file, of
/// another version, or damaged.
std::span<const std::byte> unseal(const SealedFile& file, std::span<const std::byte> bytes,
                                  const std::string& source);
/// Throws what unseal() throws, for what is wrong with the body.
[[noreturn]] void refuse(const SealedFile& file, const std::string& source, const std::string& why);

}  // namespace neve
