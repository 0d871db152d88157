#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/plain_text_fuzz.hpp"

/// Files behind the four bytes of Avro's containers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  neve::ingest::read_as_text(bytes.starts_with("Obj\x01") ? bytes : "Obj\x01" + bytes);
  return 0;
}
