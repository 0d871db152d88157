#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <neve/base/error.hpp>

#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/unpack.hpp"

/// Whatever bytes a file holds that may be packed, in any of the ways, nothing may crash, nothing
/// stays reserved, and the beginning is that of the whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neve;
  using namespace neve::ingest;
  constexpr std::size_t kBeginning = 512;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Budget budget(std::int64_t{64} << 20);
  const auto file = std::make_shared<MemorySource>("file", bytes);
  try {
    const ByteSourcePtr plain = unpacked(file, budget);
    std::string whole(kBeginning, '\0');
    whole.resize(plain->read(0, whole));
    NEVE_CHECK(unpacked_beginning(*file, kBeginning, budget) == whole);
  } catch (const InputError&) {
    // Refusing is a fine answer.
  } catch (const OutOfMemoryError&) {
    // So it is here.
  }
  NEVE_CHECK(budget.used() == 0);
  return 0;
}
