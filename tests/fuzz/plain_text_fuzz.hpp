#pragma once

#include <string_view>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/ingest/setup.hpp>

#include "ingest/plain_text.hpp"
#include "unit/ingest/csv_table.hpp"

namespace neve::ingest {

/// Whatever a file holds that is no text, nothing may crash, nothing stays reserved, and what is
/// made of it is a text that can be guessed.
inline void read_as_text(std::string_view bytes) {
  Budget budget(std::int64_t{64} << 20);
  const auto file = std::make_shared<MemorySource>("file", bytes);
  try {
    const ByteSourcePtr plain = plain_text(file, budget);
    Sample sample{.name = "file", .bytes = {}, .whole = true};
    sample.bytes.resize(static_cast<std::size_t>(std::min<std::int64_t>(plain->size(), 1 << 16)));
    sample.bytes.resize(plain->read(0, sample.bytes));
    sample.whole = static_cast<std::int64_t>(sample.bytes.size()) == plain->size();
    (void)guess_setup(std::vector<Sample>{sample}, {});
  } catch (const InputError&) {
    // Refusing is a fine answer.
  } catch (const OutOfMemoryError&) {
    // So it is here.
  }
  NEVE_CHECK(budget.used() == 0);
}

}  // namespace neve::ingest
