#pragma once

#include <optional>
#include <string_view>

#include "ingest/formats/columnar/columnar_library.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest::columnar {

/// What is told of a kind of container.
struct Described {
  std::string_view parse_type;  ///< as clients call it
  std::string_view name;        ///< as people do
};
Described describe(Container container);

/// How many of a file's first bytes tell.
inline constexpr std::size_t kSniffedBytes = 8;

/// By the file's first bytes; nothing for a file that is no container of columns. Throws InputError
/// at one of a kind that is no longer in use.
std::optional<Container> container_of(const ByteSource& file);

/// Whether clients mean containers of columns by it.
bool is_columnar(std::string_view parse_type);

}  // namespace neve::ingest::columnar
