#include "ingest/formats/format_sniff.hpp"

#include <array>
#include <string>

#include <neve/base/error.hpp>

namespace neve::ingest {

namespace {

struct Magic {
  std::string_view bytes;
  std::string_view name;
};

using namespace std::string_view_literals;
constexpr std::array kForeign = {
    Magic{"PAR1"sv, "a Parquet file"},
    Magic{"ORC"sv, "an ORC file"},
    Magic{"Obj\x01"sv, "an Avro file"},
    Magic{"ARROW1"sv, "an Arrow file"},
    Magic{"\xD0\xCF\x11\xE0"sv, "an Excel file"},
    Magic{"BZh"sv, "compressed with bzip2"},
    Magic{"\xFD"
          "7zXZ"sv,
          "compressed with xz"},
    Magic{"\x28\xB5\x2F\xFD"sv, "compressed with zstd"},
    Magic{"\xFF\xFE"sv, "text in UTF-16"},
    Magic{"\xFE\xFF"sv, "text in UTF-16"},
};

[[noreturn]] void refuse(std::string_view file, std::string_view format) {
  throw InputError::unsupported(
      std::string(file) + ", line 1, column 1: this is " + std::string(format) +
      "; Neve reads delimited text, ARFF and SVMLight in UTF-8, plain or as gzip or zip.");
}

}  // namespace

void refuse_foreign_format(std::string_view file, std::string_view first_bytes) {
  for (const Magic& magic : kForeign) {
    if (!first_bytes.starts_with(magic.bytes)) continue;
    refuse(file, magic.name);
  }
}

std::size_t byte_order_mark(std::string_view first_bytes) {
  return first_bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

}  // namespace neve::ingest
