#include <cstddef>
#include <cstdint>
#include <string>

#include <zip.h>

#include "fuzz/plain_text_fuzz.hpp"

namespace {

constexpr const char* kBook = "<workbook><sheets><sheet name='a' r:id='1'/></sheets></workbook>";
constexpr const char* kLinks =
    "<Relationships><Relationship Id='1' Target='s'/><Relationship Type='/sharedStrings' "
    "Target='t'/>"
    "<Relationship Type='/styles' Target='y'/></Relationships>";

void add(zip_t* archive, const char* name, std::string_view text) {
  zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
  const zip_int64_t index = zip_file_add(archive, name, source, ZIP_FL_OVERWRITE);
  NEVE_CHECK(index >= 0);
  zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
}

/// A workbook whose sheet, texts and styles are the three parts of the input.
std::string workbook(std::string_view input) {
  const std::size_t third = input.size() / 3;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(buffer);
  zip_t* archive = zip_open_from_source(buffer, ZIP_TRUNCATE, &error);
  NEVE_CHECK(archive != nullptr);
  add(archive, "xl/workbook.xml", kBook);
  add(archive, "xl/_rels/workbook.xml.rels", kLinks);
  add(archive, "xl/s", input.substr(0, third));
  add(archive, "xl/t", input.substr(third, third));
  add(archive, "xl/y", input.substr(2 * third));
  NEVE_CHECK(zip_close(archive) == 0);
  zip_source_open(buffer);
  zip_stat_t status;
  zip_source_stat(buffer, &status);
  std::string bytes(status.size, '\0');
  zip_source_read(buffer, bytes.data(), bytes.size());
  zip_source_close(buffer);
  zip_source_free(buffer);
  zip_error_fini(&error);
  return bytes;
}

}  // namespace

/// As a whole file, and as the XML within a workbook.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  neve::ingest::read_as_text(bytes);
  neve::ingest::read_as_text(workbook(bytes));
  return 0;
}
