#include "ingest/plain_text.hpp"

#include <limits>
#include <optional>

#include "ingest/formats/records/avro.hpp"
#include "ingest/formats/records/xls.hpp"
#include "ingest/formats/records/xlsx.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/unpack.hpp"

namespace neve::ingest {

namespace {

enum class Kind { text, zip, avro, xls };

Kind kind_of(const ByteSource& file) {
  char first[8] = {};
  const std::string_view bytes(first, file.read(0, first));
  if (is_avro(bytes)) return Kind::avro;
  if (is_xls(bytes)) return Kind::xls;
  return bytes.starts_with("PK\x03\x04") ? Kind::zip : Kind::text;
}

/// The table of a file that is one, but not of text: all of it, or its first bytes.
std::optional<RecordText> table_of(const ByteSource& file, std::size_t most, Budget& budget) {
  const Kind kind = kind_of(file);
  if (kind == Kind::text) return std::nullopt;
  RecordText text(budget, "The table of " + file.name(), most);
  if (kind == Kind::zip) {
    ZipArchive archive(file, budget);
    if (!is_xlsx(archive)) return std::nullopt;
    read_xlsx(file, archive, budget, text);
  } else if (kind == Kind::avro) {
    read_avro(file, budget, text);
  } else {
    read_xls(file, budget, text);
  }
  return text;
}

}  // namespace

bool needs_reading(const ByteSource& file) {
  return kind_of(file) != Kind::text || is_packed(file);
}

ByteSourcePtr plain_text(const ByteSourcePtr& file, Budget& budget) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  const auto as_source = [](const ByteSource& of, const RecordText& table) {
    const std::shared_ptr<const OwnedBytes> bytes = table.bytes();
    return std::make_shared<MemorySource>(of.name(), bytes->view(), bytes);
  };
  if (const auto table = table_of(*file, kAll, budget)) return as_source(*file, *table);
  ByteSourcePtr plain = unpacked(file, budget);
  if (plain == file) return file;
  if (const auto table = table_of(*plain, kAll, budget)) return as_source(*file, *table);
  return plain;
}

std::string beginning_of_text(const ByteSourcePtr& file, std::size_t most, Budget& budget) {
  const auto as_text = [&](const RecordText& table) {
    return std::string(table.bytes()->view().substr(0, most));
  };
  if (const auto table = table_of(*file, most, budget)) return as_text(*table);
  std::string beginning = unpacked_beginning(*file, most, budget);
  const MemorySource inner(file->name(), beginning);
  if (!is_packed(*file) || kind_of(inner) == Kind::text) return beginning;
  // What is within is read from its end, or in blocks that may be larger.
  if (const auto table = table_of(*unpacked(file, budget), most, budget)) return as_text(*table);
  return beginning;
}

}  // namespace neve::ingest
