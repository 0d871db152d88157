#include "ingest/formats/format_sniff.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <neve/base/error.hpp>

#include "ingest/formats/number_text.hpp"

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
      "; Neve reads delimited text and ARFF in UTF-8, plain or as gzip or zip.");
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  return line;
}

/// "label index:value index:value …" with growing indices.
bool is_svmlight(std::string_view text) {
  std::string_view line = take_line(text);
  const std::size_t label_end = line.find(' ');
  if (label_end == std::string_view::npos || label_end == 0) return false;
  if (parse_number(line.substr(0, label_end)).kind == NumberText::Kind::none) return false;
  line.remove_prefix(label_end + 1);
  int pairs = 0;
  std::int64_t last = -1;
  for (; !line.empty(); ++pairs) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view pair = line.substr(0, end);
    line.remove_prefix(std::min(line.size(), end + 1));
    const std::size_t colon = pair.find(':');
    if (colon == std::string_view::npos) return pairs > 0 && pair.starts_with('#');
    const NumberText index = parse_number(pair.substr(0, colon));
    const bool grows =
        index.kind == NumberText::Kind::decimal && index.decimals == 0 && index.mantissa > last;
    if (!grows || parse_number(pair.substr(colon + 1)).kind == NumberText::Kind::none) return false;
    last = index.mantissa;
  }
  return pairs > 0;
}

}  // namespace

void refuse_foreign_format(std::string_view file, std::string_view first_bytes) {
  for (const Magic& magic : kForeign) {
    if (!first_bytes.starts_with(magic.bytes)) continue;
    refuse(file, magic.name);
  }
  if (is_svmlight(first_bytes)) refuse(file, "an SVMLight file");
}

std::size_t byte_order_mark(std::string_view first_bytes) {
  return first_bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

}  // namespace neve::ingest
