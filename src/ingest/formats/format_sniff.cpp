#include "ingest/formats/format_sniff.hpp"

#include <array>
#include <string>

#include <neve/base/error.hpp>

#include "ingest/formats/records/record_text.hpp"
#include "ingest/sources/unpackers/unpacker.hpp"

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
    Magic{"Obj\x01"sv, "an Avro file within another"},
    Magic{"ARROW1"sv, "an Arrow file"},
    Magic{"\xD0\xCF\x11\xE0"sv, "an Excel file"},
    Magic{"\xFF\xFE"sv, "text in UTF-16"},
    Magic{"\xFE\xFF"sv, "text in UTF-16"},
};

/// Whether every other byte is zero, as in texts of UTF-16 in English.
bool is_wide_text(std::string_view first_bytes) {
  constexpr std::size_t kEnough = 16;
  if (first_bytes.size() < kEnough) return false;
  std::array<bool, 2> zeros = {true, true};
  for (std::size_t i = 0; i < kEnough; ++i) zeros[i % 2] = zeros[i % 2] && first_bytes[i] == 0;
  return zeros[0] != zeros[1];
}

[[noreturn]] void refuse(std::string_view file, std::string_view format) {
  throw InputError::unsupported(std::string(file) + ", line 1, column 1: this is " +
                                std::string(format) +
                                "; Neve reads delimited text, ARFF and SVMLight in UTF-8, Avro and "
                                "Excel files, plain or packed once, with gzip, "
                                "bzip2, xz, zstd, lz4, snappy or zip.");
}

}  // namespace

void refuse_foreign_format(std::string_view file, std::string_view first_bytes) {
  for (const Magic& magic : kForeign) {
    if (!first_bytes.starts_with(magic.bytes)) continue;
    refuse(file, magic.name);
  }
  if (is_wide_text(first_bytes)) refuse(file, "text in UTF-16");
  if (const Packing* packing = packing_of(first_bytes)) {
    refuse(file, "packed twice, the second time with " + std::string(packing->name));
  }
}

std::size_t byte_order_mark(std::string_view first_bytes) {
  if (const auto sheet = sheet_mark(first_bytes)) return sheet->size;
  return first_bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

}  // namespace neve::ingest
