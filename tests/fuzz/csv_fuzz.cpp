#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/ingest/setup.hpp>

#include "unit/ingest/csv_table.hpp"

using namespace neve::ingest;

/// The first byte picks a dialect, the rest is the file: whatever it holds, nothing may crash, and
/// the frame may not depend on where the file is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Dialect dialect;
  constexpr unsigned char kSeparators[] = {',', '\t', ' ', 1};
  dialect.separator = kSeparators[data[0] % 4];
  dialect.escape = (data[0] & 4U) != 0 ? '\\' : 0;
  dialect.quote = (data[0] & 8U) != 0 ? '\'' : '"';
  const ParsePlan plan = plan_of("NESTU", dialect);
  const auto whole = cells_or_error(text, plan, static_cast<std::int64_t>(size));
  const auto thirds = cells_or_error(text, plan, static_cast<std::int64_t>(size / 3 + 1));
  const auto sevenths = cells_or_error(text, plan, static_cast<std::int64_t>(size / 7 + 1));
  NEVE_CHECK(whole == thirds && whole == sevenths);
  try {
    const std::vector<Sample> samples = {{"text", std::string(text), true}};
    (void)guess_setup(samples, {});
  } catch (const neve::InputError&) {
    // Refusing is a fine answer.
  }
  return 0;
}
