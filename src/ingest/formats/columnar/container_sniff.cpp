#include "ingest/formats/columnar/container_sniff.hpp"

#include <array>

#include <neve/base/error.hpp>

namespace neve::ingest::columnar {

namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  Container container;
};

constexpr std::array kMagic = {Magic{"PAR1"sv, Container::parquet},
                               Magic{"PARE"sv, Container::parquet},  // its footer is encrypted
                               Magic{"ORC"sv, Container::orc},
                               Magic{"ARROW1\0\0"sv, Container::arrow_file},
                               // A message's mark, and its size, which is below 16 MB.
                               Magic{"\xFF\xFF\xFF\xFF"sv, Container::arrow_stream}};

}  // namespace

Described describe(Container container) {
  switch (container) {
    case Container::parquet:
      return {.parse_type = "PARQUET", .name = "Parquet file"};
    case Container::orc:
      return {.parse_type = "ORC", .name = "ORC file"};
    case Container::arrow_file:
      return {.parse_type = "ARROW", .name = "Arrow file"};
    case Container::arrow_stream:
      break;
  }
  return {.parse_type = "ARROW", .name = "Arrow stream"};
}

std::optional<Container> container_of(const ByteSource& file) {
  std::array<char, kSniffedBytes> first{};
  const std::string_view beginning(first.data(), file.read(0, first));
  if (beginning.starts_with("FEA1"sv)) {
    throw InputError::unsupported(
        file.name() +
        ": this is a Feather file of version 1, which Neve does not read; "
        "write it as version 2.");
  }
  for (const Magic& magic : kMagic) {
    if (!beginning.starts_with(magic.bytes)) continue;
    const bool stream = magic.container == Container::arrow_stream;
    if (stream && (beginning.size() < 8 || beginning[7] != 0)) continue;
    return magic.container;
  }
  return std::nullopt;
}

bool is_columnar(std::string_view parse_type) {
  return parse_type == "PARQUET" || parse_type == "ORC" || parse_type == "ARROW";
}

}  // namespace neve::ingest::columnar
