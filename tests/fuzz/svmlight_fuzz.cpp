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

/// How many columns the rows name, up to where they are wrong.
std::size_t columns_of(std::string_view text, const ParsePlan& plan) {
  RangeParser parser(plan);
  try {
    const MemorySource source("text", text);
    return parser.parse(source, 0, source.size()).pairs.width();
  } catch (const neve::InputError&) {
    return 0;
  }
}

}  // namespace

/// Whatever rows of pairs hold, nothing may crash, and neither the frame nor the error may depend
/// on where the file is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostColumns = 64;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ParsePlan plan;
  plan.dialect = dialect_of({}, text_format("SVMLight"));
  if (columns_of(text, plan) > kMostColumns) return 0;
  const auto whole = cells_or_error(text, plan, static_cast<std::int64_t>(size + 1));
  NEVE_CHECK(whole == cells_or_error(text, plan, static_cast<std::int64_t>(size / 3 + 1)));
  NEVE_CHECK(whole == cells_or_error(text, plan, static_cast<std::int64_t>(size / 7 + 1)));
  try {
    const std::vector<Sample> samples = {{"text", std::string(text), true}};
    (void)guess_setup(samples, {});
  } catch (const neve::InputError&) {
    // Refusing is a fine answer.
  }
  return 0;
}
