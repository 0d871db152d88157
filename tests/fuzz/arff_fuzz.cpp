#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/ingest/setup.hpp>

#include "ingest/formats/text_format.hpp"
#include "unit/ingest/csv_table.hpp"

namespace {

using namespace neve::ingest;

/// Reads the rows as the declarations say, cut in several ways.
void read_rows(std::string_view text, const RecognisedText& recognised) {
  constexpr std::size_t kMostColumns = 64;
  const Declarations& declared = *recognised.declared;
  if (declared.names.size() > kMostColumns) return;
  ParsePlan plan;
  plan.dialect = dialect_of({}, recognised.format);
  for (const neve::frame::ColumnType type : declared.types) {
    plan.columns.push_back({.type = type, .missing_texts = {"?"}});
  }
  const auto size = static_cast<std::int64_t>(text.size());
  const auto whole = cells_or_error(text, plan, size + 1, declared.data_start);
  NEVE_CHECK(whole == cells_or_error(text, plan, size / 3 + 1, declared.data_start));
  NEVE_CHECK(whole == cells_or_error(text, plan, size / 7 + 1, declared.data_start));
}

}  // namespace

/// Whatever a file holds that may be ARFF, nothing may crash, and neither the frame nor the error
/// may depend on where the file is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<Sample> samples = {{"text", std::string(text), true}};
  try {
    (void)guess_setup(samples, {});
  } catch (const neve::InputError&) {
    // Refusing is a fine answer.
  }
  try {
    const MemorySource source("text", text);
    const RecognisedText recognised = recognise_text(source, "GUESS");
    // Rows of pairs have a target of their own, which looks how wide they are first.
    if (&recognised.format == &text_format("ARFF") && recognised.declared)
      read_rows(text, recognised);
  } catch (const neve::InputError&) {
    // So it is here.
  }
  return 0;
}
